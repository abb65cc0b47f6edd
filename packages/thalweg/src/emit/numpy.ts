/** The target `numpy`: a function that makes the state, and one that takes a step, on dicts of arrays. */
import { namesIn } from '../language/tree.ts';
import type { Method } from '../define/method.ts';
import { literal, type ArrayLibrary } from '../targets/text/python.ts';
import { isEach } from './blocks.ts';
import { pythonWords } from './identifiers.ts';
import { matrixFunctionNames, matrixFunctions, shapeFunction } from './matrix-functions.ts';
import { modelOf, namesGiven, type Line, type Model, type State } from './model.ts';
import { baseLines, baseParameters, commonWords, docstring, factorLines, helperFunctions, hyperLines, indented, together } from './python.ts'; // prettier-ignore
import { Schedules } from './schedules.ts';
import { numpyTest } from './self-test.ts';
import { StepWriter } from './step-writer.ts';
import { commonOptions, type EmitOptions, type Target } from './target.ts';

/** How NumPy writes what Python does not have. Numbers take the type of the parameters, or arrays of float32 would become float64. */
const libraryOf = (model: () => Model): ArrayLibrary => {
  const isNumber: ArrayLibrary['isNumber'] = (sort) => sort !== 'array';
  const type = (): string => `${model().isJoint ? 'p.' : ''}g.dtype`;
  return {
    isNumber,
    elementwise: (name) => `np.${name}`,
    minimum: (a, b) => `np.minimum(${a.text(0)}, ${b.text(0)})`,
    maximum: (a, b) => `np.maximum(${a.text(0)}, ${b.text(0)})`,
    where: (condition, a, b) => {
      const chosen = `np.where(${condition.text(0)}, ${a.text(0)}, ${b.text(0)})`;
      return [6, isNumber(a.sort) && isNumber(b.sort) ? `${chosen}.astype(${type()})` : chosen];
    },
    filled: (number) => `np.asarray(${number.text(0)}, ${type()})`,
    norm: (x) => `float(np.linalg.norm(${x.text(0)}))`,
    sum: (text) => `float(np.sum(${text}))`,
    fold: (x, how, along) => `${x.text(6)}.${how}(axis=${String(along)}, keepdims=True)`,
    helpers: matrixFunctionNames,
  };
};

const helpers = /* @__PURE__ */ matrixFunctions({
  library: 'np',
  array: 'an array',
  rank: 'w.ndim',
  cast: 'astype',
  normalized: 'x / max(float(np.linalg.norm(x)), eps)',
  positive: 'np.maximum(values, 0)',
  order: 'np.argsort(-values, kind="stable")',
  diagonal: 'np.diag(r)',
});

/** Names that a file has for itself. */
const words = (): readonly string[] => [
  ...[...pythonWords, ...commonWords, ...Object.keys(helpers)],
  ...['np', 'key', 'new', 'new_params', 'grads', 'shape', 'parameters', 'init', 'step', 'evaluate'],
];

/** Plain functions on NumPy's arrays. */
export const numpy: Target = {
  name: 'numpy',
  about: 'plain functions on NumPy arrays',
  extension: 'py',
  options: commonOptions,
  write: (method, options = {}) => new NumpyFile(method, options).text(),
};

class NumpyFile {
  private readonly model: Model;
  private readonly options: EmitOptions;
  private readonly method: Method;
  private readonly writer: StepWriter;
  private readonly schedules: Schedules;
  private readonly library = libraryOf(() => this.model);

  constructor(method: Method, options: EmitOptions) {
    this.method = method;
    this.options = options;
    this.model = modelOf(method, 'emit to numpy', words());
    this.schedules = new Schedules(this.model);
    this.writer = new StepWriter(this.model, {
      library: this.library,
      assign: (line, target, value) => [`${target} = ${this.isAliased(line) ? `np.array(${value})` : value}`],
      sumOver: (text) => `sum(float(np.sum(${text})) for p in parameters)`,
      root: (text) => {
        this.writer.needs('math');
        return `math.sqrt(${text})`;
      },
    });
  }

  text(): string {
    const { model, writer } = this;
    const step = this.step();
    const body = [...this.init(), '', '', ...step, ...this.evaluate()];
    const schedules = this.schedules.lines({ library: this.library, fromZero: false, needs: writer.needs, hasBase: true });
    const { needed } = writer;
    const usage = ['Use: state = init(params), then params, state = step(params, grads, state); params and grads are dicts of arrays.'];
    return `${[
      ...docstring([model], this.options, 'in NumPy', usage),
      '',
      'import math',
      ...(model.isJoint ? ['from types import SimpleNamespace'] : []),
      '',
      'import numpy as np',
      ...helperFunctions(needed, helpers),
      ...schedules,
      '',
      '',
      ...body,
      ...numpyTest({ whole: this.method, models: [model], needs: writer.needs }),
    ].join('\n')}\n`;
  }

