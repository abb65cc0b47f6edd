/** An Optax gradient transformation for one method: the class of its state, the function that makes it, and where to evaluate. Knows models; no file. */
import { precedence } from '../../language/operations/operation.ts';
import { namesIn, type Expression } from '../../language/tree.ts';
import type { Method } from '../../define/method.ts';
import { literal } from '../../targets/text/python.ts';
import { isEach } from '../blocks.ts';
import { pythonWords } from '../identifiers.ts';
import { jaxHelpers, jaxLibrary } from '../jax-library.ts';
import { shapeFunction } from '../matrix-functions.ts';
import { modelOf, operationsIn, type Line, type Model, type State } from '../model.ts';
import { baseLines, baseParameters, commonWords, factorLines, hyperLines, indented, together } from '../python.ts';
import { Schedules } from '../schedules.ts';
import { StepWriter } from '../step-writer.ts';

/** Names that a file has for itself. */
export const optaxWords = (): readonly string[] => [
  ...[...pythonWords, ...commonWords, ...Object.keys(jaxHelpers)],
  ...[
    'jax',
    'jnp',
    'optax',
    'init',
    'update',
    'updates',
    'hyper',
    'tree',
    'leaves',
    'parameters',
    'before',
    'changes',
    'after',
    'transformation',
    'extra_args',
    'count',
    'NamedTuple',
    'first',
  ],
];

/** What a transformation is called, what its state is, and what the functions of its schedules begin with. */
export interface TransformationNames {
  readonly make: string;
  readonly state: string;
  readonly prefix: string;
}

/** A transformation. */
export class Transformation {
  readonly model: Model;
  readonly writer: StepWriter;
  readonly schedules: Schedules;
  readonly names: TransformationNames;
  /** Whether it changes the gradient alone: then that is the update. */
  private readonly isOfGradients: boolean;
  /** The equation that gives the update as it is, where there is one: w ← w − …. */
  private readonly plain: Line | undefined;
  private readonly readsWeights: boolean;

  constructor(method: Method, names: TransformationNames) {
    this.names = names;
    this.model = modelOf(method, 'emit to optax', [...optaxWords(), names.make, names.state]);
    this.schedules = new Schedules(this.model, names.prefix);
    this.isOfGradients = this.model.lines.every(({ target }) => target.role !== 'parameter');
    this.plain = plainUpdate(this.model);
    const own = this.model.lines.flatMap((line) => (line === this.plain ? [changeOf(line)] : [line.equation.value]));
    this.readsWeights = (this.plain === undefined && !this.isOfGradients) || own.some((value) => namesIn(value).includes('w')) || this.model.states.some(({ init }) => init !== undefined); // prettier-ignore
    this.writer = new StepWriter(this.model, {
      library: jaxLibrary,
      assign: (line, target, value) => {
        if (line !== this.plain) return [`${target} = ${value}`];
        const isLess = line.equation.value.kind === 'apply' && line.equation.value.op === 'sub';
        // In Python −a·b is −(a·b), and −a % b is (−a) % b.
        const product = operationsIn(changeOf(line)).some(({ op }) => op === 'mod') ? precedence.neg : precedence.mul;
        const change = this.writer.print(line.part, changeOf(line), isLess ? product : precedence.select);
        return [`${this.target('update')} = ${isLess ? '-' : ''}${change}`];
      },
      sumOver: (text) => `sum(jnp.sum(${text}) for p in parameters)`,
      root: (text) => `jnp.sqrt(${text})`,
    });
  }

  /** Its state and the function that makes it. */
  lines(): { readonly schedules: readonly string[]; readonly state: readonly string[]; readonly functions: readonly string[] } {
    const { model, names, writer } = this;
    const functions = [...this.make(), ...this.evaluate()];
    return {
      schedules: this.schedules.lines({ library: jaxLibrary, fromZero: true, needs: writer.needs, hasBase: true }),
      state: [
        `class ${names.state}(NamedTuple):`,
        '    """What lasts from step to step: how many were taken, and what the equations assign with ←."""',
        '',
        '    t: jax.Array',
        ...model.states.map((state) => `    ${state.id}: ${isEach(state) ? 'optax.Params' : 'jax.Array'}`),
      ],
      functions,
    };
  }

