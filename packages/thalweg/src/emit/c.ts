/** The target `c`: one file of C99, for any number of tensors. Either readable, or bit-identical to the library's backends. */
import { topological } from '../language/graph.ts';
import { OptionError } from '../language/error.ts';
import { wholeForm, type Form } from '../language/form.ts';
import { inputVariable } from '../language/part.ts';
import { evaluated, type Program } from '../language/program.ts';
import { describe, oneOf } from '../language/options.ts';
import { gradient, parameter, type Variable } from '../language/variable.ts';
import type { Method } from '../define/method.ts';
import { programOf } from '../define/program.ts';
import { inType } from '../define/recipe.ts';
import { evaluationProgram } from '../plan/cohort.ts';
import type { DType } from '../plan/dtype.ts';
import { countOf } from './c/arrays.ts';
import { commented } from './c/comment.ts';
import { citationsOf } from './citations.ts';
import { bitHelpers } from '../targets/loops/c/arithmetic.ts';
import { helpersOfC } from '../targets/loops/c/functions.ts';
import { indented, typeOf, type Helper } from '../targets/loops/c/source.ts';
import { sumHelpers } from '../targets/loops/c/sums.ts';
import { preamble } from '../targets/loops/c/unit.ts';
import { stepHelpers } from './c/helpers.ts';
import { matrixHelpers } from './c/matrices.ts';
import { Names } from './c/names.ts';
import { programsOf, type ShapedProgram } from './c/programs.ts';
import { stepFunctions } from './c/step.ts';
import type { StepStyle } from './c/style.ts';
import { testOf } from './c/test.ts';
import { onlyGroup, refuseNoise } from './refusals.ts';
import { record, scales, usualTensors } from './replay.ts';
import type { EmitOptions, Target } from './target.ts';

/** Options of the target `c`. */
export interface COptions extends EmitOptions {
  /** The type of all arrays, `'float32'` by default. */
  readonly dtype?: DType;
  /**
   * Whether the file gives the same bits as the library's backends; false by default: then each pass is one readable loop, and results differ by rounding.
   */
  readonly exact?: boolean;
}

/** One file of C99. */
export const c: Target<COptions> = {
  name: 'c',
  about: 'one file of C99',
  extension: 'c',
  options: ['name', 'source', 'dtype', 'exact'],
  write: (method, options = {}) => {
    const dtype = oneOf<DType>('emit to c', 'dtype', options.dtype ?? 'float32', ['float32', 'float64']);
    const exact: unknown = options.exact ?? false;
    if (typeof exact !== 'boolean') throw new OptionError('emit to c', 'exact', exact, `must be true or false, not ${describe(exact)}`);
    return write(method, { ...options, dtype, exact });
  },
};

