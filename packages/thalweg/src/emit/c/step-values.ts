/**
 * The scalars of a step in C: their names, where they are declared, and how they are written where they are read. Knows the branches of a step and their
 * order; writes no loop.
 */
import { isReduction, scopeOf, type Node } from '../../language/graph.ts';
import type { Variable } from '../../language/variable.ts';
import type { ScalarSlot } from '../../plan/plan.ts';
import { arraysIn } from './arrays.ts';
import type { Branch } from './branch.ts';
import { atom, inside, type Expression } from './expression.ts';
import { ScalarWriter } from './scalars.ts';
import type { SegmentedStep, TensorOp } from './segments.ts';
import type { StepStyle } from './style.ts';

/** The numbers of a step for one outcome. */
export class StepValues {
  private readonly style: StepStyle;
  private readonly branches: readonly Branch[];
  private readonly isOfTensor: (state: Variable) => boolean;
  /** Numbers that all tensors share. */
  private readonly values = new Map<Node, Expression>();
  private readonly uses = new Map<Node, number>();
  private readonly taken = new Set<string>();
  /** Names that are taken within a loop: what is declared before it must not have them either. */
  private readonly inner = new Set<string>();
  private readonly rounded = new Map<Node, Expression>();
  /** The variables of sums over several tensors, by what tells the sums apart. */
  private readonly sums = new Map<string, readonly string[]>();
  /** Numbers and arrays of a tensor that are read in a later segment than they are made in. */
  readonly waiting: ReadonlySet<Node | Variable>;
  private numbers = 0;

  constructor(branches: readonly Branch[], step: SegmentedStep, isOfTensor: (state: Variable) => boolean, style: StepStyle) {
    [this.style, this.branches, this.isOfTensor] = [style, branches, isOfTensor];
    for (const { plan } of branches) {
      for (const pass of plan.passes) pass.scalars.forEach(this.count);
      for (const call of plan.routines) call.scalars.forEach(this.count);
      [...plan.scalarWrites.values()].forEach(this.count);
      // Users before operands: what only the conditions need is of no use here, since they are decided.
      for (const { node } of plan.scalars.toReversed()) if (this.uses.has(node) && !isReduction(node)) node.operands.forEach(this.count);
    }
    this.waiting = waitingIn(step, branches);
    style.needs.waits ||= [...this.waiting].some((one) => 'role' in one);
  }

  private readonly count = (node: Node): void => void this.uses.set(node, (this.uses.get(node) ?? 0) + 1);

  /** How many numbers of a tensor wait for a later segment. */
  get waitingNumbers(): number {
    return this.numbers;
  }

  /** Whether a number is read. */
  isUsed({ node }: ScalarSlot): boolean {
    return this.uses.has(node);
  }

  /** The names that are taken where something of a branch, or what all share, is declared. */
  takenIn(branch?: Branch): Set<string> {
    return new Set([...this.taken, ...(branch?.taken ?? [])]);
  }

  /** Keeps what is declared before the loops from having names that are taken within one. */
  hide(names: Iterable<string>): void {
    for (const name of names) if (!this.taken.has(name)) this.inner.add(name);
  }

  private scalars(branch?: Branch): ScalarWriter {
    const { names, helpers } = this.style;
    return new ScalarWriter(helpers, (leaf) => {
      switch (leaf.kind) {
        case 'time':
          return atom('o->t');
        case 'shape':
          return { text: `(double)${names.size(leaf.name)}`, binds: 8 };
        case 'hyper':
          return atom(names.hyper(leaf.name));
        case 'factor':
          return atom(names.factor(leaf.name));
        case 'input':
        case 'state':
          return atom(`${this.isOfTensor(leaf.of) ? 'x' : 'o'}->${names.member(leaf.of)}`);
        case 'sum':
          throw new RangeError(`a sum of ${branch?.program.name ?? 'a step'} is read before it is computed`);
      }
    });
  }

