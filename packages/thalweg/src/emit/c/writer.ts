/**
 * Writes a step in C for one outcome of its conditions: numbers that tensors share, and loops over the tensors, in each of which a tensor goes through its
 * numbers, passes and operations on matrices. Either a pass is one readable loop, or it is the kernel of the exact plan.
 */
import { wholeForm, type Form } from '../../language/form.ts';
import { isReduction, isRoutine, scopeOf, type Node } from '../../language/graph.ts';
import type { Variable } from '../../language/variable.ts';
import type { Pass } from '../../plan/passes.ts';
import type { Plan, ScalarSlot } from '../../plan/plan.ts';
import { indented, typeOf } from '../../targets/loops/c/source.ts';
import { arrayNames, arraysIn, callOf, countOf, isScratch } from './arrays.ts';
import { branchOf, type Branch, type WrittenProgram } from './branch.ts';
import { kernelByChunks } from './chunks.ts';
import { atom, inside, type Expression } from './expression.ts';
import { readableLoop } from './loop.ts';
import { ScalarWriter } from './scalars.ts';
import { segmentsOf, type Segment, type SegmentedStep, type TensorOp } from './segments.ts';
import type { StepStyle } from './style.ts';

/** Writes a step for one outcome. */
export class StepWriter {
  private readonly style: StepStyle;
  private readonly scalars: (branch: Branch | undefined) => ScalarWriter;
  private readonly branches: readonly Branch[];
  private readonly step: SegmentedStep;
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
  private readonly waiting = new Set<Node | Variable>();
  private numbers = 0;