  /** Whether what lasts may be an array of the caller's itself, who may change it, or another state. */
  private isAliased({ equation, part }: Line): boolean {
    return equation.lasting && namesGiven(equation.value).some((name) => name !== equation.target.name && this.model.isGiven(part, name));
  }

  private get own(): readonly State[] {
    return this.model.states.filter(isEach);
  }

  private get shared(): readonly State[] {
    return this.model.states.filter((state) => !isEach(state));
  }

  private init(): string[] {
    const names = this.model.states.map((state) => `"${state.id}": ${isEach(state) ? '{}' : '0.0'}`);
    const zeros = this.own.map((state) => `state["${state.id}"][key] = ${this.zero(state)}`);
    const usesMatrix = zeros.some((line) => /\b(rank|rows|cols)\b/.test(line));
    const shape = shapeFunction(this.model);
    if (usesMatrix) this.writer.needs(shape);
    return [
      'def init(params):',
      '    """The state before the first step."""',
      '    if any(np.iscomplexobj(w) for w in params.values()):',
      '        raise TypeError("these equations are for real parameters")',
      `    state = {${['"t": 0', ...names].join(', ')}}`,
      ...(zeros.length === 0
        ? []
        : ['    for key, w in params.items():', ...indented([...(usesMatrix ? [`rank, rows, cols = ${shape}(w)`] : []), ...zeros], 2)]),
      '    return state',
    ];
  }

  private zero({ form = 'rc', kind, onlyWhere, part }: State): string {
    if (kind === 'tensor') return '0.0';
    const size = (letter: string): string => (letter === 'r' ? 'rows' : letter === 'c' ? 'cols' : '1');
    const zeros = this.model.hasMatrices ? `np.zeros((${size(form.charAt(0))}, ${size(form.charAt(1))}), w.dtype)` : 'np.zeros_like(w)';
    if (onlyWhere === undefined) return zeros;
    const condition = this.writer.print(part, onlyWhere.condition, 1, true);
    return onlyWhere.holds ? `${zeros} if ${condition} else 0.0` : `0.0 if ${condition} else ${zeros}`;
  }

  /** A state as it is read: at the first step, what it begins as. */
  private read(state: State): string {
    const { id, init, part, form = 'rc' } = state;
    const stored = `state["${id}"]${isEach(state) ? '[key]' : ''}`;
    if (init === undefined) return stored;
    const begins = this.writer.print(part, init, 1);
    const isArray = this.model.sortOf(part, init) === 'array';
    const whole = isArray ? `np.array(${begins})` : state.kind === 'array' ? (form === 'rc' ? `np.full_like(w, ${begins})` : `${stored} + ${begins}`) : begins; // prettier-ignore
    return `${whole} if t == 1 else ${stored}`;
  }

