/**
 * A PyTorch file for groups with different equations: one class, whose parameter groups name the method that trains each. Each method has a function that
 * makes such a group; `parameter_groups` makes them from the names of a model's parameters.
 */
import { UnsupportedError } from '../../language/run-error.ts';
import type { Method } from '../../define/method.ts';
import { chosenGroups, valuesOf, type Family } from '../groups.ts';
import { Identifiers, snake } from '../identifiers.ts';
import { docstring, helperFunctions, indented } from '../python.ts';
import { pytorchTest } from '../self-test.ts';
import type { EmitOptions } from '../target.ts';
import { torchHelpers } from '../torch-library.ts';
import { argumentLines, checksOf, valueOf } from './arguments.ts';
import { addFollowing, evaluateMethod, keepingSchedules, overGroups, stepMethod } from './class.ts';
import { TorchStep } from './step.ts';
import { torchWords } from './words.ts';

const target = 'emit to pytorch';

/** A method of the file: what it is called, and its steps. */
interface Trained extends Family {
  readonly id: string;
  readonly step: TorchStep;
}

/** The file. */
export function fileOfSeveral(whole: Method, families: readonly Family[], className: string, options: EmitOptions): string {
  const free = new Identifiers([...torchWords(), className]);
  const trained = families.map((family): Trained => {
    const id = free.give(snake(family.id, 'method'));
    return { ...family, id, step: new TorchStep(family.method, { className, words: torchWords(), prefix: `${id}_`, skip: 'return', groups: family.groups }) };
  }); // prettier-ignore
  const models = trained.map(({ step }) => step.model);
  const needs = (what: string): void => trained[0]?.step.writer.needs(what);
  const classLines = classOf(trained, className, whole);
  const makers = trained.flatMap(makerOf);
  const groupLines = parameterGroups(trained);
  const schedules = trained.flatMap(({ step }) => step.schedules.lines({ library: step.library, fromZero: false, needs, hasBase: true }));
  const test = pytorchTest({ whole, models, grouped: true, needs, className });
  const needed = new Set(trained.flatMap(({ step }) => [...step.writer.needed]));
  return `${[
    ...docstring(models, options, 'for PyTorch', [`Use: optimizer = ${className}(parameter_groups(model.named_parameters())), as any optimizer of torch.optim.`], whole), // prettier-ignore
    '',
    'import math',
    ...(groupLines.some((line) => line.includes('re.')) ? ['import re'] : []),
    ...(models.some(({ isJoint }) => isJoint) ? ['from types import SimpleNamespace'] : []),
    '',
    'import torch',
    'from torch.optim import Optimizer',
    ...helperFunctions(needed, torchHelpers),
    ...schedules,
    ...makers,
    ...groupLines,
    '',
    '',
    ...classLines,
    ...test,
  ].join('\n')}\n`;
}

/** The function that makes a group of a method. */
function makerOf({ id, step }: Trained): string[] {
  const { writer, schedules } = step;
  const given = step.arguments;
  const parameters = given.map((one) => `${one.id}=${valueOf(one, (hyper) => schedules.valueOf(hyper, writer.needs))}`);
  const following = given.filter((one) => one.follows).map((one) => one.id);
  const entries = [...given.map((one) => `${one.id}=${one.id}`), ...(step.counts ? ['step=0'] : [])];
  return [
    '',
    '',
    `def ${id}_group(${['params', ...parameters].join(', ')}):`,
    `    """Parameters that ${id} trains:`,
    '',
    ...indented(argumentLines(given)),
    ...(step.follows ? ['', `    ${following.join(' and ')} may be a function of the step t, counted from 1, which the group follows; a number is constant.`] : []), // prettier-ignore
    '    """',
    ...indented(given.flatMap(checksOf)),
    `    return dict(${['params=params', `method="${id}"`, ...entries].join(', ')})`,
  ];
}