  private target(id: string): string {
    return this.model.isJoint ? `p.${id}` : id;
  }

  private make(): string[] {
    const { model, names, writer } = this;
    const update = this.update();
    const init = this.init();
    const hyper = model.hyper.flatMap((one) => [`${one.id}=${this.schedules.valueOf(one, writer.needs)}`, ...baseParameters(one)]);
    const type = model.inputs.length === 0 ? 'optax.GradientTransformation' : 'optax.GradientTransformationExtraArgs';
    return [
      `def ${names.make}(${hyper.join(', ')}) -> ${type}:`,
      `    """${names.make}: a number each, or a function of the steps taken, 0 at first, as Optax's schedules are.`,
      '',
      ...indented(hyperLines(model)),
      '    """',
      ...indented(baseLines(model)),
      ...(model.hyper.length === 0
        ? []
        : [`    hyper = (${model.hyper.map(({ id }) => id).join(', ')}${model.hyper.length === 1 ? ',' : ''})`]),
      '',
      ...indented(init),
      '',
      ...indented(update),
      '',
      `    return ${type}(init, update)`,
    ];
  }

  /** Reads hyperparameters at a count of steps. */
  private reads(count: string): string[] {
    const { hyper } = this.model;
    if (hyper.length === 0) return [];
    const ids = hyper.map(({ id }) => id);
    const left = ids.length === 1 ? `(${ids.join('')},)` : ids.join(', ');
    return [`${left} = (value(${count}) if callable(value) else value for value in hyper)`];
  }

  private init(): string[] {
    const { model, names } = this;
    const own = model.states.filter(isEach);
    const values = model.states.map((state) => (isEach(state) ? this.first(state) : this.number(state)));
    const isPlain = !values.some((value) => /\b(rank|rows|cols|size)\b/.test(value));
    const needsHyper = model.states.some(({ init, part }) => init !== undefined && namesIn(init).some((name) => model.nameOf(part, name).role === 'hyperparameter')); // prettier-ignore
    const entries = (of: (state: State, value: string) => string): string[] =>
      ['t=jnp.zeros([], jnp.int32)', ...model.states.map((state, i) => `${state.id}=${isEach(state) ? of(state, values[i] ?? '') : (values[i] ?? '')}`)]; // prettier-ignore
    const tree = (value: string): string => {
      if (value === 'jnp.zeros_like(w)') return 'jax.tree.map(jnp.zeros_like, params)';
      return value === 'jnp.array(w)' ? 'jax.tree.map(jnp.array, params)' : `jax.tree.map(lambda w: ${value}, params)`;
    };
    const call = (list: readonly string[]): string[] => [`return ${names.state}(`, ...indented(list.map((one) => `${one},`)), ')'];
    const real = [
      'if any(jnp.iscomplexobj(w) for w in jax.tree.leaves(params)):',
      '    raise TypeError("these equations are for real parameters")',
    ];
    if (isPlain)
      return [
        'def init(params):',
        ...indented([...real, ...(needsHyper ? this.reads('0') : []), ...call(entries((_, value) => tree(value)))]),
      ];
    const shape = shapeFunction(this.model);
    this.writer.needs(shape);
    return [
      'def init(params):',
      ...indented([
        ...real,
        ...(needsHyper ? this.reads('0') : []),
        'def first(w):',
        ...indented([
          `rank, rows, cols = ${shape}(w)`,
          ...(model.hasMatrices && values.some((value) => value === 'jnp.array(w)') ? ['w = w.reshape(rows, cols)'] : []),
          'return {',
          ...indented(own.map((state) => `"${state.id}": ${values[model.states.indexOf(state)] ?? ''},`)),
          '}',
        ]),
        '',
        'leaves, tree = jax.tree.flatten(params)',
        'begun = [first(w) for w in leaves]',
        ...call(entries(({ id }) => `tree.unflatten([one["${id}"] for one in begun])`)),
      ]),
    ];
  }

