/** Files of C that `thalweg/emit` writes do what the rows of the table say: all of them in one program, in float64, over the rows' own streams. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UnsupportedError } from 'thalweg';
import { emit } from 'thalweg/emit';
import { withNumbers } from './emitted.ts';
import { disagreement } from './measure.ts';
import { methodOf, table, tensorsOf, traceOf, type Case } from './table.ts';

const inCI = (process.env['CI'] ?? '') !== '';
const compiler = ['/usr/bin/cc', '/usr/bin/gcc'].find((path) => existsSync(path));

/** The streams of stream.ts in C. */
const stream = `#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
static inline uint32_t mix(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t z = a * 0x9e3779b1u + b * 0x85ebca77u + c * 0xc2b2ae3du + 0x27d4eb2fu;
  z = (z ^ z >> 15) * 0x2c1b3c6du;
  z = (z ^ z >> 12) * 0x297a2d39u;
  return z ^ z >> 15;
}
static inline double hashed(uint32_t a, uint32_t b, uint32_t c) { return mix(a, b, c) / 2147483648.0 - 1; }
static inline double first_weight(int element) { return hashed(1, 0, element) * ldexp(1, element % 5 - 2); }
static inline double loss_at(int step) { return 3 + hashed(4, step, 0); }
static inline double gradient(int step, int element, char kind) {
  if (kind == 'e') return hashed(3, step, element);
  if (kind == 'g' && (step <= 3 || (step > 20 && step <= 300))) return 0;
  if (mix(2, step, element) % 17 == 0) return 0;
  const double value = hashed(3, step, element) * ldexp(1, (element * 5 + step / 50 * 3) % 41 - 25);
  return step >= 100 && step < 150 ? fabs(value) : value;
}
`;

/** The file of a row, with a function that takes its steps and prints what the row records. */
function fileOf(row: Case, name: string): string {
  const { method, values } = withNumbers(methodOf(row));
  const text = emit(method, 'c', { dtype: 'float64', name });
  const struct = new RegExp(`typedef struct \\{([^}]*)\\} ${name}_tensor;`).exec(text)?.[1] ?? '';
  const arrays = [...struct.matchAll(/double \*(\w+);/g)].map(([, member = '']) => member);
  const numbers = new Set([...struct.matchAll(/^\s*double (rank|rows|cols);/gm)].map(([, member = '']) => member));
  const tensors = tensorsOf(row).map((one) => ({ ...one, size: one.shape.reduce((product, size) => product * size, 1) }));
  const total = Math.max(...tensors.map(({ first, size }) => first + size));
  const given = ({ shape: [rows = 1, ...rest] }: { readonly shape: readonly number[] }): Readonly<Record<string, number>> =>
    ({ rank: rest.length + 1, rows, cols: rest.reduce((product, size) => product * size, 1) }); // prettier-ignore
  const places = tensors.map(
    (one) =>
      `{.size = ${String(one.size)}${[...numbers].map((member) => `, .${member} = ${String(given(one)[member])}`).join('')}${arrays.map((member) => `, .${member} = ${member} + ${String(one.first)}`).join('')}}`,
  );
  const read = row.read === undefined ? 'w' : row.read === 'evaluate' ? 'evaluation' : row.read.replace(/^.*\./, '');
  assert.ok(arrays.includes(read), `${row.id} reads ${read}`);
  const zeros = tensors.filter((one) => row.zeros?.includes(one.name) === true);
  const kind = { plain: 'p', gaps: 'g', even: 'e' }[row.stream ?? 'plain'];
  return `${stream}${text}
void ${name}_row(void);
void ${name}_row(void) {
  ${arrays.map((member) => `static double ${member}[${String(total)}];`).join('\n  ')}
  static const int elements[] = {${traceOf(row.id).elements.join(', ')}}, steps[] = {${table.recorded.join(', ')}, 0};
  ${Object.entries(values)
    .map(([key, all]) => `static const double at_${key}[] = {${all.map(String).join(', ')}};`)
    .join('\n  ')}
  ${name}_tensor tensors[] = {${places.join(', ')}};
  ${name} o = ${name}_defaults();
  for (int i = 0; i < ${String(total)}; i++) w[i] = first_weight(i);
  ${zeros.map(({ first, size }) => `memset(w + ${String(first)}, 0, ${String(size)} * sizeof *w);`).join(' ')}
  for (int t = 1, next = 0; t <= ${String(table.steps)}; t++) {
    for (int i = 0; i < ${String(total)}; i++) g[i] = gradient(t, i, '${kind}');
    ${arrays.includes('hessian') ? `for (int i = 0; i < ${String(total)}; i++) hessian[i] = g[i] * g[i];` : ''}
    ${Object.keys(values)
      .map((key) => `o.${key} = at_${key}[t - 1];`)
      .join(' ')}
    ${method.inputs.includes('loss') ? 'o.loss = loss_at(t);' : ''}
    ${name}_step(&o, tensors, ${String(tensors.length)});
    if (t != steps[next]) continue;
    ${row.read === 'evaluate' ? `${name}_evaluate(&o, tensors, ${String(tensors.length)});` : ''}
    printf("${row.id} %d", t);
    for (size_t k = 0; k < sizeof elements / sizeof *elements; k++) printf(" %.17g", ${read}[elements[k]]);
    printf("\\n");
    next++;
  }
}
`;
}

test('the files of C meet every row that C can say', { skip: compiler === undefined && !inCI ? 'there is no C compiler' : false }, () => {
  assert.ok(compiler !== undefined, 'CI needs gcc');
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-rows-'));
  try {
    const refused: string[] = [];
    const chosen: { readonly row: Case; readonly name: string }[] = [];
    // What is maximized is an option of \`init\`, and no method.
    for (const row of table.cases.filter(({ maximize }) => maximize !== true)) {
      const name = `row${String(chosen.length)}`;
      try {
        writeFileSync(join(folder, `${name}.c`), fileOf(row, name));
        chosen.push({ row, name });
      } catch (error) {
        if (!(error instanceof UnsupportedError)) throw error;
        refused.push(row.id);
      }
    }
    const main = `${chosen.map(({ name }) => `void ${name}_row(void);`).join('\n')}\nint main(void) {\n${chosen.map(({ name }) => `${name}_row();`).join('\n')}\nreturn 0;\n}\n`;
    writeFileSync(join(folder, 'main.c'), main);
    const files = ['main.c', ...chosen.map(({ name }) => `${name}.c`)];
    execFileSync(compiler, ['-std=c99', '-ffp-contract=off', ...files, '-o', 'program', '-lm'], { cwd: folder });
    const printed = execFileSync(join(folder, 'program'), { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const weights = new Map<string, Map<number, readonly number[]>>();
    for (const line of printed.trim().split('\n')) {
      const [id = '', t = '', ...numbers] = line.split(' ');
      const own = weights.get(id) ?? new Map<number, readonly number[]>();
      weights.set(id, own.set(Number(t), numbers.map(Number))); // prettier-ignore
    }
    const beyond = chosen.flatMap(({ row }) => {
      const off = disagreement(
        { weights: weights.get(row.id) ?? new Map<number, readonly number[]>(), arrays: new Set() },
        traceOf(row.id),
      );
      const bound = row.tolerance ?? table.tolerance;
      return off <= bound ? [] : [`${row.id}: ${off.toExponential(1)}, bound ${String(bound)}`];
    });
    assert.deepEqual(beyond, []);
    assert.ok(chosen.length >= 270, `${String(chosen.length)} rows, and refused: ${refused.join(', ')}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
