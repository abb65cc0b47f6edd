/**
 * A kernel as a whole file of C, with the function `run(memory, at, from, to)`: the convention of `../convention.ts`, in a memory that begins at the address
 * `memory`. All four are doubles, which hold every address and number there is, because calls from JavaScript are fastest with them. They are fast only
 * where the engine sees that it always calls the same function, so every file also has `call(run, memory, at, from, to)`, which calls the `run` of any.
 */
import { blockOf, bytesOf } from '../../../plan/dtype.ts';
import { shiftOf, type Content } from '../../../plan/format.ts';
import type { Kernel } from '../../../plan/kernel.ts';
import { argument, segment } from '../convention.ts';
import { helpersOfC } from './functions.ts';
import { arraysOf, hasStretches, kernelToC, parametersOf } from './kernel.ts';
import { indented, sizeOf, typeOf } from './source.ts';

/** What every file begins with. A compiler that was told to break arithmetic is refused. */
export const preamble = `#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__FAST_MATH__) || FLT_EVAL_METHOD != 0
#error "needs IEEE arithmetic: no -ffast-math, and on 32-bit x86 -msse2 -mfpmath=sse"
#endif`;

/** The names of the functions. */
export const entries = { run: 'run', call: 'call' } as const;

/** The function that calls the `run` of any file. */
export const entryCall = `void ${entries.call}(double function, double memory, double at, double from, double to);

void ${entries.call}(double function, double memory, double at, double from, double to) {
  ((void (*)(double, double, double, double))(uintptr_t)function)(memory, at, from, to);
}`;

/** The file of a kernel. */
export function lowerToC(kernel: Kernel): string {
  const helpers = helpersOfC();
  const body = kernelToC(kernel, 'kernel', helpers);
  return [preamble, helpers.text, body, entry(kernel), ''].filter((part, i) => part !== '' || i === 3).join('\n\n');
}

function entry(kernel: Kernel): string {
  const { dtype, scalars, sums, draws } = kernel;
  const type = typeOf[dtype];
  // What no sum and no scale must see is computed for whole blocks: tensors are padded to them.
  const whole = hasStretches(kernel) ? '' : roundedUp(blockOf[dtype]);
  const shifts = shiftsOf(kernel);
  const needsUniforms = scalars > 0 || draws;
  const given = {
    scalars: `(const ${type} *)uniforms`,
    sums: `(double *)(base + given[${String(argument.sums)}]) + s * ${String(sums)}`,
    key: `*(const uint32_t *)(uniforms + ${String(scalars * bytesOf[dtype])})`,
    first: `(uint32_t)(start / ${sizeOf(dtype)})`,
  };
  const arrays = arraysOf(kernel).map((one, i) => {
    const offset = shifts[i] === 0 ? 'start' : `(start >> ${String(shifts[i])})`;
    return `(${one.type} *)(base + given[${String(argument.arrays + i)}] + ${offset})`;
  });
  return [
    `void ${entries.run}(double memory, double at, double from, double to);`,
    '',
    `void ${entries.run}(double memory, double at, double from, double to) {`,
    ...indented([
      'char *const base = (char *)(uintptr_t)memory;',
      'const uint64_t *const given = (const uint64_t *)(base + (uint64_t)at);',
      'for (uint64_t s = (uint64_t)from; s < (uint64_t)to; s++) {',
      ...indented([
        `const uint64_t *const record = (const uint64_t *)(base + given[${String(argument.table)}]) + s * ${String(segment.words)};`,
        `const uint64_t start = record[${String(segment.start)}];`,
        ...(needsUniforms
          ? [
              `const char *const uniforms = base + given[${String(argument.uniforms)}] + record[${String(segment.tensor)}] * given[${String(argument.pitch)}];`,
            ]
          : []),
        `const size_t count = (size_t)(record[${String(segment.end)}] - start) / ${sizeOf(dtype)};`,
        `kernel(${[`count${whole}`, ...parametersOf(kernel).map((one) => given[one]), ...arrays].join(', ')});`,
      ]),
      '}',
    ]),
    '}',
    '',
    entryCall,
  ].join('\n');
}

/** Makes `count` a multiple. */
function roundedUp(block: number): string {
  return ` + (size_t)(-(int64_t)count & ${String(block - 1)})`;
}

/** By how much an offset is shifted to give the one into each array. */
function shiftsOf({ code, arrays }: Kernel): number[] {
  const contents = new Array<Content>(arrays).fill('plain');
  for (const one of code) {
    if (!('array' in one) || one.coded === undefined) continue;
    contents[one.array] = one.coded.format;
    if (one.coded.scales !== undefined) contents[one.coded.scales] = 'scales';
  }
  return contents.map((content) => shiftOf[content]);
}