/** The function that puts a model's parameters into groups. */
function parameterGroups(trained: readonly Trained[]): string[] {
  const entries = trained.flatMap(({ id, groups, step }) =>
    groups.map((group) => {
      const values = valuesOf(group, step.model, step.schedules, step.writer, target);
      const own = step.arguments.flatMap((one) => {
        const value = valueOf(one, (hyper) => values.find((each) => each.hyper === hyper)!.value);
        const usual = valueOf(one, (hyper) => step.schedules.valueOf(hyper, step.writer.needs));
        return value === usual ? [] : [`${one.id}=${value}`];
      });
      return { group, text: `${id}_group(${['[]', ...own].join(', ')})` };
    }),
  );
  return chosenGroups(entries, target);
}

function classOf(trained: readonly Trained[], className: string, { name }: Method): string[] {
  const models = trained.map(({ step }) => step.model);
  const joint = trained.map(({ step }) => (step.isWhole ? step.afterSums() : { sums: [], lines: step.ofGroup() }));
  const bodies = joint.map((one) => {
    if (one === undefined) throw new UnsupportedError(target, `${name} sums values over all groups that earlier equations compute; emit the groups without it`);
    return one;
  }); // prettier-ignore
  const sums = [...new Map(bodies.flatMap((one) => one.sums.map((sum) => [sum.name, sum] as const))).values()];
  for (const { name: sum, line } of bodies.flatMap((one) => one.sums))
    if (sums.some((one) => one.name === sum && one.line !== line))
      throw new UnsupportedError(target, `${name} has a sum over all groups that differs between groups; emit the groups without it`);
  const follows = trained.some(({ step }) => step.follows);
  const argsOf = (i: number): string[] => [
    ...(trained[i]!.step.follows ? ['schedules'] : []),
    ...models[i]!.inputs.map(({ arg, key }) => (key === 'loss' ? 'loss' : arg)),
    ...bodies[i]!.sums.map((sum) => sum.name),
  ];
  const dispatch = (line: (i: number) => readonly string[]): string[] =>
    trained.flatMap(({ id }, i) => [
      i === trained.length - 1 ? 'else:' : `${i === 0 ? 'if' : 'elif'} group["method"] == "${id}":`,
      ...indented(line(i)),
    ]);
  const everything = [
    'everything = [',
    '    SimpleNamespace(w=w, g=-w.grad if group["maximize"] else w.grad)',
    '    for group in self.param_groups',
    '    for w in group["params"]',
    '    if w.grad is not None',
    ']',
  ];
  const steps = stepMethod(models, [
    ...(sums.length === 0 ? [] : [...everything, 'if not everything:', '    return loss', ...sums.map(({ line }) => line)]),
    overGroups(follows),
    ...indented(dispatch((i) => [`self.step_${trained[i]!.id}(${['group', ...argsOf(i)].join(', ')})`])),
  ]);
  const ids = trained.map(({ id }) => `"${id}"`);
  const evaluates = models.some(({ evaluate }) => evaluate !== undefined);
  return [
    `class ${className}(Optimizer):`,
    `    """Trains each group of parameters by its method: ${ids.join(' or ')}."""`,
    '',
    '    def __init__(self, params, *, maximize=False):',
    ...(follows ? ['        self.schedules = []  # of each group, by the names of what follows them'] : []),
    '        super().__init__(params, dict(maximize=maximize))',
    '',
    '    def add_param_group(self, param_group):',
    `        """Adds a group that ${trained.map(({ id }) => `${id}_group`).join(' or ')} made."""`,
    `        if param_group.get("method") not in (${ids.join(', ')}):`,
    `            raise ValueError("give groups that ${trained.map(({ id }) => `${id}_group`).join(' or ')} or parameter_groups made")`,
    ...(follows ? indented([...indented(addFollowing(models)), ...keepingSchedules]) : ['        super().add_param_group(param_group)']),
    '',
    ...indented(steps),
    ...trained.flatMap(({ id }, i) => [
      '',
      `    def step_${id}(${['self', 'group', ...argsOf(i)].join(', ')}):`,
      `        """A step of the parameters of a group by ${id}."""`,
      ...indented(bodies[i]!.lines, 2),
    ]),
    ...(evaluates ? indented(evaluateMethod(dispatch((i) => trained[i]!.step.evaluation()))) : []),
  ];
}
