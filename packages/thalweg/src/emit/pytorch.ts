/** The target `pytorch`: an optimizer as `torch.optim` has them. */
import { namesIn, type OperationNode } from '../language/tree.ts';
import type { Method } from '../define/method.ts';
import { literal, type ArrayLibrary, type Operand } from '../targets/text/python.ts';
import { isEach, type Block, type Statement } from './blocks.ts';
import { pascal, pythonWords } from './identifiers.ts';
import { modelOf, namesGiven, type Hyper, type Line, type Model, type State } from './model.ts';
import {
  commonWords,
  docstring,
  helperFunctions,
  hyperLines,
  indented,
  recordedLines,
  scheduleFunctions,
  scheduleName,
  together,
} from './python.ts';
import { record, rules } from './replay.ts';
import { StepWriter } from './step-writer.ts';
import { commonOptions, type EmitOptions, type Target } from './target.ts';

/** Numbers that are made of sums are tensors without dimensions; those of the step alone are numbers of Python. */
const libraryOf = (model: () => Model): ArrayLibrary => {
  const isNumber: ArrayLibrary['isNumber'] = (sort) => sort === 'static' || sort === 'host';
  const bound = (a: Operand, b: Operand, name: 'min' | 'max'): string => {
    const [x, limit] = isNumber(a.sort) ? [b, a] : [a, b];
    if (isNumber(limit.sort)) return `torch.clamp(${x.text(0)}, ${name === 'min' ? 'max' : 'min'}=${limit.text(0)})`;
    return `torch.${name}imum(${a.text(0)}, ${b.text(0)})`;
  };
  const filled = (number: Operand, whole: OperationNode): string => {
    const isOfEach = ['array', 'tensor'].includes(model().kindOf(whole));
    const like = !model().isJoint ? 'w' : isOfEach ? 'p.w' : 'parameters[0].w';
    return model().formOf(whole) === 'rc' ? `torch.full_like(${like}, ${number.text(0)})` : `${like}.new_tensor(${number.text(0)})`;
  };
  return {
    isNumber,
    functions: { abs: 'torch.abs', sign: 'torch.sign', sqrt: 'torch.sqrt', exp: 'torch.exp', log: 'torch.log', cos: 'torch.cos', floor: 'torch.floor' }, // prettier-ignore
    minimum: (a, b) => bound(a, b, 'min'),
    maximum: (a, b) => bound(a, b, 'max'),
    where: (condition, a, b, whole) => {
      const numbers = isNumber(a.sort) && isNumber(b.sort);
      const like = model().isJoint ? 'p.w' : 'w';
      if (numbers && a.text(0) === '1' && b.text(0) === '0') return [6, `(${condition.text(0)}).to(${like}.dtype)`];
      if (numbers && condition.sort !== 'array') return [0, `${a.text(1)} if ${condition.text(1)} else ${b.text(0)}`];
      return [6, `torch.where(${condition.text(0)}, ${numbers ? filled(a, whole) : a.text(0)}, ${b.text(0)})`];
    },
    filled,
    norm: (x) => `torch.linalg.vector_norm(${x.text(0)})`,
    sum: (text) => `torch.sum(${text})`,
    fold: (x, how, along) => `${x.text(6)}.${how === 'max' ? 'amax' : how}(${String(along)}, keepdim=True)`,
    helpers: { newtonSchulz: 'newton_schulz', inverseRoot: 'inverse_root', eigenvectors: 'eigenvectors', orthonormal: 'orthonormal' },
  };
};