  constructor(programs: readonly WrittenProgram[], outcome: ReadonlyMap<Node, boolean>, style: StepStyle) {
    this.style = style;
    const { names, helpers } = style;
    this.branches = programs.map((one) => branchOf(one, outcome, style));
    this.scalars = (branch) =>
      new ScalarWriter(helpers, (leaf) => {
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
    this.step = segmentsOf(this.branches.map(({ plan }) => plan), (state) => this.isOfTensor(state)); // prettier-ignore
    this.countUses();
    this.findWaiting();
  }

  private isOfTensor(state: Variable): boolean {
    return this.branches.some(({ program }) => program.states.get(state)?.kind === 'tensor');
  }

  private countUses(): void {
    const count = (node: Node): void => void this.uses.set(node, (this.uses.get(node) ?? 0) + 1);
    for (const { plan } of this.branches) {
      for (const pass of plan.passes) pass.scalars.forEach(count);
      for (const call of plan.routines) call.scalars.forEach(count);
      [...plan.scalarWrites.values()].forEach(count);
      // Users before operands: what only the conditions need is of no use here, since they are decided.
      for (const { node } of plan.scalars.toReversed()) if (this.uses.has(node) && !isReduction(node)) node.operands.forEach(count);
    }
  }

  /** What is made in one segment and read in another. */
  private findWaiting(): void {
    this.branches.forEach((branch, i) => {
      const made = new Map<Node | Variable, number>();
      this.step.segments.forEach(({ each }, at) => {
        const ops = each[i]!;
        const read: (Node | Variable)[] = [...arraysIn(ops, branch.views)];
        for (const one of ops) read.push(...readBy(one));
        for (const one of read) {
          if ((made.get(one) ?? at) < at) this.waiting.add(one);
        }
        for (const one of ops) {
          if (one.op === 'number') made.set(one.slot.node, at);
          if (one.op === 'pass') for (const sum of one.pass.sums) if (scopeOf(sum) === 'tensor') made.set(sum, at);
        }
        for (const array of arraysIn(ops, branch.views)) if (!made.has(array)) made.set(array, at);
      });
    });
    this.style.needs.waits ||= [...this.waiting].some((one) => 'role' in one);
  }

  /** The body of the step. */
  lines(): string[] {
    const lines: string[] = [];
    for (const segment of this.step.segments) this.segment(segment, lines);
    const { names } = this.style;
    const writes = [...this.step.writes];
    const next = writes.map(([state]) => this.free(`next_${names.member(state)}`));
    lines.push(
      ...writes.map(([, node], i) => `const double ${next[i]!} = ${this.value(node).text};`),
      ...writes.map(([state], i) => `o->${names.member(state)} = ${next[i]!};`),
    );
    const { needs } = this.style;
    needs.numbers = Math.max(needs.numbers, this.numbers);
    const slots = this.branches.flatMap(({ plan }) => plan.scalars).filter(({ node }) => this.uses.has(node));
    const all = [...this.hyper(slots), ...lines];
    const isRead = (name: RegExp): boolean => all.some((line) => name.test(line));
    return [...all, ...(isRead(/\bo->/) ? [] : ['(void)o;']), ...(isRead(/\btensors\b/) ? [] : ['(void)tensors, (void)count;'])];
  }

  /** What decides which step is taken: `outcome`, a bit for each condition, which `texts` are. */
  decision(conditions: readonly Node[]): { readonly lines: readonly string[]; readonly texts: readonly string[] } {
    const slots = [...new Map(this.branches.flatMap(({ prepared }) => prepared.scalars).map((slot) => [slot.node, slot])).values()];
    const plain = new Map<Node, Expression>();
    for (const { node } of slots) plain.set(node, this.scalars(undefined).write(node, (operand) => plain.get(operand)!)); // prettier-ignore
    this.uses.clear();
    for (const { node } of slots) for (const operand of node.operands) this.uses.set(operand, (this.uses.get(operand) ?? 0) + 1);
    const lines = slots.flatMap((slot) => this.shared(slot));
    const bits = conditions.map((condition, i) => `(${inside(this.value(condition), 2)} ? ${String(2 ** i)} : 0)`);
    return {
      lines: [...this.hyper(slots), ...lines, `const int outcome = ${bits.join(' + ')};`],
      texts: conditions.map((condition) => plain.get(condition)!.text),
    };
  }

  /** Hyperparameters that follow a schedule are computed, each once. */
  private hyper(slots: readonly ScalarSlot[]): string[] {
    const { names } = this.style;
    const nodes = [...new Set(slots.map(({ node }) => node))];
    return nodes.flatMap(({ op, attribute }) => (op === 'hyper' || op === 'factor' ? names.schedule(op, String(attribute)) : []));
  }

  /** A segment: what tensors share, and a loop over them. */
  private segment({ slots, each }: Segment, lines: string[]): void {
    for (const slot of slots) if (this.uses.has(slot.node)) lines.push(...this.shared(slot));
    const { type } = this.style.names;
    const bodies = this.branches.map((branch, i) => this.body(branch, each[i]!, lines));
    const same = new Set(bodies.map((body) => body.join('\n'))).size === 1;
    const inner = same ? bodies[0]! : this.choice(bodies);
    if (inner.length === 0) return;
    lines.push(
      'for (size_t tensor = 0; tensor < count; tensor++) {',
      ...indented([`${type}_tensor *const x = &tensors[tensor];`, ...inner]),
      '}',
    );
  }

  private choice(bodies: readonly (readonly string[])[]): string[] {
    const full = bodies.every((body) => body.length > 0);
    return bodies.flatMap((body, i) => {
      if (body.length === 0) return [];
      const { condition } = this.branches[i]!;
      const head = full && i === bodies.length - 1 ? '} else {' : `${full && i > 0 ? '} else ' : ''}if (${condition}) {`;
      return [head, ...indented(body), ...(full && i < bodies.length - 1 ? [] : ['}'])];
    });
  }

  /** What is done with a tensor; what it needs of all tensors is declared in `outside`. */
  private body(branch: Branch, ops: readonly TensorOp[], outside: string[]): string[] {
    branch.taken.clear();
    const passes = ops.filter((one) => one.op === 'pass').length;
    const memory = this.memory(branch, ops);
    const inner = ops.flatMap((one): string[] => {
      switch (one.op) {
        case 'number':
          return this.uses.has(one.slot.node) ? this.ofTensor(branch, one.slot) : [];
        case 'routine':
          return this.routine(branch, one.call);
        case 'pass': {
          const sums = one.pass.sums.map((sum) => this.placeOf(branch, sum, outside));
          const lines = this.style.exact ? this.chunks(branch, one.pass, sums) : this.loop(branch, one.pass, sums, outside);
          return [...sums.flatMap(({ begin }) => begin), ...(passes === 1 ? lines : ['{', ...indented(lines), '}'])];
        }
        case 'keep':
          return this.keep(branch, one.writes);
      }
    });
    return [...memory, ...inner];
  }

  private keep(branch: Branch, writes: readonly (readonly [Variable, Node])[]): string[] {
    const { names } = this.style;
    const next = writes.map(([state]) => this.free(`next_${names.member(state)}`, branch));
    return [
      ...writes.map(([, node], i) => `const double ${next[i]!} = ${this.value(node, branch).text};`),
      ...writes.map(([state], i) => `x->${names.member(state)} = ${next[i]!};`),
    ];
  }

  /** The arrays of the step itself that some operations need, taken from the memory of the tensor. */
  private memory(branch: Branch, ops: readonly TensorOp[]): string[] {
    const { dtype, helpers, names, needs } = this.style;
    const here = arraysIn(ops, branch.views);
    const calls = ops.flatMap((one) => (one.op === 'routine' && !branch.views.has(one.call.result.array) ? [one.call] : []));
    for (const one of ['rows', 'cols']) if (calls.length > 0) names.size(one);
    const works = calls.flatMap((call) => callOf(call, { array: () => '', numbers: [], views: branch.views }).work ?? []);
    if (here.size === 0 && works.length === 0) return [];
    helpers.use('take');
    const own = needs.work.get(branch.index) ?? { condition: branch.condition, arrays: new Map<string, string>(), routines: new Set<string>() };
    needs.work.set(branch.index, own);
    for (const work of works) own.routines.add(work);
    const waiting = [...branch.prepared.scratch.keys()].filter((array) => this.waiting.has(array));
    const all = [...waiting, ...[...here].filter((array) => !this.waiting.has(array))];
    const type = typeOf[dtype];
    return [
      'void *work = x->work;',
      ...all.map((array) => {
        const form = this.formOf(branch, array);
        own.arrays.set(String(array), countOf(form, 'rows', 'cols'));
        const call = `take(&work, ${countOf(form, 'x->rows', 'x->cols')}, sizeof(${type}));`;
        if (form !== '11') for (const one of form) if (one !== '1') names.size(one === 'r' ? 'rows' : 'cols');
        return here.has(array) ? `${type} *const ${this.arrayOf(branch, array)} = ${call}` : call;
      }),
    ];
  } // prettier-ignore

  private formOf({ prepared }: Branch, array: Variable): Form {
    return prepared.scratch.get(array) ?? wholeForm;
  }

  /** What an array is called in a body. */
  private arrayOf(branch: Branch, array: Variable): string {
    const meant = branch.views.get(array)?.array ?? array;
    if (!isScratch(meant)) return this.style.names.member(meant);
    const known = branch.arrays.get(meant);
    if (known !== undefined) {
      branch.taken.add(known);
      return known;
    }
    const node = branch.held.get(meant);
    const op = node !== undefined && isRoutine(node) ? node.op : undefined;
    const wanted = (node === undefined ? undefined : branch.named.get(node)?.name) ?? (op === undefined ? 'operand' : arrayNames[op as keyof typeof arrayNames]);
    const name = this.style.names.free(wanted, new Set([...this.taken, ...branch.taken, ...branch.arrays.values()]));
    branch.arrays.set(meant, name);
    branch.taken.add(name);
    this.inner.add(name);
    return name;
  } // prettier-ignore

  private routine(branch: Branch, call: Plan['routines'][number]): string[] {
    if (branch.views.has(call.result.array)) return [];
    const ofTensor = (array: Variable): string => (isScratch(branch.views.get(array)?.array ?? array) ? '' : 'x->') + this.arrayOf(branch, array);
    const { helper, args } = callOf(call, { array: ofTensor, numbers: call.scalars.map((node) => this.value(node, branch).text), views: branch.views });
    const node = branch.held.get(call.result.array);
    return [`${this.style.helpers.use(helper)}(${args.join(', ')});${node === undefined ? '' : this.comment(branch, node)}`];
  } // prettier-ignore

  /** Declares a number that all tensors share where it is used more than once, or by an author's name. */
  private shared({ node }: ScalarSlot): string[] {
    if (this.values.has(node)) return [];
    const expression = this.scalars(undefined).write(node, (operand) => this.value(operand));
    const branch = this.branches.find(({ named }) => named.has(node));
    const name = branch?.named.get(node)?.name;
    if (node.operands.length === 0 || ((this.uses.get(node) ?? 0) < 2 && name === undefined)) {
      this.values.set(node, expression);
      return [];
    }
    const declared = this.free(name ?? calledBy(expression.text) ?? 's');
    this.values.set(node, atom(declared));
    return [`const double ${declared} = ${expression.text};${branch === undefined ? '' : this.comment(branch, node)}`];
  }

  /** Declares a number of a tensor. */
  private ofTensor(branch: Branch, { node }: ScalarSlot): string[] {
    const expression = this.scalars(branch).write(node, (operand) => this.value(operand, branch));
    const inOne = (this.uses.get(node) ?? 0) < 2 && !branch.named.has(node) && !this.waiting.has(node);
    const isInLoop = branch.plan.passes.some(({ scalars }) => scalars.includes(node));
    if (node.operands.length === 0 || (inOne && !isInLoop)) {
      branch.values.set(node, expression);
      return [];
    }
    const { place, type } = this.ownPlace(branch, node, branch.named.get(node)?.name ?? calledBy(expression.text) ?? 's');
    return [`${type === '' ? '' : 'const double '}${place} = ${expression.text};${this.comment(branch, node)}`];
  }

  /** Where a number of a tensor goes: to a variable, or to one of the numbers that wait. */
  private ownPlace(branch: Branch, node: Node, wanted: string): { readonly place: string; readonly type: string } {
    const waits = this.waiting.has(node);
    const place = waits ? `x->scratch[${String(this.numbers++)}]` : this.free(wanted, branch);
    branch.values.set(node, atom(place));
    return { place, type: waits ? '' : 'double ' };
  }

  private comment({ named }: Branch, node: Node): string {
    const known = named.get(node);
    return known === undefined ? '' : ` /* ${known.equation} */`;
  }

  private value(node: Node, branch?: Branch): Expression {
    const known = branch?.values.get(node) ?? this.values.get(node);
    if (known === undefined) throw new RangeError(`the number ${node.op} is read before it is computed`);
    return known;
  }

  /** Where a sum goes. One over several tensors is declared before the loop; cohorts of an exact file add theirs up one after the other. */
  private placeOf(branch: Branch, sum: Node, outside: string[]): { readonly place: string; readonly begin: readonly string[] } {
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

  private loop(branch: Branch, pass: Pass, sums: readonly { readonly place: string }[], outside: string[]): string[] {
    const { names, helpers } = this.style;
    const taken = new Set([...this.taken, ...branch.taken]);
    const lines = readableLoop(pass, branch.program.graph, {
      helpers,
      array: (index) => this.arrayOf(branch, pass.arrays[index]!),
      isDeclared: (index) => isScratch(branch.views.get(pass.arrays[index]!)?.array ?? pass.arrays[index]!),
      spread: (index) => branch.views.get(pass.arrays[index]!)?.form,
      held: (index) => branch.held.get(pass.arrays[index]!),
      scalar: (node) => this.value(node, branch),
      constant: (node, before) => (branch.values.has(node) ? this.constant(node, before, taken, branch) : this.constant(node, outside, taken)),
      named: (node) => branch.named.get(node),
      free: (wanted) => names.free(wanted, taken),
      sum: (node) => sums[pass.sums.indexOf(node)]!.place,
      size: (form) => (form === wholeForm ? 'x->size' : countOf(form, names.size('rows'), names.size('cols'))),
      side: (side) => names.size(side),
    });
    for (const name of taken) if (!this.taken.has(name)) this.inner.add(name);
    return lines;
  } // prettier-ignore

  /** A number rounded to float32, once, in a variable that is declared among `lines`. */
  private constant(node: Node, lines: string[], taken: Set<string>, branch?: Branch): Expression {
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

  private chunks(branch: Branch, pass: Pass, sums: readonly { readonly place: string }[]): string[] {
    const { names } = this.style;
    return kernelByChunks(pass, this.style, {
      size: pass.form === wholeForm ? 'x->size' : countOf(pass.form, names.size('rows'), names.size('cols')),
      array: (array) => `${isScratch(array) ? '' : 'x->'}${this.arrayOf(branch, array)}`,
      scalar: (node) => this.value(node, branch).text,
      sums: sums.map(({ place }) => place),
    });
  }

  private free(wanted: string, branch?: Branch): string {
    const { names } = this.style;
    const own = branch?.taken ?? this.inner;
    const name = names.free(wanted, new Set([...this.taken, ...own]));
    (branch?.taken ?? this.taken).add(name);
    if (branch !== undefined) this.inner.add(name);
    return name;
  }
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
