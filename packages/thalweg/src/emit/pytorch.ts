/** The target `pytorch`: an optimizer as `torch.optim` has them. */
import { namesIn } from '../language/tree.ts';
import type { Method } from '../define/method.ts';
import { literal, type ArrayLibrary } from '../targets/text/python.ts';
import { isEach, type Statement } from './blocks.ts';
import { groupsOf, parameterGroups, type ParameterGroup } from './groups.ts';
import { Identifiers, pascal, pythonWords } from './identifiers.ts';
import { modelOf, namesGiven, type Hyper, type Line, type Model, type State } from './model.ts';
import { commonWords, docstring, helperFunctions, hyperLines, indented, scheduleFunctions, scheduleName, together } from './python.ts';
import { pytorchTest, testWords } from './self-test.ts';
import { crossingOf, segmentsOf } from './segments.ts';
import { StepWriter } from './step-writer.ts';
import { commonOptions, type EmitOptions, type Target } from './target.ts';
import { torchHelpers, torchOf } from './torch-library.ts';

/** Names that a file has for itself. */
const words = (): readonly string[] => [
  ...[...pythonWords, ...commonWords, ...Object.keys(torchHelpers)],
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

  private readonly groups: readonly ParameterGroup[];

  constructor(given: Method, options: EmitOptions) {
    const { method, groups } = groupsOf(given, 'emit to pytorch');
    this.method = method;
    this.groups = groups;
    this.options = options;
    const title = pascal(options.name ?? method.parts.map(({ name }) => name).join('_'), 'Emitted');
    this.className = new Identifiers([...words(), ...testWords]).give(title);
    this.model = modelOf(method, 'emit to pytorch', [...words(), this.className]);
    this.library = torchOf(() => this.model);
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
    const test = pytorchTest(this.method, model, writer, this.className);
    const { needed } = writer;
    const given = this.groups.length === 0 ? 'model.parameters()' : 'parameter_groups(model.named_parameters())';
    const usage = [`Use: optimizer = ${this.className}(${given}), as any optimizer of torch.optim.`];
    const groups = parameterGroups(this.groups, model, writer);
    return `${[
      ...docstring(model, this.options, 'for PyTorch', usage),
      '',
      'import math',
      ...(groups.some((line) => line.includes('re.')) ? ['import re'] : []),
      ...(model.isJoint ? ['from types import SimpleNamespace'] : []),
      '',
      'import torch',
      'from torch.optim import Optimizer',
      ...helperFunctions(needed, torchHelpers),
      ...schedules,
      '',
      '',
      ...classLines,
      ...groups,
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
        : indented([
            '',
            'def add_param_group(self, param_group):',
            '    """Adds a group, which follows the schedules as all do."""',
            '    own = [name for name in self.schedules if name in param_group]',
            '    if own:',
            '        raise ValueError(f"{own[0]} follows its schedule in every group; give the class a number for it, and groups may have their own")',
            '    super().add_param_group(param_group)',
            '',
            'def __getstate__(self):',
            '    return {**super().__getstate__(), "schedules": self.schedules}',
          ])),
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
}