  /** The first value of a state of each parameter. */
  private first({ form = 'rc', kind, init, onlyWhere, part }: State): string {
    const begins = init === undefined ? undefined : this.writer.print(part, init, 0, true);
    if (begins !== undefined && this.model.sortOf(part, init!) === 'array') return `jnp.array(${begins})`;
    if (kind !== 'array') return begins === undefined ? 'jnp.zeros([], w.dtype)' : `jnp.full([], ${begins}, w.dtype)`;
    const size = (letter: string): string => (letter === 'r' ? 'rows' : letter === 'c' ? 'cols' : '1');
    const shape = `(${size(form.charAt(0))}, ${size(form.charAt(1))})`;
    const made = this.model.hasMatrices
      ? begins === undefined ? `jnp.zeros(${shape}, w.dtype)` : `jnp.full(${shape}, ${begins}, w.dtype)`
      : begins === undefined ? 'jnp.zeros_like(w)' : `jnp.full_like(w, ${begins})`; // prettier-ignore
    if (onlyWhere === undefined) return made;
    const condition = this.writer.print(part, onlyWhere.condition, 1, true);
    return onlyWhere.holds ? `${made} if ${condition} else jnp.zeros([], w.dtype)` : `jnp.zeros([], w.dtype) if ${condition} else ${made}`;
  }

  private number({ init, part }: State): string {
    return init === undefined ? 'jnp.zeros([])' : `jnp.asarray(${this.writer.print(part, init, 0, true)}, float)`;
  }

  private update(): string[] {
    const { model, names, writer } = this;
    const { hasMatrices } = model;
    const own = model.states.filter(isEach);
    const shared = model.states.filter((state) => !isEach(state));
    const blocks = writer.blocks.map(({ each, statements }) => ({ each, lines: statements.flatMap((one) => writer.lines(one)) }));
    const arrays = model.inputs.filter(({ isArray }) => isArray);
    const trees: (readonly [id: string, tree: string])[] = [
      ...(this.readsWeights ? [['w', 'params'] as const] : []),
      ...own.map(({ id }) => [id, `state.${id}`] as const),
      ...arrays.map(({ id, arg }) => [id, arg] as const),
    ];
    const target = (id: string): string => this.target(id);
    const shaped = this.readsWeights ? ['w', 'g'] : ['g'];
    const any = target(this.readsWeights ? 'w' : 'g');
    const reshaped = [...shaped, ...arrays.map(({ id }) => id)].map(target);
    const begin = [
      ...this.shapes(any, target),
      ...(hasMatrices ? [`shape = ${any}.shape`.replace(/^shape/, target('shape'))] : []),
      ...(hasMatrices ? [`${reshaped.join(', ')} = ${reshaped.map((one) => `${one}.reshape(${target('rows')}, ${target('cols')})`).join(', ')}`] : []), // prettier-ignore
      ...(this.plain === undefined && !this.isOfGradients ? [`${target('before')} = ${target('w')}`] : []),
    ];
    const change = this.isOfGradients ? target('g') : this.plain === undefined ? `${target('w')} - ${target('before')}` : target('update');
    const end = [
      `changes.append(${hasMatrices ? (change.includes(' ') ? `(${change})` : change) + `.reshape(${target('shape')})` : change})`,
      ...own.map(({ id }) => `new["${id}"].append(${target(id)})`),
    ];
    const zipped =
      trees.length === 0 ? 'leaves' : `zip(${['leaves', ...trees.map(([, tree]) => `tree.flatten_up_to(${tree})`)].join(', ')})`;
    const each = ['g', ...trees.map(([id]) => id)].join(', ');
    const sharedReads = shared.map(({ id }) => `${id} = state.${id}`);
    const loop = model.isJoint
      ? [
          ...together(sharedReads),
          'parameters = [',
          `    SimpleNamespace(${['g', ...trees.map(([id]) => id)].map((id) => `${id}=${id}`).join(', ')})`,
          `    for ${each} in ${zipped}`,
          ']',
          ...(begin.length === 0 ? [] : ['for p in parameters:', ...indented(begin)]),
          ...blocks.flatMap(({ each: isLoop, lines }) => (!isLoop ? lines : lines.length === 0 ? [] : ['for p in parameters:', ...indented(lines)])), // prettier-ignore
          'for p in parameters:',
          ...indented(end),
        ]
      : [
          ...together(sharedReads),
          `for ${each} in ${zipped}:`,
          ...indented([...together(sharedReads), ...begin, ...blocks.flatMap(({ lines }) => lines), ...end]),
        ];
    const given = model.inputs.map(({ arg }) => arg);
    const states = ['t', ...own.map(({ id }) => `${id}=tree.unflatten(new["${id}"])`), ...shared.map(({ id }) => `${id}=${id}`)];
    return [
      `def update(updates, state, params=None${given.length === 0 ? '' : `, *, ${given.join(', ')}, **extra_args`}):`,
      ...indented([
        ...(this.readsWeights
          ? ['if params is None:', `    raise ValueError("${names.make} needs the parameters: update(updates, state, params)")`]
          : []),
        ...this.reads('state.t'),
        ...factorLines(model),
        't = state.t + 1.0',
        ...model.inputs.flatMap(({ id, arg, isArray }) => (isArray || id === arg ? [] : [`${id} = jnp.asarray(${arg})`])),
        'leaves, tree = jax.tree.flatten(updates)',
        `changes, new = [], {${own.map(({ id }) => `"${id}": []`).join(', ')}}`,
        ...loop,
        `after = ${names.state}(${states.join(', ')})`,
        'return jax.tree.map(lambda x, old: jnp.asarray(x, old.dtype), (tree.unflatten(changes), after), (updates, state))',
      ]),
    ];
  }

