/** A pass as the kernel of the exact plan, run by chunks as every backend runs it. Knows passes and kernels; no step. */
import type { Node } from '../../language/graph.ts';
import type { Variable } from '../../language/variable.ts';
import { chunk } from '../../plan/dtype.ts';
import type { Pass } from '../../plan/passes.ts';
import { kernelToC, parametersOf } from '../../targets/loops/c/kernel.ts';
import { indented, typeOf } from '../../targets/loops/c/source.ts';
import type { StepStyle } from './style.ts';

/** What the texts of a pass's arrays, numbers and sums are, and how many elements it runs over. */
export interface ChunkNames {
  readonly size: string;
  readonly array: (array: Variable) => string;
  readonly scalar: (node: Node) => string;
  readonly sums: readonly string[];
}

/** The loop over chunks. */
export function kernelByChunks({ kernel, scalars, arrays }: Pass, { kernels, helpers, dtype }: StepStyle, { size, array, scalar, sums }: ChunkNames): string[] {
  const known = kernels.get(kernel.key) ?? { name: `kernel${String(kernels.size)}`, text: kernelToC(kernel, `kernel${String(kernels.size)}`, helpers) };
  kernels.set(kernel.key, known);
  const given = { scalars: 'c', sums: 'part', key: '0', first: '0' };
  const values = scalars.map((node) => (dtype === 'float32' ? `(float)(${scalar(node)})` : scalar(node)));
  const whole = sums.map((_, r) => `whole${String(r)}`);
  return [
    ...(kernel.scalars > 0 ? [`const ${typeOf[dtype]} c[] = {${values.join(', ')}};`] : []),
    ...whole.map((one) => `double ${one} = 0;`),
    `for (size_t i = 0; i < ${size}; i += ${String(chunk)}) {`,
    ...indented([
      `const size_t n = ${size} - i < ${String(chunk)} ? ${size} - i : ${String(chunk)};`,
      ...(sums.length > 0 ? [`double part[${String(sums.length)}];`] : []),
      `${known.name}(${['n', ...parametersOf(kernel).map((one) => given[one]), ...arrays.map((one) => `${array(one)} + i`)].join(', ')});`,
      ...whole.map((one, r) => `${one} += part[${String(r)}];`),
    ]),
    '}',
    ...sums.map((place, r) => `${place} += ${whole[r]!};`),
  ];
} // prettier-ignore
