/** Sums in C: float64 lanes, to which the elements of a stretch are added in turn, products formed in float64. Plain loops, which compilers make vectors of. */
import { blockOf, type DType } from '../../../plan/dtype.ts';
import { typeOf, type Helper } from './source.ts';

function adder(dtype: DType, operands: readonly string[]): Helper & { readonly name: string } {
  const [type, lanes] = [typeOf[dtype], String(blockOf[dtype])];
  const name = `add_${operands.length === 1 ? 'sum' : 'dot'}_${type}`;
  const summand = (i: string): string => operands.map((one) => `${type === 'float' ? '(double)' : ''}${one}[${i}]`).join(' * ');
  return {
    name,
    text: `static inline void ${name}(size_t n, ${operands.map((one) => `const ${type} *${one}`).join(', ')}, double lane[${lanes}]) {
  size_t i = 0;
  for (; i + ${lanes} <= n; i += ${lanes})
    for (size_t k = 0; k < ${lanes}; k++) lane[k] += ${summand('i + k')};
  for (; i < n; i++) lane[i % ${lanes}] += ${summand('i')};
}`,
  };
}

/** The helpers by name: `add_sum_float`, `add_dot_double` and their like. Stretches begin at whole blocks, so lanes go on where they were. */
export const sumHelpers: Readonly<Record<string, Helper>> = Object.fromEntries(
  (['float32', 'float64'] as const)
    .flatMap((dtype) => [['a'], ['a', 'b']].map((operands) => adder(dtype, operands)))
    .map((one) => [one.name, one]),
);