  /** The texts of numbers that are written whole, whatever else reads them; what reads nothing else is declared, and its operands count as used. */
  decided(slots: readonly ScalarSlot[]): { readonly lines: readonly string[]; readonly texts: ReadonlyMap<Node, Expression> } {
    const texts = new Map<Node, Expression>();
    for (const { node } of slots)
      texts.set(
        node,
        this.scalars().write(node, (operand) => texts.get(operand)!),
      );
    this.uses.clear();
    for (const { node } of slots) node.operands.forEach(this.count);
    return { lines: slots.flatMap((slot) => this.shared(slot)), texts };
  }

  /** Declares a number that all tensors share where it is used more than once, or by an author's name. */
  shared({ node }: ScalarSlot): string[] {
    if (this.values.has(node)) return [];
    const expression = this.scalars().write(node, (operand) => this.value(operand));
    const branch = this.branches.find(({ named }) => named.has(node));
    const name = branch?.named.get(node)?.name;
    if (node.operands.length === 0 || ((this.uses.get(node) ?? 0) < 2 && name === undefined)) {
      this.values.set(node, expression);
      return [];
    }
    const declared = this.free(name ?? calledBy(expression.text) ?? 's');
    this.values.set(node, atom(declared));
    return [`const double ${declared} = ${expression.text};${branch === undefined ? '' : commentOf(branch, node)}`];
  }

  /** Declares a number of a tensor. */
  ofTensor(branch: Branch, { node }: ScalarSlot): string[] {
    const expression = this.scalars(branch).write(node, (operand) => this.value(operand, branch));
    const inOne = (this.uses.get(node) ?? 0) < 2 && !branch.named.has(node) && !this.waiting.has(node);
    const isInLoop = branch.plan.passes.some(({ scalars }) => scalars.includes(node));
    if (node.operands.length === 0 || (inOne && !isInLoop)) {
      branch.values.set(node, expression);
      return [];
    }
    const { place, type } = this.ownPlace(branch, node, branch.named.get(node)?.name ?? calledBy(expression.text) ?? 's');
    return [`${type === '' ? '' : 'const double '}${place} = ${expression.text};${commentOf(branch, node)}`];
  }

  /** Where a number of a tensor goes: to a variable, or to one of the numbers that wait. */
  private ownPlace(branch: Branch, node: Node, wanted: string): { readonly place: string; readonly type: string } {
    const waits = this.waiting.has(node);
    const place = waits ? `x->scratch[${String(this.numbers++)}]` : this.free(wanted, branch);
    branch.values.set(node, atom(place));
    return { place, type: waits ? '' : 'double ' };
  }

  value(node: Node, branch?: Branch): Expression {
    const known = branch?.values.get(node) ?? this.values.get(node);
    if (known === undefined) throw new RangeError(`the number ${node.op} is read before it is computed`);
    return known;
  }

  /** Where a sum goes. One over several tensors is declared before the loop; cohorts of an exact file add theirs up one after the other. */
  placeOf(branch: Branch, sum: Node, outside: string[]): { readonly place: string; readonly begin: readonly string[] } {
    const wanted = branch.named.get(sum)?.name ?? 'sum';
    if (scopeOf(sum) === 'tensor') {
      const { place, type } = this.ownPlace(branch, sum, wanted);
      return { place, begin: [`${type}${place} = 0;`] };
    }
    const places = this.sums.get(labelOf(sum)) ?? this.shares(sum).map(() => this.free(wanted));
    if (!this.sums.has(labelOf(sum))) outside.push(...places.map((place) => `double ${place} = 0;`));
    this.sums.set(labelOf(sum), places);
    this.values.set(sum, places.length === 1 ? atom(places[0]!) : { text: places.join(' + '), binds: 6 });
    return { place: places[this.shares(sum).indexOf(branch)] ?? places[0]!, begin: [] };
  }

