/**
 * The shaders of a step: one entry point for each pass over the elements, one after each pass with partial sums that adds them up, one for scalar states
 * that depend on sums, and one for where to evaluate. Knows plans; `head.ts` writes the head of the file.
 */
import { UnsupportedError } from '../../language/run-error.ts';
import { scopeOf, type Node } from '../../language/graph.ts';
import { inputVariable } from '../../language/part.ts';
import type { Program } from '../../language/program.ts';
import { gradient, parameter, type Variable } from '../../language/variable.ts';
import { evaluationProgram } from '../../plan/cohort.ts';
import type { Pass } from '../../plan/passes.ts';
import { planFor, prepare, type Plan } from '../../plan/plan.ts';
import { helpers } from '../../targets/loops/wgsl/language.ts';
import { writeBody, type Naming } from '../../targets/loops/wgsl/kernel.ts';
import { refuseNoise } from '../refusals.ts';
import { assignedNames, bufferNames, Names, type Named } from './names.ts';
import { StepScalars } from './scalars.ts';

/** Invocations of a workgroup, and elements of which one adds up a part of a sum. */
export const [workgroup, tile] = [256, 4096];

/** An entry point, and what it is dispatched for: so many elements a workgroup, or one workgroup a tensor. */
export interface Entry {
  readonly name: string;
  readonly elements: number | undefined;
  readonly about: string;
}

/** A buffer of the bind group. */
export interface Buffer extends Named {
  readonly access: 'uniform' | 'read' | 'read_write';
  readonly about: string;
}

/** All that a file says. */
export interface Shader {
  readonly buffers: readonly Buffer[];
  readonly entries: readonly Entry[];
  readonly evaluates: boolean;
  readonly scalars: StepScalars;
  /** Sums that one pass leaves at most; 0 where there is no sum. */
  readonly sums: number;
  /** Numbers in the buffer `sums`. */
  readonly kept: number;
  readonly code: string;
}

/** The shaders of a program. Throws an UnsupportedError for what no loop over elements can say. */
export function writeShader(program: Program): Shader {
  const plan = planOf(program);
  const evaluation = evaluationProgram(program);
  const evaluating = evaluation === undefined ? undefined : planOf(evaluation);
  const names = new Names();
  const passes = [...plan.passes, ...(evaluating?.passes ?? [])];
  const inputs = program.inputs.flatMap((input) => (input.kind === 'tensor' ? [inputVariable(input)] : []));
  const used = new Set(passes.flatMap(({ arrays }) => arrays));
  const arrays = [...new Set([parameter, gradient, ...inputs, ...used])].filter((array) => array === parameter || used.has(array));
  const single = plan.passes.length === 1;
  const entryNames = plan.passes.map(
    (_, index) =>
      [single ? 'step' : `pass_${String(index + 1)}`, `total_${String(index + 1)}`].map((one) => names.give(one)) as [string, string],
  );
  const named = bufferNames(program, names, arrays);
  const assigned = assignedNames(program, names);
  const scalars = new StepScalars(program, names, assigned, evaluating === undefined ? [plan] : [plan, evaluating]);
  const naming: Naming = {
    buffer: (array) => named.get(array) ?? { id: '', element: '' },
    scalar: (node) => scalars.term(node),
    assigned: (node) => assigned.get(node),
    fresh: () => names.give('x'),
  };
  const stored = new Set(
    passes.flatMap(({ kernel, arrays: own }) => kernel.code.flatMap((one) => (one.op === 'store' ? [own[one.array]] : []))),
  );
  const sums = Math.max(...plan.passes.map((pass) => pass.sums.length), 0);
  const kept = plan.passes.reduce((total, pass) => total + pass.sums.length, 0) + scalars.states.length;
  const entries: Entry[] = [];
  const functions: string[] = [];
  const left = new Map<Variable, Node>();
  plan.passes.forEach((pass, index) => {
    const [name, total] = entryNames[index]!;
    const writes = pass.kernel.code.flatMap((one) => (one.op === 'store' ? [named.get(pass.arrays[one.array]!)?.written ?? ''] : []));
    const what = [...(pass.sums.length > 0 ? ['parts of its sums'] : []), ...writes].join(', ');
    entries.push({ name, elements: pass.sums.length > 0 ? tile : workgroup, about: `writes ${what}` });
    functions.push(
      passFunction(name, pass, writeBody(program.graph, pass, left, naming), scalars.prologue(pass.scalars), () => names.give('part')),
    );
    if (pass.sums.length === 0) return;
    entries.push({ name: total, elements: undefined, about: 'adds the parts up' });
    functions.push(totalFunction(total, pass, scalars, sums));
  });
  if (scalars.states.length > 0) {
    const name = 'keep';
    entries.push({ name, elements: undefined, about: `keeps ${scalars.states.map(({ written }) => written).join(', ')}` });
    functions.push(keepFunction(name, scalars, kept));
  }
  if (evaluating !== undefined) {
    const [pass] = evaluating.passes;
    if (pass !== undefined)
      functions.push(
        passFunction('evaluate', pass, writeBody(program.graph, pass, new Map(), naming), scalars.prologue(pass.scalars), () =>
          names.give('part'),
        ),
      );
  }
  const buffers: Buffer[] = [
    { id: 'host', written: '', access: 'uniform', about: 'the uniforms below' },
    ...arrays.map((array): Buffer => ({
      id: named.get(array)?.id ?? '',
      written: named.get(array)?.written ?? '',
      access: stored.has(array) ? 'read_write' : 'read',
      about: aboutOf(array, program),
    })),
  ]; // prettier-ignore
  if (sums > 0) buffers.push({ id: 'partials', written: '', access: 'read_write', about: 'parts of sums, one buffer for all tensors' });
  if (kept > 0) buffers.push({ id: 'sums', written: '', access: 'read_write', about: 'sums and what is made of them, zeros at first' });
  const body = functions.join('\n\n');
  const called = Object.entries(helpers).flatMap(([name, text]) => (body.includes(`${name}(`) ? [text] : []));
  const code = [uniformStruct(scalars, sums), bindings(buffers), ...called, ...(sums > 0 ? [addUp(sums)] : []), body].join('\n\n');
  return { buffers, entries, evaluates: evaluating !== undefined, scalars, sums, kept, code };
}

