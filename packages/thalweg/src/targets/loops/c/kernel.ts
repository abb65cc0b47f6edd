/**
 * Kernels in C: a function that runs over elements of one tensor, `NAME(count, scalars, sums, key, first, a0, a1, …)` with those of these that the kernel
 * has. The operations, their rounding and the order of sums are those of `../js/blocks.ts`, so a compiler that keeps IEEE arithmetic gives the same bits.
 * Nothing jumps in a loop over elements, so that compilers make vectors of it. Knows no memory: `unit.ts` has the calling convention.
 */
import { elements, type ElementOp } from '../../../language/operations/elements.ts';
import { blockOf, foldOf, type Fold } from '../../../plan/dtype.ts';
import { isScaled, scaled } from '../../../plan/format.ts';
import type { Coded, Instruction, Kernel } from '../../../plan/kernel.ts';
import { own } from './arithmetic.ts';
import { decoded, storedAs } from './quantization.ts';
import { algorithmIn } from './functions.ts';
import { indented, Statements, typeOf, type Helpers } from './source.ts';

/** What an array of a kernel is. */
export interface ArrayOfC {
  readonly type: string;
  readonly written: boolean;
}

/** The arrays of a kernel, in order. */
export function arraysOf({ code, dtype, arrays }: Kernel): ArrayOfC[] {
  const made = Array.from({ length: arrays }, (): { type: string; written: boolean } => ({ type: typeOf[dtype], written: false }));
  for (const one of code) {
    if (!('array' in one)) continue;
    const stores = one.op === 'store';
    made[one.array]!.written ||= stores;
    if (one.coded === undefined) continue;
    made[one.array]!.type = storedAs[one.coded.format];
    if (one.coded.scales === undefined) continue;
    made[one.coded.scales]!.type = storedAs.scales;
    made[one.coded.scales]!.written ||= stores;
  }
  return made;
}

/** Which of its parameters besides `count` and arrays a kernel's function has, in order. */
export function parametersOf({ scalars, sums, draws }: Kernel): readonly ('scalars' | 'sums' | 'key' | 'first')[] {
  return [
    ...(scalars > 0 ? (['scalars'] as const) : []),
    ...(sums > 0 ? (['sums'] as const) : []),
    ...(draws ? (['key', 'first'] as const) : []),
  ];
}

/** The function of a kernel. */
export function kernelToC(kernel: Kernel, name: string, helpers: Helpers): string {
  const type = typeOf[kernel.dtype];
  const declared = { scalars: `const ${type} *scalars`, sums: 'double *sums', key: 'uint32_t key', first: 'uint32_t first' };
  const arrays = arraysOf(kernel).map((one, i) => `${one.written ? '' : 'const '}${one.type} *restrict a${String(i)}`);
  const parameters = ['size_t count', ...parametersOf(kernel).map((one) => declared[one]), ...arrays];
  return [
    `static void ${name}(${parameters.join(', ')}) {`,
    ...indented([...scalarsOf(kernel), ...(hasStretches(kernel) ? stretches : plainLoop)(kernel, helpers)]),
    '}',
  ].join('\n');
}

/** Elements of a stretch: what is summed or encoded of them waits beside the arrays, in the first cache. */
const stretch = 256;

type Load = Extract<Instruction, { readonly op: 'load' }>;
type Store = Extract<Instruction, { readonly op: 'store' }>;
type Sum = Extract<Instruction, { readonly sum: number }>;
type Scaled = Store & { readonly coded: Coded };

/** Stores in a format with scales: a block of elements must be known before one is rounded. */
function scaledStores({ code }: Kernel): Scaled[] {
  return code.flatMap((one) =>
    one.op === 'store' && one.coded !== undefined && isScaled(one.coded.format) ? [{ ...one, coded: one.coded }] : [],
  );
}

/** Whether elements are run over by stretches, so that neither sums nor scales see what lies behind the last. */
export function hasStretches(kernel: Kernel): boolean {
  return kernel.sums > 0 || scaledStores(kernel).length > 0;
}

function scalarsOf({ code, dtype }: Kernel): string[] {
  return code.flatMap((one, i) => (one.op === 'scalar' ? [`const ${typeOf[dtype]} c${String(i)} = scalars[${String(one.scalar)}];`] : []));
}

function plainLoop(kernel: Kernel, helpers: Helpers): string[] {
  return ['for (size_t i = 0; i < count; i++) {', ...indented(element(kernel, 'i', new Map(), helpers)), '}'];
}