  /** The tensors that a sum has a variable of its own for: in an exact file those of each program, as every backend adds them up. */
  private shares(sum: Node): readonly (Branch | undefined)[] {
    if (!this.style.exact) return [undefined];
    return this.branches.filter(({ plan }) => plan.passes.some(({ sums }) => sums.some((one) => labelOf(one) === labelOf(sum))));
  }

  /** A number rounded to float32, once, in a variable that is declared among `lines`. */
  constant(node: Node, lines: string[], taken: Set<string>, branch?: Branch): Expression {
    const known = branch === undefined ? this.rounded.get(node) : undefined;
    if (known !== undefined) return known;
    const given = this.value(node, branch);
    const wanted = node.op === 'hyper' ? this.style.names.rounded(String(node.attribute)) : undefined;
    const name =
      wanted !== undefined && !taken.has(wanted)
        ? wanted
        : this.style.names.free(
            /^\w+$/.test(given.text) ? `${given.text}_f` : (calledBy(given.text) ?? 'c'),
            new Set([...taken, ...(branch === undefined ? this.inner : [])]),
          );
    taken.add(name);
    lines.push(`const float ${name} = (float)${inside(given, 9)};`);
    if (branch !== undefined) return atom(name);
    this.taken.add(name);
    this.rounded.set(node, atom(name));
    return atom(name);
  }

  free(wanted: string, branch?: Branch): string {
    const { names } = this.style;
    const own = branch?.taken ?? this.inner;
    const name = names.free(wanted, new Set([...this.taken, ...own]));
    (branch?.taken ?? this.taken).add(name);
    if (branch !== undefined) this.inner.add(name);
    return name;
  }
}

/** The equation that a number is from, as a comment behind it. */
export function commentOf({ named }: Branch, node: Node): string {
  const known = named.get(node);
  return known === undefined ? '' : ` /* ${known.equation} */`;
}

/** What is made in one segment and read in another. */
function waitingIn({ segments }: SegmentedStep, branches: readonly Branch[]): Set<Node | Variable> {
  const waiting = new Set<Node | Variable>();
  branches.forEach((branch, i) => {
    const made = new Map<Node | Variable, number>();
    segments.forEach(({ each }, at) => {
      const ops = each[i]!;
      const read: (Node | Variable)[] = [...arraysIn(ops, branch.views), ...ops.flatMap(readBy)];
      for (const one of read) if ((made.get(one) ?? at) < at) waiting.add(one);
      for (const one of ops) {
        if (one.op === 'number') made.set(one.slot.node, at);
        if (one.op === 'pass') for (const sum of one.pass.sums) if (scopeOf(sum) === 'tensor') made.set(sum, at);
      }
      for (const array of arraysIn(ops, branch.views)) if (!made.has(array)) made.set(array, at);
    });
  });
  return waiting;
}

/** What tells sums over several tensors apart, whatever program they are of. */
const labelOf = ({ op, attribute }: Node): string => `${op} ${String(attribute)}`;

/** The numbers of a tensor that an operation reads. */
function readBy(one: TensorOp): readonly Node[] {
  switch (one.op) {
    case 'number':
      return one.slot.node.operands;
    case 'routine':
      return one.call.scalars;
    case 'pass':
      return one.pass.scalars;
    case 'keep':
      return one.writes.map(([, node]) => node);
  }
}

/** What a number is called by what it is: `one_minus_beta1` for 1 − β₁, and `one_minus_beta1_t` for 1 − β₁ᵗ. */
function calledBy(text: string): string | undefined {
  const [, difference] = /^1\.0 - o->(\w+)$/.exec(text) ?? [];
  const [, power] = /^one_minus_power\(o->(\w+), o->t\)$/.exec(text) ?? [];
  return difference !== undefined ? `one_minus_${difference}` : power !== undefined ? `one_minus_${power}_t` : undefined;
}
