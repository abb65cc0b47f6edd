/** The self-test of an emitted C file: a main function that replays recorded steps. */
import { elementsOf, wholeForm, type Form } from '../../language/form.ts';
import type { Program } from '../../language/program.ts';
import { inputVariable } from '../../language/part.ts';
import { gradient, parameter, type Variable } from '../../language/variable.ts';
import type { DType } from '../../plan/dtype.ts';
import { indented, typeOf } from '../../targets/loops/c/source.ts';
import { rules, type Recording } from '../replay.ts';
import type { Names } from './names.ts';

/** How far from the recording a weight may be, as a part of how far it has moved, and of itself: rounding of the type, and no more. */
const bounds: Readonly<Record<DType, readonly [moved: string, size: string]>> = { float32: ['1e-2', '4e-5'], float64: ['1e-12', '1e-12'] };

/** The main function. */
export function testOf(
  program: Program,
  names: Names,
  { tensors, weights }: Recording,
  dtype: DType,
  { works, scale }: { readonly works: boolean; readonly scale: number },
): string {
  const [type, own] = [typeOf[dtype], names.type];
  const [moved, size] = bounds[dtype];
  const sizes = tensors.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const inputs = program.inputs.map((input) => ({ kind: input.kind, variable: inputVariable(input) }));
  const states = [...program.states].flatMap(([state, { kind, form }]) =>
    kind === 'array' ? [{ array: state, form: form ?? wholeForm }] : [],
  );
  const arrays: { readonly array: Variable; readonly form: Form }[] = [
    ...[parameter, gradient, ...inputs.flatMap(({ kind, variable }) => (kind === 'tensor' ? [variable] : []))].map((array) => ({
      array,
      form: wholeForm,
    })),
    ...states,
  ];
  const sizeOf = (form: Form): number[] => tensors.map(({ shape }) => elementsOf(form, shape));
  const memory = arrays.map(
    ({ array, form }) => `static ${type} ${names.member(array)}[${String(sizeOf(form).reduce((sum, size) => sum + size, 0))}];`,
  );
  const tensor = (j: number): string => {
    const { shape } = tensors[j]!;
    const [rows = 1, ...rest] = shape;
    const given = { rank: shape.length, rows, cols: rest.reduce((product, size) => product * size, 1) };
    const members = [
      `.size = ${String(sizes[j])}`,
      ...Object.entries(given).flatMap(([key, value]) => (names.shapes.has(key) ? [`.${key} = ${String(value)}`] : [])),
      ...arrays.map(
        ({ array, form }) =>
          `.${names.member(array)} = ${names.member(array)} + ${String(
            sizeOf(form)
              .slice(0, j)
              .reduce((sum, size) => sum + size, 0),
          )}`,
      ),
    ];
    return `{${members.join(', ')}}`;
  };
  const g = names.member(gradient);
  return [
    `#ifdef ${own.toUpperCase()}_TEST`,
    '#include <stdio.h>',
    ...(works ? ['#include <stdlib.h>'] : []),
    '',
    `/* Replays ${String(weights.length)} steps that were recorded in ${dtype}. */`,
    'int main(void) {',
    ...indented([
      `static const double expected[${String(weights.length)}][${String(total)}] = {`,
      ...indented(weights.map((all) => `{${all.map(numberOf).join(', ')}},`)),
      '};',
      ...memory,
      `${own}_tensor tensors[] = {${tensors.map((_, j) => tensor(j)).join(', ')}};`,
      `${own} o = ${own}_defaults();`,
      ...(works ? [`for (int k = 0; k < ${String(tensors.length)}; k++) tensors[k].work = malloc(${own}_work(&tensors[k]) + 1);`] : []),
      `double before[${String(total)}], moved[${String(total)}] = {0}, worst = 0;`,
      `for (int i = 0; i < ${String(total)}; i++) before[i] = ${names.member(parameter)}[i] = ${cast(type, rules.weight)};`,
      `for (int t = 1; t <= ${String(weights.length)}; t++) {`,
      ...indented([
        `for (int i = 0; i < ${String(total)}; i++) ${g}[i] = ${cast(type, rules.gradient.replace(/\d+$/, String(scale)))};`,
        ...inputs.map(({ kind, variable }) => {
          const name = names.member(variable);
          return kind === 'scalar'
            ? `o.${name} = ${rules.loss.replace('t % 3 / 4', 't % 3 / 4.0')};`
            : `for (int i = 0; i < ${String(total)}; i++) ${name}[i] = ${g}[i] * ${g}[i];`;
        }),
        `${own}_step(&o, tensors, ${String(tensors.length)});`,
        `for (int i = 0; i < ${String(total)}; i++) {`,
        ...indented([
          'const double right = expected[t - 1][i];',
          'moved[i] += fabs(right - before[i]);',
          'before[i] = right;',
          `const double w_i = ${names.member(parameter)}[i], same = w_i == right || (w_i != w_i && right != right);`,
          `const double off = same ? 0 : fabs(w_i - right) / (${moved} * moved[i] + ${size} * fabs(right) + 1e-300);`,
          'if (!(off <= worst)) worst = off;',
        ]),
        '}',
      ]),
      '}',
      `printf("${own}: ${String(weights.length)} steps, off by %g of what rounding may do: %s\\n", worst, worst <= 1 ? "right" : "WRONG");`,
      ...(works ? [`for (int k = 0; k < ${String(tensors.length)}; k++) free(tensors[k].work);`] : []),
      'return worst <= 1 ? 0 : 1;',
    ]),
    '}',
    '#endif',
  ].join('\n');
}

/** A rule of the data: its last division is one of numbers that are not whole. */
function cast(type: string, rule: string): string {
  return `(${type})(${rule.replace(/\/ (\d+)$/, '/ $1.0')})`;
}

/** A number of a recording. */
function numberOf(value: number): string {
  return Number.isNaN(value) ? 'NAN' : Number.isFinite(value) ? String(value) : value > 0 ? 'INFINITY' : '-INFINITY';
}