const helpers: Readonly<Record<string, readonly string[]>> = {
  matrix: [
    'def matrix(w):',
    '    """The rank of a tensor, its rows and its columns: more than two dimensions count as flattened behind the first."""',
    '    return w.dim(), math.prod(w.shape[:1]), math.prod(w.shape[1:])',
  ],
  newton_schulz: [
    'def newton_schulz(g, a, b, c, steps, eps):',
    '    """Brings the singular values of g near 1: x ← a·x + (b·A + c·A²)·x with A = x·xᵀ."""',
    '    x = g.T if g.shape[0] > g.shape[1] else g',
    '    x = x / torch.clamp(torch.linalg.vector_norm(x), min=eps)',
    '    for _ in range(math.ceil(steps)):',
    '        A = x @ x.T',
    '        x = a * x + (b * A + c * (A @ A)) @ x',
    '    return x.T if g.shape[0] > g.shape[1] else x',
  ],
  inverse_root: [
    'def inverse_root(a, p, eps):',
    '    """(a + eps·I)^(-1/p) of a symmetric matrix; eigenvalues that rounding made negative count as 0."""',
    '    values, vectors = torch.linalg.eigh(a)',
    '    return (vectors * (values.clamp(min=0) + eps) ** (-1 / p)) @ vectors.T',
  ],
  eigenvectors: [
    'def eigenvectors(a):',
    '    """The eigenvectors of a symmetric matrix as columns, that of the largest eigenvalue first."""',
    '    values, vectors = torch.linalg.eigh(a)',
    '    return vectors[:, torch.argsort(-values, stable=True)]',
  ],
  orthonormal: [
    'def orthonormal(a):',
    '    """The factor Q of a = Q·R, with the signs that make the diagonal of R positive."""',
    '    q, r = torch.linalg.qr(a)',
    '    return q * torch.where(torch.diagonal(r) < 0, -1, 1)',
  ],
};

/** Names that a file has for itself. */
const words = (): readonly string[] => [
  ...[...pythonWords, ...commonWords, ...Object.keys(helpers)],
  ...['torch', 'closure', 'group', 'groups', 'parameters', 'everything', 'param', 'maximize', 'defaults', 'like', 'Optimizer', 'step'],
];

/** An optimizer as `torch.optim` has them. */
export const pytorch: Target = {
  name: 'pytorch',
  about: 'a torch.optim.Optimizer',
  extension: 'py',
  options: commonOptions,
  write: (method, options = {}) => new PytorchFile(method, options).text(),
};

class PytorchFile {
  private readonly model: Model;
  private readonly options: EmitOptions;
  private readonly method: Method;
  private readonly writer: StepWriter;
  private readonly className: string;
  private readonly library: ArrayLibrary;
  /** Names of a group that are read after a sum over all groups. */
  private crossing: ReadonlySet<string> = new Set();

  constructor(method: Method, options: EmitOptions) {
    this.method = method;
    this.options = options;
    this.className = pascal(options.name ?? method.parts.map(({ name }) => name).join('_'), 'Emitted');
    this.model = modelOf(method, 'emit to pytorch', [...words(), this.className]);
    this.library = libraryOf(() => this.model);
    this.writer = new StepWriter(this.model, {
      library: this.library,
      assign: (line, target, value) => this.assigned(line, target, value),
      sumOver: (text, { scope }) => `sum(torch.sum(${text}) for p in ${scope === 'all' ? 'everything' : 'parameters'})`,
      root: (text) => `torch.sqrt(${text})`,
      alone: ({ scope }) => scope === 'all',
      shared: ({ id }) => (this.crossing.has(id) ? `q.${id}` : id),
    });
  }

  text(): string {
    const { model, writer } = this;
    const classLines = this.classLines();
    const schedules = scheduleFunctions(model, this.library, false, writer.needs);
    const test = this.selfTest();
    const { needed } = writer;
    const usage = [`Use: optimizer = ${this.className}(model.parameters()), as any optimizer of torch.optim.`];
    return `${[
      ...docstring(model, this.options, 'for PyTorch', usage),
      '',
      'import math',
      ...(model.isJoint ? ['from types import SimpleNamespace'] : []),
      '',
      'import torch',
      'from torch.optim import Optimizer',
      ...helperFunctions(needed, helpers),
      ...schedules,
      '',
      '',
      ...classLines,
      ...test,
    ].join('\n')}\n`;
  }

