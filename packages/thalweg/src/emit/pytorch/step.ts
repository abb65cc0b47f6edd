/**
 * A step of a PyTorch optimizer for one method, as lines of Python: states, how they are read, and the loops over the parameters of a group. Knows models;
 * no class.
 */
import { precedence } from '../../language/operations/operation.ts';
import { namesIn } from '../../language/tree.ts';
import type { Method } from '../../define/method.ts';
import type { ArrayLibrary } from '../../targets/text/python.ts';
import { isSchedule } from '../../define/hyper.ts';
import { isEach, type Statement } from '../blocks.ts';
import { shapeFunction } from '../matrix-functions.ts';
import { modelOf, namesGiven, type Hyper, type Line, type Model, type State } from '../model.ts';
import { indented, together } from '../python.ts';
import { Schedules } from '../schedules.ts';
import { crossingOf, segmentsOf, type Segment } from '../segments.ts';
import { StepWriter } from '../step-writer.ts';
import { torchOf } from '../torch-library.ts';
import type { ParameterGroup } from '../groups.ts';
import { argumentsOf, readsOf, type Argument } from './arguments.ts';
import { overGroups } from './class.ts';
import { TorchStates } from './states.ts';

/** What the steps of a method are told of the class that they are of. */
export interface TorchScene {
  readonly className: string;
  /** Names that the file has for itself. */
  readonly words: readonly string[];
  /** What schedules' functions begin with, and how a step skips a group without gradients. */
  readonly prefix: string;
  readonly skip: 'continue' | 'return';
  /** The groups that it trains. */
  readonly groups: readonly ParameterGroup[];
}

/** The steps of a method. */
export class TorchStep {
  readonly model: Model;
  readonly library: ArrayLibrary;
  readonly writer: StepWriter;
  private readonly states: TorchStates;
  readonly schedules: Schedules;
  readonly arguments: readonly Argument[];
  /** Whether hyperparameters may follow schedules, in some group or in all. */
  readonly follows: boolean;
  private readonly scene: TorchScene;
  private readonly segments: readonly Segment[];
  /** Names of a group that are read after a sum over all groups. */
  private readonly crossing: ReadonlySet<string>;
  private readonly readsTime: boolean;
  /** Whether each parameter counts its own steps, as PyTorch does: nothing that parameters share is made of t. */
  private readonly countsEach: boolean;

  constructor(method: Method, scene: TorchScene) {
    this.scene = scene;
    this.model = modelOf(method, 'emit to pytorch', [...scene.words, scene.className]);
    this.schedules = new Schedules(this.model, scene.prefix);
    const isFollowing = ({ key, schedule }: Hyper): boolean =>
      schedule !== undefined || scene.groups.some(({ values }) => isSchedule(values.get(key)));
    this.follows = this.model.hyper.some(isFollowing);
    this.arguments = argumentsOf(this.model.hyper, isFollowing, this.model.identifiers);
    this.library = torchOf(() => this.model);
    this.writer = new StepWriter(this.model, {
      library: this.library,
      assign: (line, target, value) => this.assigned(line, target, value),
      sumOver: (text, { scope }) => `sum(torch.sum(${text}) for p in ${scope === 'all' ? 'everything' : 'parameters'})`,
      root: (text) => `torch.sqrt(${text})`,
      alone: ({ scope }) => scope === 'all',
      shared: ({ id, role }) => (role === 'step' && this.countsEach ? 'p.t' : this.crossing.has(id) ? `q.${id}` : id),
    });
    this.states = new TorchStates(this.model, this.writer);
    this.segments = segmentsOf(this.writer.blocks);
    this.crossing = crossingOf(this.model, this.segments);
    const shared = this.model.lines.filter((line) => !isEach(line));
    const readsTime = ({ part, equation }: Line): boolean => namesIn(equation.value).some((name) => this.model.nameOf(part, name).role === 'step'); // prettier-ignore
    this.readsTime = this.model.lines.some(readsTime);
    this.countsEach = this.model.isJoint && this.readsTime && !shared.some(readsTime);
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
    if (!this.isInPlace(line))
      return [`${target} = ${line.target.role === 'parameter' ? '' : `${this.states.store(line.target.id)} = `}${value}`];
    const isNumber = this.library.isNumber(this.model.sortOf(part, equation.value));
    return [`${target}.${isNumber ? 'fill_' : 'copy_'}(${value})`];
  }

  /** Whether what an equation assigns is written into a tensor that there is. */
  private isInPlace({ target }: Line): boolean {
    return target.role === 'parameter' ? !this.model.hasMatrices : target.sort !== 'host' && isEach(target);
  }

  /** Whether groups count steps: for schedules, and where what parameters share is made of t. */
  get counts(): boolean {
    return (this.readsTime && !this.countsEach && this.model.isJoint) || this.follows;
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
    return readsOf(this.arguments);
  }