/** The plan of a step with every condition left in it, as a choice. */
function planOf(program: Program): Plan {
  const plan = planFor({ ...prepare(program, 'float32', { exact: false }), conditions: [] }, []);
  // What it is made of comes first, and the author wrote what comes of it.
  const call = plan.routines.find(({ op }) => op !== 'spread' && op !== 'transpose') ?? plan.routines[0];
  if (call === undefined) return plan;
  if (call.op === 'noise') refuseNoise(program.name, 'emit to wgsl');
  const problem = `uses ${call.op}, and the target wgsl has only elementwise operations and sums over tensors; every other target supports it`;
  throw new UnsupportedError('emit to wgsl', `${program.name} ${problem}`);
}

function aboutOf(array: Variable, program: Program): string {
  if (array === parameter) return 'the parameter';
  if (array === gradient) return 'its gradient';
  if (array.role === 'state') return 'a state, zeros at first';
  if (array.role === 'evaluation') return 'where to evaluate the model';
  return `the input ${program.inputs.find((input) => inputVariable(input) === array)?.name ?? array.name}`;
}

function uniformStruct({ fields }: StepScalars, sums: number): string {
  const counts = sums > 0 ? ['count: u32', 'first: u32', 'total: u32'] : ['count: u32'];
  const lines = [...counts.map((one) => `  ${one},`), ...fields.map(({ id, written }) => `  ${id}: f32, // ${written}`)];
  return `struct Uniforms {\n${lines.join('\n')}\n}`;
}

function bindings(buffers: readonly Buffer[]): string {
  return buffers.map(({ id, access }, at) => {
    const [space, type] = access === 'uniform' ? ['uniform', 'Uniforms'] : [`storage, ${access}`, 'array<f32>'];
    return `@group(0) @binding(${String(at)}) var<${space}> ${id}: ${type};`;
  }).join('\n'); // prettier-ignore
}

const indented = (lines: readonly string[], by: number): string[] => lines.map((line) => ' '.repeat(by) + line);

const position = '@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32';