  /** What lasts is written into its tensor, so that it shares no memory with anything. A number of the group has no tensor of its own. */
  private assigned(line: Line, target: string, value: string): string[] {
    const { equation, part } = line;
    if (!equation.lasting) {
      const later = this.model.lines.slice(this.model.lines.indexOf(line) + 1).filter((one) => one.equation.lasting && this.isInPlace(one));
      const changed = new Set(later.map((one) => one.target.id));
      const isShared = namesGiven(equation.value).some((name) => changed.has(this.model.nameOf(part, name).id));
      return [`${target} = ${isShared ? `(${value}).clone()` : value}`];
    }
    if (!this.isInPlace(line)) return [`${target} = ${line.target.role === 'parameter' ? '' : `${this.store(line.target.id)} = `}${value}`];
    const isNumber = this.library.isNumber(this.model.sortOf(part, equation.value));
    return [`${target}.${isNumber ? 'fill_' : 'copy_'}(${value})`];
  }

  /** Whether what an equation assigns is written into a tensor that there is. */
  private isInPlace({ target }: Line): boolean {
    return target.role === 'parameter' ? !this.model.hasMatrices : target.sort !== 'host' && isEach(target);
  }

  /** Where a number that lasts is kept. */
  private store(id: string): string {
    return this.model.isJoint ? `group["${id}"]` : `state["${id}"]`;
  }

  private classLines(): string[] {
    const { model, className } = this;
    const step = this.step();
    const scheduled = model.hyper.filter(({ schedule }) => schedule !== undefined);
    const parameters = model.hyper.map((one) => `${one.id}=${one.schedule === undefined ? literal(one.value, this.writer.needs) : scheduleName(one)}`); // prettier-ignore
    const checks = model.hyper.flatMap((one) => this.check(one));
    const entries = [...model.hyper.map(({ id }) => `${id}=${id}`), 'maximize=maximize', ...(this.counts ? ['step=0'] : [])];
    return [
      `class ${className}(Optimizer):`,
      `    """${className}. Parameter groups may have hyperparameters of their own:`,
      '',
      ...indented(hyperLines(model)),
      ...(scheduled.length === 0
        ? []
        : ['', ...indented([`${scheduled.map(({ id }) => id).join(' and ')} may be a function of the step t, counted from 1; with a number it is constant.`])]), // prettier-ignore
      '    """',
      '',
      `    def __init__(self, params, ${[...parameters, '*', 'maximize=False'].join(', ')}):`,
      ...indented(
        [
          ...(scheduled.length === 0
            ? []
            : [
                `self.schedules = {name: value for name, value in {${scheduled.map(({ id }) => `"${id}": ${id}`).join(', ')}}.items() if callable(value)}`, // prettier-ignore
                ...scheduled.map(({ id }) => `${id} = ${id}(1) if callable(${id}) else ${id}`),
              ]),
          ...checks,
          `super().__init__(params, dict(${entries.join(', ')}))`,
        ],
        2,
      ),
      '',
      ...indented(step),
      ...indented(this.evaluate()),
      ...(scheduled.length === 0
        ? []
        : indented(['', 'def __getstate__(self):', '    return {**super().__getstate__(), "schedules": self.schedules}'])),
    ];
  }