  /** The values of schedules in this step. */
  private scheduled(): string[] {
    return this.follows ? ['for name, schedule in schedules.items():', '    group[name] = schedule(group["step"])'] : [];
  }

  private factors(): string[] {
    return this.model.hyper.flatMap(({ id, factor }) =>
      factor === undefined ? [] : [`${factor} = ${id} / group.get("initial_${id}", ${id}) if ${id} else 0.0`],
    );
  }

  private shapes(w: string, names: (id: string) => string): string[] {
    const { needed } = this.writer;
    const isMatrix = this.model.hasMatrices || needed.has('rows') || needed.has('cols');
    const shape = shapeFunction(this.model);
    if (isMatrix) this.writer.needs(shape);
    return [
      ...(isMatrix ? [`${['rank', 'rows', 'cols'].map(names).join(', ')} = ${shape}(${w})`] : needed.has('rank') ? [`${names('rank')} = ${w}.dim()`] : []), // prettier-ignore
      ...(needed.has('size') ? [`${names('size')} = ${w}.numel()`] : []),
    ];
  }

  /** Lines that pass over a parameter that has nothing to step, and refuse one that equations of real arrays are not for. */
  private checks(param: string): string[] {
    const divides = this.model.hasMatrices || ['rows', 'cols', 'size'].some((one) => this.writer.needed.has(one));
    return [
      `if ${param}.grad is None${divides ? ` or ${param}.numel() == 0` : ''}:`,
      '    continue',
      `if ${param}.grad.is_sparse or ${param}.is_complex():`,
      `    raise RuntimeError("${this.scene.className} takes neither sparse gradients nor complex parameters")`,
    ];
  }

  private lines(statements: readonly Statement[]): string[] {
    return statements.flatMap((one) => this.writer.lines(one));
  }