function write(method: Method, options: COptions & { readonly dtype: DType; readonly exact: boolean }): string {
  const { dtype, exact, name = method.parts.map((part) => part.name).join('_') } = options;
  const group = onlyGroup(method, inType(method.groups, dtype), 'emit to c');
  const program = programOf(group);
  checkNoise(method, program);
  const { programs, onlyMatrices } = programsOf(program);
  const own = { ...stepHelpers, ...matrixHelpers(dtype, exact) };
  const helpers = helpersOfC(own);
  const names = new Names(program, group, name, helpers, exact, wordsOf({ ...own, ...bitHelpers, ...sumHelpers }));
  const style: StepStyle = { dtype, exact, helpers, names, kernels: new Map(), needs: { numbers: 0, waits: false, work: new Map() } };
  const evaluations = programs.flatMap((one) => {
    const evaluation = evaluationProgram(one.program);
    return evaluation === undefined ? [] : [{ ...one, program: evaluation }];
  });
  const functions = [
    ...stepFunctions(programs, `${names.type}_step`, style),
    ...(evaluations.length === 0 ? [] : stepFunctions(evaluations, `${names.type}_evaluate`, style)),
  ];
  const work = workFunction(style);
  const magnifies = topological(program.writes.values()).some(({ op }) => op === 'eigenvectors');
  const scale = dtype === 'float32' && magnifies ? scales.small : scales.usual;
  const schedules = names.schedules;
  const guard = `${names.type.toUpperCase()}_H`;
  const header = ['#include <stddef.h>', ...forCpp('extern "C" {'), '', ...structs(programs, style), ...prototypes(names, evaluations.length > 0, work.length > 0), ...forCpp('}')]; // prettier-ignore
  return [
    introduction(method, program, options, style, onlyMatrices),
    [`#ifndef ${guard}`, `#define ${guard}`, ...header, `#endif /* ${guard} */`].join('\n'),
    `#ifndef ${names.type.toUpperCase()}_ONLY_HEADER`,
    exact ? preamble : ['#include <math.h>', ...(/\bmemcpy\b/.test(helpers.text) ? ['#include <string.h>'] : [])].join('\n'),
    helpers.text,
    ...schedules,
    ...[...style.kernels.values()].map(({ text }) => text),
    defaults(names),
    ...(work.length === 0 ? [] : [work.join('\n')]),
    ...functions,
    testOf(program, names, record(method, usualTensors(onlyMatrices), { dtype, scale }), dtype, { works: work.length > 0, scale }),
    `#endif /* ${names.type.toUpperCase()}_ONLY_HEADER */\n`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What a compiler of C++ reads that includes the header. */
function forCpp(line: string): string[] {
  return ['#ifdef __cplusplus', line, '#endif'];
}

/** Every word of some helpers. */
function wordsOf(some: Readonly<Record<string, Helper>>): Set<string> {
  return new Set(Object.values(some).flatMap(({ text }) => text.match(/[A-Za-z_]\w*/g) ?? []));
}

function checkNoise(method: Method, { writes, evaluation }: Program): void {
  if (topological([...writes.values(), ...(evaluation === undefined ? [] : [evaluation])]).some(({ op }) => op === 'noise'))
    refuseNoise(method.name, 'emit to c');
}

function introduction(
  method: Method,
  { assignments }: Program,
  { source, dtype, exact }: COptions,
  { names, needs }: StepStyle,
  onlyMatrices: boolean,
): string {
  const cited = source === undefined ? citationsOf(method) : [source];
  const word = names.type.toUpperCase();
  const lines = [
    method.name,
    '',
    ...method.equations.split('\n').map((line) => `    ${line}`),
    '',
    ...(cited.length === 0 ? [] : [...cited.map((line, i) => `${i === 0 ? 'Source: ' : '        '}${line}`), '']),
    `Written by Thalweg from these equations, for arrays of ${String(dtype)}${exact === true ? ', with the bits of its backends' : ''}. Nothing here allocates or locks.`,
    '',
    `    ${names.type} o = ${names.type}_defaults();          states of tensors are zero before the first step`,
    `    ${names.type}_step(&o, tensors, count);`,
    '',
    ...(onlyMatrices ? ['It is for matrices alone; vectors belong to another optimizer.'] : []),
    ...(names.shapes.has('rows') || names.shapes.has('cols')
      ? ['A tensor of more than two dimensions counts as a matrix that is flattened behind the first; a vector has one column.']
      : []),
    ...(needs.work.size > 0
      ? [
          `A step works in memory that the caller gives: ${names.type}_work(&tensors[k]) bytes${needs.waits ? ' for each tensor' : ', which tensors may share'}.`,
        ]
      : []),
    `Compile with -std=c99 -O3${exact === true ? ' -ffp-contract=off' : ''}, and -march=native where it stays on this machine; link with -lm.`,
    `With -D${word}_TEST it is a program that replays recorded steps; after #define ${word}_ONLY_HEADER it declares and defines nothing.`,
    ...(assignments.length === 0 ? ['There are no equations.'] : []),
  ];
  return ['/*', ...lines.map((line) => ` * ${commented(line)}`.trimEnd()), ' */'].join('\n');
}

function structs(programs: readonly ShapedProgram[], { dtype, names, needs }: StepStyle): string[] {
  const type = typeOf[dtype];
  const all = programs.map(({ program }) => program);
  const [{ inputs } = { inputs: [] }] = all;
  const states = new Map(all.flatMap((program) => [...program.states]));
  const numbers = [...states].filter(([, { kind }]) => kind !== 'array');
  const own = names.type;
  const shapes = ['rank', 'rows', 'cols'].filter((one) => names.shapes.has(one));
  const isWritten = (state: Variable): boolean => all.every((program) => program.states.has(state));
  const elements = (form: Form | undefined): string => (form === undefined || form === wholeForm ? '' : `, ${countOf(form, 'rows', 'cols')} elements`); // prettier-ignore
  return [
    '/* An optimizer: what all tensors share. */',
    'typedef struct {',
    ...indented([
      'double t; /* steps taken */',
      ...names.hypers.flatMap(({ id, symbol, schedule }) => (schedule === undefined ? [`double ${id}; /* ${commented(symbol)} */`] : [])),
      ...inputs.flatMap((input) =>
        input.kind === 'scalar' ? [`double ${names.member(inputVariable(input))}; /* set it before each step */`] : [],
      ),
      ...numbers.flatMap(([state, { kind }]) => (kind === 'tensor' ? [] : [`double ${names.member(state)}; /* kept from step to step */`])),
    ]),
    `} ${own};`,
    '',
    '/* A tensor: its arrays, of `size` elements each where nothing else is said. */',
    'typedef struct {',
    ...indented([
      'size_t size;',
      ...(shapes.length === 0 ? [] : [`size_t ${shapes.join(', ')};`]),
      `${type} *${names.member(parameter)}; /* the parameters, changed by a step */`,
      `const ${type} *${names.member(gradient)}; /* their gradient */`,
      ...inputs.flatMap((input) => (input.kind === 'tensor' ? [`const ${type} *${names.member(inputVariable(input))};`] : [])),
      ...[...states].flatMap(([state, { kind, form }]) =>
        kind === 'array'
          ? [`${type} *${names.member(state)}; /* zero before the first step${elements(form)}${isWritten(state) ? '' : '; unused by other shapes'} */`]
          : [],
      ),
      ...(all.every(({ evaluation }) => evaluation === undefined)
        ? []
        : [`${type} *${names.member(evaluated)}; /* where to evaluate the model: ${own}_evaluate writes it */`]),
      ...numbers.flatMap(([state, { kind }]) => (kind === 'tensor' ? [`double ${names.member(state)};`] : [])),
      ...(needs.work.size > 0 ? [`void *work; /* ${own}_work bytes, aligned for doubles, for the step itself */`] : []),
      ...(needs.numbers > 0 ? [`double scratch[${String(needs.numbers)}]; /* for the step itself */`] : []),
    ]),
    `} ${own}_tensor;`,
    '',
  ];
} // prettier-ignore

/** The function that says how much memory a step needs for a tensor: that of its program. */
function workFunction({ names, needs, dtype, helpers }: StepStyle): string[] {
  const programs = [...needs.work.values()];
  if (programs.length === 0) return [];
  const sizes = programs.map(({ condition, arrays, routines }) => {
    const counts = new Map<string, number>();
    for (const count of arrays.values()) counts.set(count, (counts.get(count) ?? 0) + 1);
    const terms = [...counts].map(([count, times]) => `${times > 1 ? `${String(times)} * ` : ''}bytes(${count}, sizeof(${typeOf[dtype]}))`);
    const [first, ...others] = routines;
    const most = others.reduce((all, one) => `${helpers.use('larger_size')}(${all}, ${one})`, first ?? '');
    return { condition, terms: [...terms, ...(most === '' ? [] : [most])] };
  });
  const isRead = (name: string): boolean => sizes.some(({ terms }) => terms.some((text) => new RegExp(`\\b${name}\\b`).test(text)));
  const used = ['rows', 'cols'].filter((one) => isRead(one) || isRead('side')).map((one) => `${one} = ${names.size(one)}`);
  if (isRead('side')) used.push(`side = ${helpers.use('larger_size')}(rows, cols)`);
  const sum = (terms: readonly string[]): string[] => terms.map((term, i) => `${i === 0 ? 'return ' : '    + '}${term}${i === terms.length - 1 ? ';' : ''}`); // prettier-ignore
  return [
    `size_t ${names.type}_work(const ${names.type}_tensor *x) {`,
    ...indented([
      `const size_t ${used.join(', ')};`,
      ...sizes.flatMap(({ condition, terms }) => (condition === '' ? sum(terms) : [`if (${condition})`, ...indented(sum(terms))])),
      ...(sizes.every(({ condition }) => condition !== '') ? ['return 0;'] : []),
    ]),
    '}',
  ];
}

function prototypes({ type }: Names, evaluates: boolean, works: boolean): string[] {
  return [
    `${type} ${type}_defaults(void);`,
    ...(works ? ['/* Bytes that a step works in, for a tensor. */', `size_t ${type}_work(const ${type}_tensor *x);`] : []),
    '/* Takes a step with the gradients that are there. */',
    `void ${type}_step(${type} *o, ${type}_tensor *tensors, size_t count);`,
    ...(evaluates
      ? ['/* Writes where to evaluate the model. */', `void ${type}_evaluate(${type} *o, ${type}_tensor *tensors, size_t count);`]
      : []),
  ];
}

function defaults({ type, hypers }: Names): string {
  const values = hypers.flatMap(({ id, value, schedule }) => (schedule === undefined ? [`.${id} = ${String(value)}`] : []));
  return `${type} ${type}_defaults(void) {\n  return (${type}){${['.t = 0', ...values].join(', ')}};\n}`;
}