  /** Throws where a hyperparameter is out of its range. */
  private check({ id, range }: Hyper): string[] {
    const match = /^([[(])\s*(-?[^,\s]+)\s*,\s*([^\])\s]+)\s*([\])])$/.exec(range.replaceAll('−', '-'));
    if (match === null) return [];
    const [, open, low = '', high = '', close] = match;
    const isInfinite = (bound: string): boolean => /∞|inf/.test(bound);
    const left = isInfinite(low) ? '' : `${low} ${open === '[' ? '<=' : '<'} `;
    const right = isInfinite(high) ? '' : ` ${close === ']' ? '<=' : '<'} ${high}`;
    if (left === '' && right === '') return [];
    return [`if not ${left}${id}${right}:`, `    raise ValueError(f"${id} must lie in ${range}, and {${id}} does not")`];
  }

  /** Whether groups count steps, besides each parameter: for schedules, and where parameters are stepped together. */
  private get counts(): boolean {
    return this.model.isJoint || this.model.hyper.some(({ schedule }) => schedule !== undefined);
  }

  private step(): string[] {
    const { model } = this;
    const loss = model.inputs.find(({ key, isArray }) => key === 'loss' && !isArray);
    const inputs = model.inputs.map((one) => (one === loss ? 'loss=None' : one.arg));
    const about = model.inputs.map((one) =>
      one.isArray
        ? `${one.arg}: ${one.written}, a dict from parameters to tensors`
        : `${one.arg}: ${one.written}${one === loss ? ', by default what closure returns' : ''}`,
    );
    const body = model.isJoint ? this.joint() : this.one();
    const first = 'One step. ``closure`` computes the loss anew, with its gradients, and returns it.';
    return [
      '@torch.no_grad()',
      `def step(self, closure=None${inputs.length === 0 ? '' : `, *, ${inputs.join(', ')}`}):`,
      ...(about.length === 0 ? [`    """${first}"""`] : [`    """${first}`, '', ...indented(about), '    """']),
      ...(loss === undefined ? ['    loss = None'] : []),
      '    if closure is not None:',
      '        with torch.enable_grad():',
      '            loss = closure()',
      ...(loss === undefined
        ? []
        : ['    if loss is None:', '        raise ValueError("step needs the loss, or a closure that returns it")']),
      ...indented(body),
      '    return loss',
    ];
  }

  /** Numbers that a step is given, as tensors like the parameters. */
  private numbers(like: string): string[] {
    return this.model.inputs.flatMap(({ id, arg, key, isArray }) => {
      if (isArray) return [];
      const value = key === 'loss' ? '-loss if group["maximize"] else loss' : arg;
      return [`${id} = torch.as_tensor(${value}, dtype=${like}.dtype, device=${like}.device)`];
    });
  }

  private get hyperReads(): string[] {
    return this.model.hyper.map(({ id }) => `${id} = group["${id}"]`);
  }

  private schedules(): string[] {
    return [...this.scheduled(), ...together(this.hyperReads), ...this.factors()];
  }

  private scheduled(): string[] {
    return this.model.hyper.some(({ schedule }) => schedule !== undefined)
      ? ['for name, schedule in self.schedules.items():', '    group[name] = schedule(group["step"])']
      : [];
  }

  private factors(): string[] {
    return this.model.hyper.flatMap(({ id, factor, schedule }) => {
      if (factor === undefined) return [];
      const base = schedule === undefined ? `group.get("initial_lr", ${id})` : literal(schedule.base, this.writer.needs);
      return [`${factor} = ${id} / ${base}${schedule === undefined ? ` if ${id} else 0.0` : ''}`];
    });
  }

  /** The state of a parameter that has none yet. */
  private begin(names: (id: string) => string): string[] {
    const { model } = this;
    const own = model.states.filter((state) => isEach(state) || !model.isJoint);
    return own.map((state) => `state["${state.id}"] = ${this.first(state, names)}`);
  }

  private first(state: State, names: (id: string) => string): string {
    const { form = 'rc', kind, sort, init, onlyWhere, part } = state;
    const w = names('w');
    const begins = init === undefined ? undefined : this.writer.print(part, init);
    if (sort === 'host') return begins ?? '0.0';
    const isArray = init !== undefined && this.model.sortOf(part, init) === 'array';
    if (isArray) return `(${begins ?? ''}).clone()`.replace(/^\((\w+(?:\.\w+)?)\)/, '$1');
    if (kind !== 'array') return begins === undefined ? `${w}.new_zeros(())` : `${w}.new_full((), ${begins})`;
    const size = (letter: string): string => (letter === 'r' ? names('rows') : letter === 'c' ? names('cols') : '1');
    const whole = form === 'rc';
    const shape = `(${size(form.charAt(0))}, ${size(form.charAt(1))})`;
    const made = whole
      ? begins === undefined ? `torch.zeros_like(${w})` : `torch.full_like(${w}, ${begins})`
      : begins === undefined ? `${w}.new_zeros(${shape})` : `${w}.new_full(${shape}, ${begins})`; // prettier-ignore
    if (onlyWhere === undefined) return made;
    const condition = this.writer.print(part, onlyWhere.condition, 1);
    return onlyWhere.holds ? `${made} if ${condition} else ${w}.new_zeros(())` : `${w}.new_zeros(()) if ${condition} else ${made}`;
  }

  private shapes(w: string, names: (id: string) => string): string[] {
    const { needed } = this.writer;
    const isMatrix = this.model.hasMatrices || needed.has('rows') || needed.has('cols');
    if (isMatrix) this.writer.needs('matrix');
    return [
      ...(isMatrix ? [`${['rank', 'rows', 'cols'].map(names).join(', ')} = matrix(${w})`] : needed.has('rank') ? [`${names('rank')} = ${w}.dim()`] : []), // prettier-ignore
      ...(needed.has('size') ? [`${names('size')} = ${w}.numel()`] : []),
    ];
  }

  private lines(statements: readonly Statement[]): string[] {
    return statements.flatMap((one) => this.writer.lines(one));
  }

  /** The loop over parameters one by one. */
  private one(): string[] {
    const { model } = this;
    const { hasMatrices } = model;
    const lines = this.writer.blocks.flatMap(({ statements }) => this.lines(statements));
    const names = (id: string): string => id;
    const begin = this.begin(names);
    const reads = model.states.map(({ id }) => `${id} = state["${id}"]`);
    const param = hasMatrices ? 'param' : 'w';
    const shapes = this.shapes(param, names);
    return [
      'for group in self.param_groups:',
      ...indented([
        ...(this.counts ? ['group["step"] += 1'] : []),
        ...this.schedules(),
        `for ${param} in group["params"]:`,
        ...indented([
          `if ${param}.grad is None:`,
          '    continue',
          `if ${param}.grad.is_sparse:`,
          `    raise RuntimeError("${this.className} takes no sparse gradients")`,
          `g = -${param}.grad if group["maximize"] else ${param}.grad`,
          ...shapes,
          ...(hasMatrices ? ['w, g = param.reshape(rows, cols), g.reshape(rows, cols)'] : []),
          ...model.inputs.flatMap(({ id, arg, isArray }) => (isArray ? [`${id} = ${arg}[${param}]${hasMatrices ? '.reshape(rows, cols)' : ''}`] : [])), // prettier-ignore
          ...this.numbers(param),
          `state = self.state[${param}]`,
          'if not state:',
          '    state["step"] = 0',
          ...indented(begin),
          'state["step"] += 1',
          't = state["step"]',
          ...together(reads),
          ...lines,
          ...(hasMatrices ? ['param.copy_(w.reshape(param.shape))'] : []),
        ]),
      ]),
    ];
  }

  /** Blocks over all parameters of a group, or of all groups. */
  private joint(): string[] {
    const { model } = this;
    const { hasMatrices } = model;
    const names = (id: string): string => `p.${id}`;
    const segments = segmentsOf(this.writer.blocks);
    this.crossing = crossingOf(model, segments);
    const bodies = segments.map(
      (segment) =>
      'global' in segment
        ? segment
        : { lines: segment.blocks.flatMap(({ each, statements }) => { const lines = this.lines(statements); return each && lines.length > 0 ? ['for p in parameters:', ...indented(lines)] : lines; }) }, // prettier-ignore
    );
    const isWhole = segments.some((segment) => 'global' in segment);
    const own = model.states.filter(isEach);
    const shared = model.states.filter((state) => !isEach(state));
    const begin = this.begin(names);
    const number = 'dtype=torch.promote_types(like.dtype, torch.float32), device=like.device';
    const begins = shared.map((state) => {
      const value = state.init === undefined ? undefined : this.writer.print(state.part, state.init);
      const made = value === undefined ? `torch.zeros((), ${number})` : `torch.full((), float(${value}), ${number})`;
      return `group["${state.id}"] = ${state.sort === 'host' ? (value ?? '0.0') : made}`;
    });
    const reads = [...this.hyperReads, ...shared.map(({ id }) => `${id} = group["${id}"]`)];
    const used = (lines: readonly string[], among: readonly string[]): string[] =>
      among.filter((read) => lines.some((line) => new RegExp(`(?<![\\w."])${read.split(' ')[0] ?? ''}\\b(?!")`).test(line)));
    const gather = [
      'parameters = []',
      'for param in group["params"]:',
      ...indented([
        'if param.grad is None:',
        '    continue',
        'if param.grad.is_sparse:',
        `    raise RuntimeError("${this.className} takes no sparse gradients")`,
        'p = SimpleNamespace(param=param, w=param, g=-param.grad if group["maximize"] else param.grad)',
        'parameters.append(p)',
        ...this.shapes('param', names),
        ...(hasMatrices ? ['p.w, p.g = p.w.reshape(p.rows, p.cols), p.g.reshape(p.rows, p.cols)'] : []),
        ...model.inputs.flatMap(({ id, arg, isArray }) => (isArray ? [`p.${id} = ${arg}[param]${hasMatrices ? '.reshape(p.rows, p.cols)' : ''}`] : [])), // prettier-ignore
        ...(own.length === 0
          ? []
          : ['state = self.state[param]', 'if not state:', ...indented(begin), ...own.map(({ id }) => `p.${id} = state["${id}"]`)]),
      ]),
      'if not parameters:',
      '    continue',
      ...(shared[0] === undefined
        ? []
        : [
            `if "${shared[0].id}" not in group:`,
            ...indented([...(begins.some((line) => line.includes('like.')) ? ['like = parameters[0].w'] : []), ...begins]),
          ]),
    ];
    const write = hasMatrices ? ['for p in parameters:', '    p.param.copy_(p.w.reshape(p.param.shape))'] : [];
    const count = ['group["step"] += 1', ...this.scheduled()];
    const enter = (lines: readonly string[]): string[] => [
      ...together(used(lines, ['t = group["step"]', ...reads])),
      ...this.factors(),
      ...used(lines, this.numbers('parameters[0].w')),
      ...lines,
    ];
    const before = together(used([...gather], this.hyperReads));
    if (!isWhole) {
      const lines = bodies.flatMap((body) => ('global' in body ? [] : body.lines));
      return ['for group in self.param_groups:', ...indented([...before, ...gather, ...count, ...enter(lines), ...write])];
    }
    const entry = this.crossing.size > 0 ? 'group, q, parameters' : 'group, parameters';
    const last = bodies.length - 1;
    return [
      'groups = []',
      'for group in self.param_groups:',
      ...indented([
        ...before,
        ...gather,
        ...count,
        `groups.append((${this.crossing.size > 0 ? 'group, SimpleNamespace(), parameters' : 'group, parameters'}))`,
      ]),
      `everything = [p for ${entry} in groups for p in parameters]`,
      'if not everything:',
      '    return loss',
      ...bodies.flatMap((body, i) =>
        'global' in body
          ? this.lines([body.global])
          : [`for ${entry} in groups:`, ...indented([...enter(body.lines), ...(i === last ? write : [])])],
      ),
    ];
  }

  private evaluate(): string[] {
    const { evaluate, states, hyper, hasMatrices } = this.model;
    if (evaluate === undefined) return [];
    const { part, value } = evaluate;
    const read = new Set(namesIn(value).map((name) => this.model.nameOf(part, name).id));
    const own = states.filter(({ id }) => read.has(id));
    const stored = (state: State): string => {
      if (!isEach(state)) return this.store(state.id);
      return `self.state[w]["${state.id}"]${hasMatrices && state.form === 'rc' ? '.reshape(w.shape)' : ''}`;
    };
    return [
      '',
      '@torch.no_grad()',
      'def evaluate(self):',
      '    """Where to evaluate the model after a step: a dict from parameters to tensors other than those that are trained."""',
      '    out = {}',
      '    for group in self.param_groups:',
      ...hyper.filter(({ id }) => read.has(id)).map(({ id }) => `        ${id} = group["${id}"]`),
      '        for w in group["params"]:',
      '            if not self.state[w]:',
      '                out[w] = w.clone()',
      '                continue',
      ...own.map((state) => `            ${state.id} = ${stored(state)}`),
      `            out[w] = (${this.writer.print(part, value, 0, true)}).clone()`.replace(/\((\w+)\)\.clone/, '$1.clone'),
      '    return out',
    ];
  }

  private selfTest(): string[] {
    const { model, className } = this;
    const inputs = model.inputs.map(({ arg, isArray }) => (isArray ? `${arg}={w: w.grad**2 for w in params}` : `${arg}=${rules.loss}`));
    return [
      ...recordedLines(record(this.method, model.needsMatrices)),
      '',
      '',
      'def replay():',
      '    """The largest difference from what is recorded, as a part of how far each weight has moved."""',
      '    def tensors(value):',
      '        numbers = iter(range(100))',
      '        make = lambda shape: torch.tensor([value(next(numbers)) for _ in range(math.prod(shape))], dtype=torch.float64).reshape(shape)',
      '        return [make(shape) for shape in SHAPES.values()]',
      '',
      `    params = tensors(lambda i: ${rules.weight})`,
      `    optimizer, moved, worst = ${className}(params), 0.0, 0.0`,
      '    flat = lambda: torch.cat([w.flatten() for w in params])',
      '    for t, recorded in enumerate(RECORDED, 1):',
      `        for w, g in zip(params, tensors(lambda i: ${rules.gradient})):`,
      '            w.grad = g',
      '        before, recorded = flat(), torch.tensor(recorded, dtype=torch.float64)',
      `        optimizer.step(${inputs.join(', ')})`,
      '        moved = moved + torch.abs(flat() - before)',
      '        scale = torch.maximum(moved, torch.abs(recorded)).clamp(min=1e-300)',
      '        worst = max(worst, float(torch.max(torch.abs(flat() - recorded) / scale)))',
      '    return worst',
      '',
      '',
      'if __name__ == "__main__":',
      '    off = replay()',
      '    print(f"{len(RECORDED)} steps replayed, off by {off:.1e}")',
      `    if not off <= ${literal(model.tolerance, this.writer.needs)}:`,
      '        raise SystemExit("these are not the recorded steps")',
    ];
  }
}