function passFunction(
  name: string,
  pass: Pass,
  body: ReturnType<typeof writeBody>,
  prologue: readonly string[],
  part: () => string,
): string {
  const head = [`@compute @workgroup_size(${String(workgroup)})`, `fn ${name}(${position}) {`];
  if (pass.sums.length === 0) {
    return [
      ...head,
      `  let i = (id.x + id.y * groups.x) * ${String(workgroup)}u + lane;`,
      '  if (i >= host.count) {',
      '    return;',
      '  }',
      ...indented([...prologue, ...body.lines, ...body.stores], 2),
      '}',
    ].join('\n');
  }
  const parts = pass.sums.map(part);
  return [
    ...head,
    '  let group = id.x + id.y * groups.x;',
    ...indented(prologue, 2),
    ...parts.map((id) => `  var ${id} = 0.0;`),
    `  for (var k = 0u; k < ${String(tile)}u; k += ${String(workgroup)}u) {`,
    `    let i = group * ${String(tile)}u + k + lane;`,
    '    if (i < host.count) {',
    ...indented([...body.lines, ...parts.map((id, r) => `${id} += ${body.sums[r] ?? ''};`), ...body.stores], 6),
    '    }',
    '  }',
    ...parts.map((id, r) => `  leave(group, lane, ${String(r)}u, ${id});`),
    '}',
  ].join('\n');
}

/** Functions that add up: pairwise in a workgroup, so that rounding grows with the logarithm of the number of parts. */
function addUp(most: number): string {
  const index = (at: string): string => (most === 1 ? at : `${at.includes(' ') ? `(${at})` : at} * ${String(most)}u + r`);
  return `var<workgroup> lanes: array<f32, ${String(workgroup)}>;

// Adds the numbers of all invocations up in pairs, and gives each the sum.
fn add_up(lane: u32, own: f32) -> f32 {
  lanes[lane] = own;
  workgroupBarrier();
  for (var half = ${String(workgroup / 2)}u; half > 0u; half /= 2u) {
    if (lane < half) {
      lanes[lane] += lanes[lane + half];
    }
    workgroupBarrier();
  }
  let sum = lanes[0];
  workgroupBarrier();
  return sum;
}

// Leaves the part of sum r that this workgroup has.
fn leave(group: u32, lane: u32, r: u32, own: f32) {
  let part = add_up(lane, own);
  if (lane == 0u && group * ${String(tile)}u < host.count) {
    partials[${index('host.first + group')}] = part;
  }
}

// Sum r of the parts of some workgroups.
fn total_of(lane: u32, r: u32, first: u32, end: u32) -> f32 {
  var own = 0.0;
  for (var k = first + lane; k < end; k += ${String(workgroup)}u) {
    own += partials[${index('k')}];
  }
  return add_up(lane, own);
}`;
}

function totalFunction(name: string, { sums }: Pass, scalars: StepScalars, most: number): string {
  const lines = sums.map((sum, r) => {
    const range =
      scopeOf(sum) === 'tensor' ? `host.first, host.first + (host.count + ${String(tile - 1)}u) / ${String(tile)}u` : '0u, host.total';
    return `let sum_${String(r)} = total_of(lane, ${String(most === 1 ? 0 : r)}u, ${range});`;
  });
  const stores = sums.map((sum, r) => `sums[${String(scalars.placeOf(sum))}] = sum_${String(r)};`);
  return [
    `@compute @workgroup_size(${String(workgroup)})`,
    `fn ${name}(@builtin(local_invocation_index) lane: u32) {`,
    ...indented(lines, 2),
    '  if (lane == 0u) {',
    ...indented(stores, 4),
    '  }',
    '}',
  ].join('\n');
}

function keepFunction(name: string, scalars: StepScalars, kept: number): string {
  const { states } = scalars;
  const values = states.map(({ node }) => scalars.term(node).text);
  return [
    '@compute @workgroup_size(1)',
    `fn ${name}() {`,
    ...indented(scalars.prologue(states.map(({ node }) => node)), 2),
    ...states.map(({ written }, index) => `  sums[${String(kept - states.length + index)}] = ${values[index] ?? ''}; // ${written}`),
    '}',
  ].join('\n');
}