  /** A step of a group, parameter by parameter. */
  private one(): string[] {
    const { model } = this;
    const { hasMatrices } = model;
    const lines = this.writer.blocks.flatMap(({ statements }) => this.lines(statements));
    const names = (id: string): string => id;
    const begin = this.states.begin(names);
    const reads = model.states.map(({ id }) => `${id} = state["${id}"]`);
    const param = hasMatrices ? 'param' : 'w';
    const shapes = this.shapes(param, names);
    return [
      ...(this.counts ? ['group["step"] += 1'] : []),
      ...this.scheduled(),
      ...together(this.hyperReads),
      ...this.factors(),
      `for ${param} in group["params"]:`,
      ...indented([
        ...this.checks(param),
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
    ];
  }

  /** Lines that bring the parameters of a group with gradients together, as `p`, with their states. */
  private gather(): string[] {
    const { model } = this;
    const { hasMatrices } = model;
    const names = (id: string): string => `p.${id}`;
    const own = model.states.filter(isEach);
    const begin = this.states.begin(names);
    const begins = this.states.sharedBegins();
    const shared = model.states.filter((state) => !isEach(state));
    const count = this.countsEach ? ['state["step"] = 0', ...begin] : begin;
    return [
      'parameters = []',
      'for param in group["params"]:',
      ...indented([
        ...this.checks('param'),
        'p = SimpleNamespace(param=param, w=param, g=-param.grad if group["maximize"] else param.grad)',
        'parameters.append(p)',
        ...this.shapes('param', names),
        ...(hasMatrices ? ['p.w, p.g = p.w.reshape(p.rows, p.cols), p.g.reshape(p.rows, p.cols)'] : []),
        ...model.inputs.flatMap(({ id, arg, isArray }) => (isArray ? [`p.${id} = ${arg}[param]${hasMatrices ? '.reshape(p.rows, p.cols)' : ''}`] : [])), // prettier-ignore
        ...(count.length === 0
          ? []
          : [
              'state = self.state[param]',
              'if not state:',
              ...indented(count),
              ...(this.countsEach ? ['state["step"] += 1', 'p.t = state["step"]'] : []),
              ...own.map(({ id }) => `p.${id} = state["${id}"]`),
            ]),
      ]),
      'if not parameters:',
      `    ${this.scene.skip}`,
      ...(shared[0] === undefined
        ? []
        : [
            `if "${shared[0].id}" not in group:`,
            ...indented([...(begins.some((line) => line.includes('like.')) ? ['like = parameters[0].w'] : []), ...begins]),
          ]),
    ];
  }

  /** The lines of each segment, or a sum over all groups. */
  private bodies(): ({ readonly lines: readonly string[] } | { readonly global: Statement })[] {
    return this.segments.map((segment) => {
      if ('global' in segment) return segment;
      const lines = segment.blocks.flatMap(({ each, statements }) => {
        const own = this.lines(statements);
        return each && own.length > 0 ? ['for p in parameters:', ...indented(own)] : own;
      });
      return { lines };
    });
  }

  /** What stands before the lines of a group: what they read of it. */
  private enter(lines: readonly string[]): string[] {
    const shared = this.model.states.filter((state) => !isEach(state));
    const reads = [...this.hyperReads, ...shared.map(({ id }) => `${id} = group["${id}"]`)];
    return [
      ...together(readIn(lines, ['t = group["step"]', ...reads])),
      ...this.factors(),
      ...readIn(lines, this.numbers('parameters[0].w')),
      ...lines,
    ];
  }

  private get write(): string[] {
    return this.model.hasMatrices ? ['for p in parameters:', '    p.param.copy_(p.w.reshape(p.param.shape))'] : [];
  }

  /** Lines that gather a group and count its step. */
  private opened(): string[] {
    const gather = this.gather();
    return [...together(readIn(gather, this.hyperReads)), ...gather, ...(this.counts ? ['group["step"] += 1'] : []), ...this.scheduled()];
  }

  /** Whether a sum runs over all groups. */
  get isWhole(): boolean {
    return this.segments.some((segment) => 'global' in segment);
  }

  /** A step of the group `group`, where no sum runs over all groups. */
  ofGroup(): string[] {
    if (!this.model.isJoint) return this.one();
    const lines = this.bodies().flatMap((body) => ('global' in body ? [] : body.lines));
    return [...this.opened(), ...this.enter(lines), ...this.write];
  }

  /**
   * Where every sum over all groups is one of gradients or weights alone, and comes before anything else: these sums, and a step of a group that is given them.
   * Undefined where it is not so.
   */
  afterSums():
    { readonly sums: readonly { readonly name: string; readonly line: string }[]; readonly lines: readonly string[] } | undefined {
    const bodies = this.bodies();
    const first = bodies.findIndex((body) => !('global' in body));
    const globals = bodies.flatMap((body) => ('global' in body ? this.lines([body.global]) : []));
    if (first < globals.length && first >= 0) return undefined;
    if (globals.some((line) => /\bp\.(?!g\b|w\b)|\bgroup\b/.test(line))) return undefined;
    const sums = globals.map((line) => ({ name: line.slice(0, line.indexOf(' = ')), line }));
    const lines = bodies.flatMap((body) => ('global' in body ? [] : body.lines));
    return { sums, lines: [...this.opened(), ...this.enter(lines), ...this.write] };
  }

  /** A step of all groups. */
  ofAll(): string[] {
    const bodies = this.bodies();
    const entry = this.crossing.size > 0 ? 'group, q, parameters' : 'group, parameters';
    const last = bodies.length - 1;
    return [
      'groups = []',
      overGroups(this.follows),
      ...indented([...this.opened(), `groups.append((${this.crossing.size > 0 ? 'group, SimpleNamespace(), parameters' : 'group, parameters'}))`]),
      `everything = [p for ${entry} in groups for p in parameters]`,
      'if not everything:',
      '    return loss',
      ...bodies.flatMap((body, i) =>
        'global' in body
          ? this.lines([body.global])
          : [`for ${entry} in groups:`, ...indented([...this.enter(body.lines), ...(i === last ? this.write : [])])],
      ),
    ];
  } // prettier-ignore

  /** Lines that put into `out` where to evaluate the parameters of the group `group`. */
  evaluation(): string[] {
    const { evaluate, states, hasMatrices } = this.model;
    if (evaluate === undefined) return ['for w in group["params"]:', '    out[w] = w.clone()'];
    const { part, value } = evaluate;
    const read = new Set(namesIn(value).map((name) => this.model.nameOf(part, name).id));
    const own = states.filter(({ id }) => read.has(id));
    const stored = (state: State): string => {
      if (!isEach(state)) return this.states.store(state.id);
      return `self.state[w]["${state.id}"]${hasMatrices && state.form === 'rc' ? '.reshape(w.shape)' : ''}`;
    };
    const text = this.writer.print(part, value, precedence.atom, true);
    return [
      ...readsOf(this.arguments.filter(({ of }) => of.some(({ id }) => read.has(id)))),
      'for w in group["params"]:',
      '    if not self.state[w]:',
      '        out[w] = w.clone()',
      '        continue',
      ...own.map((state) => `    ${state.id} = ${stored(state)}`),
      `    out[w] = ${this.model.sortOf(part, value) === 'array' ? `${text}.clone()` : `torch.zeros_like(w) + ${text}`}`,
    ];
  }
}

/** Those of some assignments whose names lines read. */
function readIn(lines: readonly string[], among: readonly string[]): string[] {
  const isRead = (name: string): boolean => lines.some((line) => new RegExp(`(?<![\\w."])${name}\\b(?!")`).test(line));
  return among.filter((read) => read.slice(0, read.indexOf(' = ')).split(', ').some(isRead));
}