/** What is done for one group after the other, or a sum over all of them. */
type Segment = { readonly blocks: readonly Block[] } | { readonly global: Statement };

function segmentsOf(blocks: readonly Block[]): Segment[] {
  const out: ({ blocks: Block[] } | { global: Statement })[] = [];
  for (const { each, statements } of blocks) {
    for (const statement of statements) {
      if ('hoisted' in statement && statement.hoisted.operation.scope === 'all') {
        out.push({ global: statement });
        continue;
      }
      const last = out.at(-1);
      const here = last === undefined || 'global' in last ? { blocks: [] as Block[] } : last;
      if (here !== last) out.push(here);
      const block = here.blocks.at(-1);
      if (block?.each === each) here.blocks[here.blocks.length - 1] = { each, statements: [...block.statements, statement] };
      else here.blocks.push({ each, statements: [statement] });
    }
  }
  return out;
}

/** The temporaries of a group that are assigned in one segment and read in a later one. */
function crossingOf(model: Model, segments: readonly Segment[]): Set<string> {
  const crossing = new Set<string>();
  const before = new Set<string>();
  for (const segment of segments) {
    if ('global' in segment) continue;
    const here = new Set<string>();
    for (const { statements } of segment.blocks) {
      for (const statement of statements) {
        if (!('line' in statement)) continue;
        const { part, equation, target } = statement.line;
        for (const name of namesIn(equation.value)) {
          const { id } = model.nameOf(part, name);
          if (before.has(id) && !here.has(id)) crossing.add(id);
        }
        if (target.role === 'temporary' && !isEach(target)) here.add(target.id);
      }
    }
    for (const id of here) before.add(id);
  }
  return crossing;
}
