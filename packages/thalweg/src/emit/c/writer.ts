/**
 * Writes a step in C for one outcome of its conditions: scalars that tensors share, and loops over the tensors, each of which goes through its scalars,
 * passes and matrix operations. A pass is either one readable loop or the kernel of the exact plan.
 */
import { wholeForm, type Form } from '../../language/form.ts';
import { isRoutine, type Node } from '../../language/graph.ts';
import type { Variable } from '../../language/variable.ts';
import type { Pass } from '../../plan/passes.ts';
import type { Plan, ScalarSlot } from '../../plan/plan.ts';
import { indented, typeOf } from '../../targets/loops/c/source.ts';
import { arrayNames, arraysIn, callOf, countOf, isScratch } from './arrays.ts';
import { branchOf, type Branch, type WrittenProgram } from './branch.ts';
import { kernelByChunks } from './chunks.ts';
import { inside } from './expression.ts';
import { readableLoop } from './loop.ts';
import { segmentsOf, type Segment, type SegmentedStep, type TensorOp } from './segments.ts';
import { commentOf, StepValues } from './step-values.ts';
import type { StepStyle } from './style.ts';

/** Writes a step for one outcome. */
export class StepWriter {
  private readonly style: StepStyle;
  private readonly branches: readonly Branch[];
  private readonly step: SegmentedStep;
  private readonly values: StepValues;

  constructor(programs: readonly WrittenProgram[], outcome: ReadonlyMap<Node, boolean>, style: StepStyle) {
    this.style = style;
    this.branches = programs.map((one) => branchOf(one, outcome, style));
    const isOfTensor = (state: Variable): boolean => this.branches.some(({ program }) => program.states.get(state)?.kind === 'tensor');
    this.step = segmentsOf(this.branches.map(({ plan }) => plan), isOfTensor); // prettier-ignore
    this.values = new StepValues(this.branches, this.step, isOfTensor, style);
  }

  /** The body of the step. */
  lines(): string[] {
    const lines: string[] = [];
    for (const segment of this.step.segments) this.segment(segment, lines);
    const { names } = this.style;
    const writes = [...this.step.writes];
    const next = writes.map(([state]) => this.values.free(`next_${names.member(state)}`));
    lines.push(
      ...writes.map(([, node], i) => `const double ${next[i]!} = ${this.values.value(node).text};`),
      ...writes.map(([state], i) => `o->${names.member(state)} = ${next[i]!};`),
    );
    const { needs } = this.style;
    needs.numbers = Math.max(needs.numbers, this.values.waitingNumbers);
    const slots = this.branches.flatMap(({ plan }) => plan.scalars).filter((slot) => this.values.isUsed(slot));
    const all = [...this.hyper(slots), ...lines];
    const isRead = (name: RegExp): boolean => all.some((line) => name.test(line));
    return [...all, ...(isRead(/\bo->/) ? [] : ['(void)o;']), ...(isRead(/\btensors\b/) ? [] : ['(void)tensors, (void)count;'])];
  }

  /** What decides which step is taken: `outcome`, a bit for each condition, which `texts` are. */
  decision(conditions: readonly Node[]): { readonly lines: readonly string[]; readonly texts: readonly string[] } {
    const slots = [...new Map(this.branches.flatMap(({ prepared }) => prepared.scalars).map((slot) => [slot.node, slot])).values()];
    const { lines, texts } = this.values.decided(slots);
    const bits = conditions.map((condition, i) => `(${inside(this.values.value(condition), 2)} ? ${String(2 ** i)} : 0)`);
    return {
      lines: [...this.hyper(slots), ...lines, `const int outcome = ${bits.join(' + ')};`],
      texts: conditions.map((condition) => texts.get(condition)!.text),
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
    for (const slot of slots) if (this.values.isUsed(slot)) lines.push(...this.values.shared(slot));
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
          return this.values.isUsed(one.slot) ? this.values.ofTensor(branch, one.slot) : [];
        case 'routine':
          return this.routine(branch, one.call);
        case 'pass': {
          const sums = one.pass.sums.map((sum) => this.values.placeOf(branch, sum, outside));
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
    const next = writes.map(([state]) => this.values.free(`next_${names.member(state)}`, branch));
    return [
      ...writes.map(([, node], i) => `const double ${next[i]!} = ${this.values.value(node, branch).text};`),
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
    const waiting = [...branch.prepared.scratch.keys()].filter((array) => this.values.waiting.has(array));
    const all = [...waiting, ...[...here].filter((array) => !this.values.waiting.has(array))];
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
    const name = this.style.names.free(wanted, new Set([...this.values.takenIn(branch), ...branch.arrays.values()]));
    branch.arrays.set(meant, name);
    branch.taken.add(name);
    this.values.hide([name]);
    return name;
  } // prettier-ignore

  private routine(branch: Branch, call: Plan['routines'][number]): string[] {
    if (branch.views.has(call.result.array)) return [];
    const ofTensor = (array: Variable): string => (isScratch(branch.views.get(array)?.array ?? array) ? '' : 'x->') + this.arrayOf(branch, array);
    const { helper, args } = callOf(call, { array: ofTensor, numbers: call.scalars.map((node) => this.values.value(node, branch).text), views: branch.views });
    const node = branch.held.get(call.result.array);
    return [`${this.style.helpers.use(helper)}(${args.join(', ')});${node === undefined ? '' : commentOf(branch, node)}`];
  } // prettier-ignore

  private loop(branch: Branch, pass: Pass, sums: readonly { readonly place: string }[], outside: string[]): string[] {
    const { names, helpers } = this.style;
    const taken = this.values.takenIn(branch);
    const lines = readableLoop(pass, branch.program.graph, {
      helpers,
      array: (index) => this.arrayOf(branch, pass.arrays[index]!),
      isDeclared: (index) => isScratch(branch.views.get(pass.arrays[index]!)?.array ?? pass.arrays[index]!),
      spread: (index) => branch.views.get(pass.arrays[index]!)?.form,
      held: (index) => branch.held.get(pass.arrays[index]!),
      scalar: (node) => this.values.value(node, branch),
      constant: (node, before) => (branch.values.has(node) ? this.values.constant(node, before, taken, branch) : this.values.constant(node, outside, taken)),
      named: (node) => branch.named.get(node),
      free: (wanted) => names.free(wanted, taken),
      sum: (node) => sums[pass.sums.indexOf(node)]!.place,
      size: (form) => (form === wholeForm ? 'x->size' : countOf(form, names.size('rows'), names.size('cols'))),
      side: (side) => names.size(side),
    });
    this.values.hide(taken);
    return lines;
  } // prettier-ignore

  private chunks(branch: Branch, pass: Pass, sums: readonly { readonly place: string }[]): string[] {
    const { names } = this.style;
    return kernelByChunks(pass, this.style, {
      size: pass.form === wholeForm ? 'x->size' : countOf(pass.form, names.size('rows'), names.size('cols')),
      array: (array) => `${isScratch(array) ? '' : 'x->'}${this.arrayOf(branch, array)}`,
      scalar: (node) => this.values.value(node, branch).text,
      sums: sums.map(({ place }) => place),
    });
  }
}