  private shapes(w: string, target: (id: string) => string): string[] {
    const { needed } = this.writer;
    const isMatrix = this.model.hasMatrices || needed.has('rows') || needed.has('cols');
    const shape = shapeFunction(this.model);
    if (isMatrix) this.writer.needs(shape);
    return [
      ...(isMatrix ? [`${['rank', 'rows', 'cols'].map(target).join(', ')} = ${shape}(${w})`] : needed.has('rank') ? [`${target('rank')} = ${w}.ndim`] : []), // prettier-ignore
      ...(needed.has('size') ? [`${target('size')} = ${w}.size`] : []),
    ];
  }

  private evaluate(): string[] {
    const { evaluate, states, hyper, hasMatrices } = this.model;
    if (evaluate === undefined) return [];
    const { part, value } = evaluate;
    const read = new Set(namesIn(value).map((name) => this.model.nameOf(part, name).id));
    const own = states.filter((state) => read.has(state.id) && isEach(state));
    const shared = states.filter((state) => read.has(state.id) && !isEach(state));
    const given = hyper.filter(({ id }) => read.has(id)).map((one) => `${one.id}=${literal(one.value, this.writer.needs)}`);
    return [
      '',
      '',
      `def ${this.names.make}_evaluate(${['state', 'params', ...given].join(', ')}):`,
      '    """Where to evaluate the model after a step: parameters other than those that are trained."""',
      '    t = state.t',
      ...shared.map(({ id }) => `    ${id} = state.${id}`),
      '',
      `    def at(${['w', ...own.map(({ id }) => id)].join(', ')}):`,
      ...(hasMatrices ? own.filter(({ form }) => form === 'rc').map(({ id }) => `        ${id} = ${id}.reshape(w.shape)`) : []),
      `        return jnp.where(t > 0, ${this.writer.print(part, value, 0, true)}, w)`,
      '',
      `    return jax.tree.map(${['at', 'params', ...own.map(({ id }) => `state.${id}`)].join(', ')})`,
    ];
  }
}

/** The equation whose value is w less or plus something, where it is the only one of w and nothing reads w afterwards. */
function plainUpdate({ lines }: Model): Line | undefined {
  const own = lines.filter(({ target }) => target.role === 'parameter');
  const [line] = own;
  if (line === undefined || own.length > 1) return undefined;
  const { value } = line.equation;
  const isPlain = value.kind === 'apply' && (value.op === 'sub' || value.op === 'add') && value.operands[0]?.kind === 'name' && value.operands[0].name === 'w'; // prettier-ignore
  const isRead = lines.slice(lines.indexOf(line) + 1).some(({ equation }) => namesIn(equation.value).includes('w'));
  return isPlain && !isRead ? line : undefined;
}

/** What is added to w, or taken off it. */
function changeOf({ equation: { value } }: Line): Expression {
  const change = value.kind === 'apply' ? value.operands[1] : undefined;
  if (change === undefined) throw new RangeError('the equation is no update');
  return change;
}
