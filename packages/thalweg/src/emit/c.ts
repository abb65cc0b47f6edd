/** The target `c`: one file of C99, for any number of tensors. Readable, or with the bits of every backend. */
import { isRoutine, topological } from '../language/graph.ts';
import { OptionError } from '../language/error.ts';
import { inputVariable } from '../language/part.ts';
import { evaluated, type Program } from '../language/program.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { describe, oneOf } from '../language/options.ts';
import { gradient, parameter } from '../language/variable.ts';
import type { Method } from '../define/method.ts';
import { programOf } from '../define/program.ts';
import { inType } from '../define/recipe.ts';
import { cohorts, evaluationProgram } from '../plan/cohort.ts';
import type { DType } from '../plan/dtype.ts';
import { commented } from './c/comment.ts';
import { helpersOfC } from '../targets/loops/c/functions.ts';
import { indented, typeOf } from '../targets/loops/c/source.ts';
import { preamble } from '../targets/loops/c/unit.ts';
import { stepHelpers } from './c/helpers.ts';
import { Names } from './c/names.ts';
import { stepFunctions, type StepStyle } from './c/step.ts';
import { testOf } from './c/test.ts';
import { record } from './replay.ts';
import { papers } from './sources.ts';
import { commonOptions, type EmitOptions, type Target } from './target.ts';

/** Options of the target `c`. */
export interface COptions extends EmitOptions {
  /** The type of all arrays, `'float32'` by default. */
  readonly dtype?: DType;
  /** Whether the file has the bits of the library's backends, by default not: then it is one loop a pass, and differs by rounding. */
  readonly exact?: boolean;
}

/** One file of C99. */
export const c: Target<COptions> = {
  name: 'c',
  about: 'one file of C99',
  extension: 'c',
  options: [...commonOptions, 'dtype', 'exact'],
  write: (method, options = {}) => {
    const dtype = oneOf<DType>('emit to c', 'dtype', options.dtype ?? 'float32', ['float32', 'float64']);
    const exact: unknown = options.exact ?? false;
    if (typeof exact !== 'boolean') throw new OptionError('emit to c', 'exact', exact, `must be true or false, not ${describe(exact)}`);
    return write(method, { ...options, dtype, exact });
  },
};

/** Shapes of which each asks for its own equations, where a condition on the shape has some. */
const shapes = new Map([['matrix', [2, 3]], ['vector', [3]], ['number', []]]); // prettier-ignore

function write(method: Method, options: COptions & { readonly dtype: DType; readonly exact: boolean }): string {
  const { dtype, exact, name = method.name } = options;
  const [group, ...others] = inType(method.groups, dtype);
  if (group === undefined || others.length > 0)
    throw new UnsupportedError('emit to c', `${method.name} has groups, each with equations of its own; emit the method of each by itself`);
  const program = onlyProgram(method, programOf(group));
  const helpers = helpersOfC(stepHelpers);
  const names = new Names(program, group, name, helpers);
  const style: StepStyle = { dtype, exact, helpers, names, kernels: new Map(), scratch: { most: 0 } };
  const evaluation = evaluationProgram(program);
  const functions = [
    ...stepFunctions(program, `${names.type}_step`, style),
    ...(evaluation === undefined ? [] : stepFunctions(evaluation, `${names.type}_evaluate`, style)),
  ];
  const schedules = names.schedules;
  const guard = `${names.type.toUpperCase()}_H`;
  const header = ['#include <stddef.h>', '', ...structs(program, style), ...prototypes(names, evaluation !== undefined)];
  return [
    introduction(method, program, options, names),
    [`#ifndef ${guard}`, `#define ${guard}`, ...header, `#endif /* ${guard} */`].join('\n'),
    `#ifndef ${names.type.toUpperCase()}_ONLY_HEADER`,
    exact ? preamble : '#include <math.h>',
    helpers.text,
    ...schedules,
    ...[...style.kernels.values()].map(({ text }) => text),
    defaults(names),
    ...functions,
    testOf(program, names, record(method, false), dtype),
    `#endif /* ${names.type.toUpperCase()}_ONLY_HEADER */\n`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The program of tensors of every shape. */
function onlyProgram(method: Method, program: Program): Program {
  const routine = topological(program.writes.values()).find(isRoutine);
  if (routine !== undefined)
    throw new UnsupportedError(
      'emit to c',
      `${method.name} uses ${routine.op}, which works on whole matrices; C is written for operations on single elements and for sums over tensors`,
    );
  const [one, ...more] = cohorts(program, shapes);
  if (one === undefined || more.length > 0)
    throw new UnsupportedError('emit to c', `${method.name} has other equations for matrices than for vectors, which are not written to C`);
  return one.program;
}

function introduction(method: Method, { assignments }: Program, { source, dtype, exact }: COptions, names: Names): string {
  const cited = source ?? method.parts.flatMap(({ name }) => papers[name] ?? []).join('; ');
  const word = names.type.toUpperCase();
  const lines = [
    `${method.name}${cited === '' ? '' : `: ${cited}`}`,
    '',
    ...method.equations.split('\n').map((line) => `    ${line}`),
    '',
    `Written by Thalweg from these equations, for arrays of ${String(dtype)}${exact === true ? ', with the bits of its backends' : ''}. Nothing here allocates or locks.`,
    '',
    `    ${names.type} o = ${names.type}_defaults();          states of tensors are zero before the first step`,
    `    ${names.type}_step(&o, tensors, count);`,
    '',
    `Compile with -std=c99 -O3${exact === true ? ' -ffp-contract=off' : ''}, and -march=native where it stays on this machine; link with -lm.`,
    `With -D${word}_TEST it is a program that replays recorded steps; after #define ${word}_ONLY_HEADER it declares and defines nothing.`,
    ...(assignments.length === 0 ? ['There are no equations.'] : []),
  ];
  return ['/*', ...lines.map((line) => ` * ${commented(line)}`.trimEnd()), ' */'].join('\n');
}

function structs({ inputs, states, evaluation }: Program, { dtype, names, scratch }: StepStyle): string[] {
  const type = typeOf[dtype];
  const numbers = [...states].filter(([, { kind }]) => kind !== 'array');
  const own = names.type;
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
    '/* A tensor: its arrays, of `size` elements each. */',
    'typedef struct {',
    ...indented([
      'size_t size;',
      ...[...names.shapes].map((one) => `double ${one};`),
      `${type} *${names.member(parameter)}; /* the parameters, changed by a step */`,
      `const ${type} *${names.member(gradient)}; /* their gradient */`,
      ...inputs.flatMap((input) => (input.kind === 'tensor' ? [`const ${type} *${names.member(inputVariable(input))};`] : [])),
      ...[...states].flatMap(([state, { kind }]) =>
        kind === 'array' ? [`${type} *${names.member(state)}; /* zero before the first step */`] : [],
      ),
      ...(evaluation === undefined
        ? []
        : [`${type} *${names.member(evaluated)}; /* where to evaluate the model: ${own}_evaluate writes it */`]),
      ...numbers.flatMap(([state, { kind }]) => (kind === 'tensor' ? [`double ${names.member(state)};`] : [])),
      ...(scratch.most > 0 ? [`double scratch[${String(scratch.most)}]; /* for the step itself */`] : []),
    ]),
    `} ${own}_tensor;`,
    '',
  ];
}

function prototypes({ type }: Names, evaluates: boolean): string[] {
  return [
    `${type} ${type}_defaults(void);`,
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