  private step(): string[] {
    const { model, writer } = this;
    const target = (one: { readonly id: string }): string => (model.isJoint ? `p.${one.id}` : one.id);
    const blocks = writer.blocks.map(({ each, statements }) => ({ each, lines: statements.flatMap((one) => writer.lines(one)) }));
    const reads = this.own.map((state) => `${target(state)} = ${this.read(state)}`);
    const sharedReads = this.shared.map((state) => `${state.id} = ${this.read(state)}`);
    const inputs = model.inputs.filter(({ isArray }) => isArray).map(({ id, arg }) => `${target({ id })} = ${arg}[key]`);
    const w = target({ id: 'w' });
    const shapes = this.shapes(w, target);
    const begin = [
      ...(shapes.some((line) => /\b(rows|size)\b/.test(line)) ? this.passOver() : []),
      ...(model.isJoint ? ['p = SimpleNamespace(key=key, w=w, g=grads[key])', 'parameters.append(p)'] : ['g = grads[key]']),
      ...shapes,
      ...(model.hasMatrices ? [`${w}, ${target({ id: 'g' })} = ${w}.reshape(${target({ id: 'rows' })}, ${target({ id: 'cols' })}), ${target({ id: 'g' })}.reshape(${target({ id: 'rows' })}, ${target({ id: 'cols' })})`] : []), // prettier-ignore
      ...inputs.map((line) => (model.hasMatrices ? `${line}.reshape(${w}.shape)` : line)),
      ...together([...reads, ...(model.isJoint ? [] : sharedReads)]),
    ];
    const key = model.isJoint ? 'p.key' : 'key';
    const sharedEnd = this.shared.map(({ id }) => `new["${id}"] = ${id}`);
    const end = [
      ...together([...this.own.map((state) => `new["${state.id}"][${key}] = ${target(state)}`), ...(model.isJoint ? [] : sharedEnd)]),
      `new_params[${key}] = ${w}${model.hasMatrices ? `.reshape(params[${key}].shape)` : ''}`,
    ];
    const loop = model.isJoint
      ? [
          'parameters = []',
          'for key, w in params.items():',
          ...indented(begin),
          ...blocks.flatMap(({ each, lines }) => (each ? (lines.length === 0 ? [] : ['for p in parameters:', ...indented(lines)]) : lines)),
          'for p in parameters:',
          ...indented(end),
          ...sharedEnd,
        ]
      : ['for key, w in params.items():', ...indented([...begin, ...blocks.flatMap(({ lines }) => lines), ...end])];
    const scalars = model.inputs.map(({ arg }) => arg);
    const hyper = model.hyper.flatMap((one) => [`${one.id}=${this.schedules.valueOf(one, writer.needs)}`, ...baseParameters(one)]);
    const given = [...scalars, ...hyper];
    const called = model.hyper.filter(({ schedule }) => schedule !== undefined);
    const isQuiet = blocks.some(({ lines }) => lines.some((line) => line.includes('np.where(')));
    return [
      ...(isQuiet ? ['@np.errstate(divide="ignore", invalid="ignore", over="ignore")'] : []),
      `def step(params, grads, state${given.length === 0 ? '' : `, *, ${given.join(', ')}`}):`,
      '    """One step: new parameters and a new state. What is given stays as it is.',
      '',
      ...indented([
        ...model.inputs.map(({ arg, written, isArray }) => `${arg}: ${written}${isArray ? ', a dict of arrays' : ''}`),
        ...hyperLines(model),
      ]),
      '    """',
      '    t = state["t"] + 1',
      ...indented(baseLines(model)),
      ...called.map(({ id }) => `    ${id} = ${id}(t) if callable(${id}) else ${id}`),
      ...indented(factorLines(model)),
      ...model.inputs.flatMap(({ id, arg, isArray }) => (isArray ? [] : [`    ${id} = ${arg}`])),
      `    new_params, new = {}, {${['"t": t', ...this.model.states.map((state) => `"${state.id}": ${isEach(state) ? '{}' : `state["${state.id}"]`}`)].join(', ')}}`, // prettier-ignore
      ...(model.isJoint ? indented(sharedReads) : []),
      ...indented(loop),
      '    return new_params, new',
    ];
  }

  /** Lines that leave a parameter without elements as it is: it has no mean and no ratio of sides. */
  private passOver(): string[] {
    return [
      'if w.size == 0:',
      ...indented([
        ...together([`new_params[key] = w.copy()`, ...this.own.map(({ id }) => `new["${id}"][key] = state["${id}"][key]`)]),
        'continue',
      ]),
    ];
  }

  /** Numbers of the shape, as far as they are read. */
  private shapes(w: string, target: (one: { readonly id: string }) => string): string[] {
    const { needed } = this.writer;
    const isMatrix = this.model.hasMatrices || needed.has('rows') || needed.has('cols');
    const shape = shapeFunction(this.model);
    if (isMatrix) this.writer.needs(shape);
    return [
      ...(isMatrix ? [`${['rank', 'rows', 'cols'].map((id) => target({ id })).join(', ')} = ${shape}(${w})`] : needed.has('rank') ? [`${target({ id: 'rank' })} = ${w}.ndim`] : []), // prettier-ignore
      ...(needed.has('size') ? [`${target({ id: 'size' })} = ${w}.size`] : []),
    ];
  }

  private evaluate(): string[] {
    const { evaluate, states, hyper, hasMatrices } = this.model;
    if (evaluate === undefined) return [];
    const { part, value } = evaluate;
    const read = new Set(namesIn(value).map((name) => this.model.nameOf(part, name).id));
    const own = states.filter(({ id }) => read.has(id));
    const given = hyper.filter(({ id }) => read.has(id));
    return [
      '',
      '',
      `def evaluate(params, state${given.length === 0 ? '' : `, *, ${given.map((one) => `${one.id}=${literal(one.value, this.writer.needs)}`).join(', ')}`}):`,
      '    """Where to evaluate the model after a step: parameters other than those that are trained."""',
      '    t, out = state["t"], {}',
      '    for key, w in params.items():',
      ...own.map(
        (state) =>
          `        ${state.id} = state["${state.id}"]${isEach(state) ? `[key]${hasMatrices && state.form === 'rc' ? '.reshape(w.shape)' : ''}` : ''}`,
      ),
      `        out[key] = np.array(${this.writer.print(part, value, 0, true)}) if t > 0 else w.copy()`,
      '    return out',
    ];
  }
}
