/**
 * Files of C that `thalweg/emit` writes, run on the rows' streams and held against the rows' oracles: all of them in one program, in float64. Part of
 * `emitted.ts`, which says what is done with the results.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Method } from 'thalweg';
import { disagreement } from './measure.ts';
import { table, tensorsOf, traceOf, type Case } from './table.ts';

/** A compiler of C; undefined where there is none. */
export function compilerOfC(): string | undefined {
  return ['/usr/bin/gcc', '/usr/bin/cc'].find((path) => existsSync(path));
}

/** The file of a row: what it says, and hyperparameters that functions give. */
export interface FileOfC {
  readonly text: string;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** What the functions of a row's file are called. */
export function nameOf({ id }: Case): string {
  return `row_${id.replaceAll(/\W/g, '_')}`;
}

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
function programOf(row: Case, method: Method, { text, values }: FileOfC): string {
  const name = nameOf(row);
  const struct = new RegExp(`typedef struct \\{([^}]*)\\} ${name}_tensor;`).exec(text)?.[1] ?? '';
  const arrays = [...struct.matchAll(/double \*(\w+);(.*)/g)].map(([, member = '', comment = '']) => [member, /, ([\w* ]+) elements/.exec(comment)?.[1] ?? 'rows * cols'] as const); // prettier-ignore
  const sides = ['rank', 'rows', 'cols'].filter((side) => new RegExp(`size_t (.*, )?${side}\\b`).test(struct));
  const tensors = tensorsOf(row).map((one) => {
    const [rows = 1, ...rest] = one.shape;
    const cols = rest.reduce((product, size) => product * size, 1);
    return { ...one, rows, cols, members: sides.map((side) => `.${side} = ${String({ rank: one.shape.length, rows, cols }[side])}`) };
  });
  const read = row.read === undefined ? 'w' : row.read === 'evaluate' ? 'evaluation' : row.read.replace(/^.*\./, '');
  if (!arrays.some(([member]) => member === read)) throw new RangeError(`${row.id} reads ${read}, which its file does not have`);
  const kind = { plain: 'p', gaps: 'g', even: 'e' }[row.stream ?? 'plain'];
  const sign = row.maximize === true ? '-' : '';
  const count = String(tensors.length);
  const each = (line: string): string => `for (int k = 0; k < ${count}; k++) for (size_t i = 0; i < tensors[k].size; i++) ${line}`;
  return `${stream}${text}
#include <stdlib.h>
void ${name}_row(void);
void ${name}_row(void) {
  ${name}_tensor tensors[] = {${tensors.map(({ rows, cols, members }) => `{${[`.size = ${String(rows * cols)}`, ...members].join(', ')}}`).join(', ')}};
  static const size_t sides[][2] = {${tensors.map(({ rows, cols }) => `{${String(rows)}, ${String(cols)}}`).join(', ')}};
  static const int first[] = {${tensors.map((one) => String(one.first)).join(', ')}}, zero[] = {${tensors.map((one) => (row.zeros?.includes(one.name) === true ? '1' : '0')).join(', ')}};
  static const int elements[] = {${traceOf(row.id).elements.join(', ')}}, steps[] = {${table.recorded.join(', ')}, 0};
  ${Object.entries(values).map(([key, all]) => `static const double at_${key}[] = {${all.map(String).join(', ')}};`).join('\n  ')}
  ${name} o = ${name}_defaults();
  for (int k = 0; k < ${count}; k++) {
    const size_t rows = sides[k][0], cols = sides[k][1];
    ${arrays.map(([member, size]) => `tensors[k].${member} = calloc(${size} + 1, sizeof(double));`).join('\n    ')}
    ${struct.includes('void *work;') ? `tensors[k].work = malloc(${name}_work(&tensors[k]) + 1);` : ''}
    for (size_t i = 0; i < rows * cols; i++) tensors[k].w[i] = zero[k] ? 0 : first_weight(first[k] + i);
  }
  for (int t = 1, next = 0; t <= ${String(table.steps)}; t++) {
    ${each(`((double *)tensors[k].g)[i] = ${sign}gradient(t, first[k] + i, '${kind}');`)}
    ${struct.includes('hessian') ? each('((double *)tensors[k].hessian)[i] = tensors[k].g[i] * tensors[k].g[i];') : ''}
    ${Object.keys(values).map((key) => `o.${key} = at_${key}[t - 1];`).join(' ')}
    ${method.inputs.includes('loss') ? `o.loss = ${sign}loss_at(t);` : ''}
    ${name}_step(&o, tensors, ${count});
    if (t != steps[next]) continue;
    ${row.read === 'evaluate' ? `${name}_evaluate(&o, tensors, ${count});` : ''}
    printf("${row.id} %d", t);
    for (size_t e = 0; e < sizeof elements / sizeof *elements; e++)
      for (int k = 0; k < ${count}; k++)
        if (elements[e] >= first[k] && (size_t)elements[e] < first[k] + tensors[k].size) printf(" %.17g", tensors[k].${read}[elements[e] - first[k]]);
    printf("\\n");
    next++;
  }
}
`;
} // prettier-ignore

/** How far the files are from the oracles, by row. */
export function runEmittedC(rows: readonly { readonly row: Case; readonly method: Method; readonly file: FileOfC }[], compiler: string): Readonly<Record<string, number>> {
  if (rows.length === 0) return {};
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-rows-'));
  try {
    const names = rows.map(({ row, method, file }) => {
      writeFileSync(join(folder, `${nameOf(row)}.c`), programOf(row, method, file));
      return nameOf(row);
    });
    const main = `${names.map((name) => `void ${name}_row(void);`).join('\n')}\nint main(void) {\n${names.map((name) => `${name}_row();`).join('\n')}\nreturn 0;\n}\n`;
    writeFileSync(join(folder, 'main.c'), main);
    execFileSync(compiler, ['-std=c99', '-ffp-contract=off', 'main.c', ...names.map((name) => `${name}.c`), '-o', 'program', '-lm'], { cwd: folder });
    const printed = execFileSync(join(folder, 'program'), { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const weights = new Map<string, Map<number, readonly number[]>>();
    for (const line of printed.trim().split('\n')) {
      const [id = '', t = '', ...numbers] = line.split(' ');
      const own = weights.get(id) ?? new Map<number, readonly number[]>();
      weights.set(id, own.set(Number(t), numbers.map(Number)));
    }
    return Object.fromEntries(rows.map(({ row: { id } }) => [id, disagreement({ weights: weights.get(id) ?? new Map<number, readonly number[]>(), arrays: new Set() }, traceOf(id))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
} // prettier-ignore