/** A loop over the elements of a stretch, which jumps as little as any; then what is left in `t0`, `t1`, … is summed and encoded. */
function stretches(kernel: Kernel, helpers: Helpers): string[] {
  const { dtype, code } = kernel;
  const [type, scaledHere] = [typeOf[dtype], scaledStores(kernel)];
  const sums = code.filter((one): one is Sum => 'sum' in one);
  const given = sums.flatMap((one) => one.operands).filter((operand) => !stands(kernel, code[operand]!));
  const waiting = new Map(
    [...new Set([...given, ...scaledHere.map(({ operand }) => operand)])].map((operand, i) => [operand, `t${String(i)}`]),
  );
  const summand = (operand: number): string => {
    const one = code[operand]!;
    return waiting.get(operand) ?? ('array' in one ? `a${String(one.array)} + i` : '');
  };
  const body = code.some(({ op }) => op === 'store') || waiting.size > 0 ? element(kernel, 'i + k', waiting, helpers) : [];
  const lanes = String(blockOf[dtype]);
  return [
    ...sums.map(({ sum }) => `double lane${String(sum)}[${lanes}] = {0};`),
    `for (size_t i = 0; i < count; i += ${String(stretch)}) {`,
    ...indented([
      `const size_t n = count - i < ${String(stretch)} ? count - i : ${String(stretch)};`,
      ...[...waiting.values()].map((name) => `${type} ${name}[${String(stretch)}];`),
      ...(body.length === 0 ? [] : ['for (size_t k = 0; k < n; k++) {', ...indented(body), '}']),
      ...sums.map((one) => `${helpers.use(`add_${one.op}_${type}`)}(n, ${one.operands.map(summand).join(', ')}, lane${String(one.sum)});`),
      ...scaledHere.map(({ array, operand, coded: { format, draw = 0, scales } }) => {
        const [a, s] = [`a${String(array)} + i`, `a${String(scales)} + i / ${String(scaled)}`];
        return `${helpers.use(`encode_${format}`)}(${summand(operand)}, n, ${a}, ${s}, key, first + (uint32_t)i, ${String(draw)});`;
      }),
    ]),
    '}',
    ...sums.map(({ sum }) => `sums[${String(sum)}] = ${folded(foldOf[dtype], `lane${String(sum)}`)};`),
  ];
}

/** Whether an operand stands in an array, as it was, also behind the loop. */
function stands({ code }: Kernel, one: Instruction): boolean {
  return one.op === 'load' && one.coded === undefined && !code.some((other) => other.op === 'store' && other.array === one.array);
}

function folded(fold: Fold, lane: string): string {
  if (typeof fold === 'number') return `${lane}[${String(fold)}]`;
  const side = (one: Fold): string => (typeof one === 'number' ? folded(one, lane) : `(${folded(one, lane)})`);
  return `${side(fold[0])} + ${side(fold[1])}`;
}

/** What is done to element number `i`, the values `waiting` being kept for later. */
function element(kernel: Kernel, i: string, waiting: ReadonlyMap<number, string>, helpers: Helpers): string[] {
  const { code, dtype } = kernel;
  const type = typeOf[dtype];
  const statements = new Statements('v');
  const f = own(statements, type, helpers);
  const values = new Map<number, string>();
  const value = (operand: number): string => values.get(operand)!;
  const operation = (op: ElementOp, [a = '', b = '', c = '']: readonly string[]): string => {
    const { compute, takes } = elements[op];
    if (compute.in === 'own') return compute.over(f, a, b, c);
    const call = `${algorithmIn(helpers, compute.by)}(${[a, b].slice(0, takes.length).join(', ')})`;
    return statements.declare(type, compute.in === 'float64' && type === 'float' ? `(float)${call}` : call);
  };
  const used = neededFor(kernel, waiting);
  code.forEach((one, at) => {
    if ('sum' in one || !used.has(at)) return;
    if (one.op === 'const') values.set(at, f.constant(one.value));
    else if (one.op === 'scalar') values.set(at, `c${String(at)}`);
    else if (one.op === 'load') values.set(at, statements.declare(type, load(one, i, helpers)));
    else if (one.op === 'store') statements.lines.push(...store(one, i, value(one.operand), helpers));
    else values.set(at, operation(one.op, one.operands.map(value)));
  });
  for (const [at, name] of waiting) statements.lines.push(`${name}[k] = ${value(at)};`);
  return statements.lines;
}

/** The instructions that stores and what waits depend on. */
function neededFor({ code }: Kernel, waiting: ReadonlyMap<number, string>): Set<number> {
  const needed = new Set<number>();
  for (let at = code.length - 1; at >= 0; at--) {
    const one = code[at]!;
    if (one.op !== 'store' && !waiting.has(at) && !needed.has(at)) continue;
    needed.add(at);
    if ('operand' in one) needed.add(one.operand);
    if ('operands' in one) for (const operand of one.operands) needed.add(operand);
  }
  return needed;
}

function load({ array, coded }: Load, i: string, helpers: Helpers): string {
  const a = `a${String(array)}`;
  if (coded === undefined) return `${a}[${i}]`;
  helpers.use(`decode_${coded.format}`);
  return decoded(coded.format, a, i, `a${String(coded.scales)}`);
}

/** What is stored at once: nothing of a format with scales. */
function store({ array, coded }: Store, i: string, value: string, helpers: Helpers): string[] {
  const a = `a${String(array)}`;
  if (coded === undefined) return [`${a}[${i}] = ${value};`];
  if (isScaled(coded.format)) return [];
  return [`${a}[${i}] = ${helpers.use('encode_bfloat16')}(${value}, ${added(coded, i, value, helpers)});`];
}

/** What is added to the bits of a float before the lower half is cut off: random bits, or half of the last place. */
function added({ draw }: Coded, i: string, value: string, helpers: Helpers): string {
  if (draw === undefined) return `${helpers.use('half_of_last')}(${value})`;
  return `${helpers.use('random_bits')}(key, first + (uint32_t)(${i}), ${String(draw)}, 16)`;
}
