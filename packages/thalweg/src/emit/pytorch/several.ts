/**
 * A file of PyTorch for groups with equations of their own: one class, whose groups of parameters say by which method each is trained. What makes such a group is
 * a function for each method; `parameter_groups` makes them from the names of a model's parameters.
 */
import { UnsupportedError } from '../../language/run-error.ts';
import type { Method } from '../../define/method.ts';
import { literal } from '../../targets/text/python.ts';
import { chosenGroups, numbersOf, type Family } from '../groups.ts';
import { Identifiers, snake } from '../identifiers.ts';
import { docstring, helperFunctions, hyperLines, indented, scheduleFunctions, scheduleName } from '../python.ts';
import { pytorchTest } from '../self-test.ts';
import type { EmitOptions } from '../target.ts';
import { torchHelpers } from '../torch-library.ts';
import { checkOf, evaluateMethod, stepMethod } from './class.ts';
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
    return { ...family, id, step: new TorchStep(family.method, { className, words: torchWords(), prefix: `${id}_`, skip: 'return', followsSchedules: undefined }) };
  }); // prettier-ignore
  const models = trained.map(({ step }) => step.model);
  const needs = (what: string): void => trained[0]?.step.writer.needs(what);
  const classLines = classOf(trained, className, whole);
  const makers = trained.flatMap(makerOf);
  const schedules = trained.flatMap(({ step, id }) => scheduleFunctions(step.model, step.library, false, needs, `${id}_`));
  const groupLines = parameterGroups(trained);
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

/** The function that makes a group of a method. A hyperparameter with a schedule is no argument: it follows its function. */
function makerOf({ id, step }: Trained): string[] {
  const { model, writer } = step;
  const given = model.hyper.filter(({ schedule }) => schedule === undefined);
  const scheduled = model.hyper.filter(({ schedule }) => schedule !== undefined);
  const entries = [
    ...given.map((one) => `${one.id}=${one.id}`),
    ...scheduled.map((one) => `${one.id}=${id}_${scheduleName(one)}(1)`),
    ...(step.counts ? ['step=0'] : []),
  ];
  return [
    '',
    '',
    `def ${id}_group(${['params', ...given.map((one) => `${one.id}=${literal(one.value, writer.needs)}`)].join(', ')}):`,
    `    """Parameters that ${id} trains:`,
    '',
    ...indented(hyperLines(model)),
    ...(scheduled.length === 0 ? [] : ['', `    ${scheduled.map((one) => `${one.id} follows ${id}_${scheduleName(one)}`).join(', ')}.`]),
    '    """',
    ...indented(given.flatMap(checkOf)),
    `    return dict(${['params=params', `method="${id}"`, ...entries].join(', ')})`,
  ];
}

/** The function that puts a model's parameters into groups. */
function parameterGroups(trained: readonly Trained[]): string[] {
  const entries = trained.flatMap(({ id, groups, step }) =>
    groups.map((group) => {
      const own = numbersOf(group, step.model, step.writer, target).filter(({ value, usual }) => value !== usual);
      return { group, text: `${id}_group(${['[]', ...own.map((one) => `${one.id}=${one.value}`)].join(', ')})` };
    }),
  );
  return chosenGroups(entries, target);
}

function classOf(trained: readonly Trained[], className: string, { name }: Method): string[] {
  const models = trained.map(({ step }) => step.model);
  const joint = trained.map(({ step }) => (step.isWhole ? step.afterSums() : { sums: [], lines: step.ofGroup() }));
  const bodies = joint.map((one) => {
    if (one === undefined) throw new UnsupportedError(target, `${name} sums over all groups what equations before it make; emit the groups without it`);
    return one;
  }); // prettier-ignore
  const sums = [...new Map(bodies.flatMap((one) => one.sums.map((sum) => [sum.name, sum] as const))).values()];
  for (const { name: sum, line } of bodies.flatMap((one) => one.sums))
    if (sums.some((one) => one.name === sum && one.line !== line))
      throw new UnsupportedError(target, `${name} sums over all groups, in each group in another way; emit the groups without it`);
  const argsOf = (i: number): string[] => [
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
    'for group in self.param_groups:',
    ...indented(dispatch((i) => [`self.step_${trained[i]!.id}(${['group', ...argsOf(i)].join(', ')})`])),
  ]);
  const ids = trained.map(({ id }) => `"${id}"`);
  const evaluates = models.some(({ evaluate }) => evaluate !== undefined);
  return [
    `class ${className}(Optimizer):`,
    `    """Trains each group of parameters by its method: ${ids.join(' or ')}."""`,
    '',
    '    def __init__(self, params, *, maximize=False):',
    '        super().__init__(params, dict(maximize=maximize))',
    '',
    '    def add_param_group(self, param_group):',
    `        """Adds a group that ${trained.map(({ id }) => `${id}_group`).join(' or ')} made."""`,
    `        if param_group.get("method") not in (${ids.join(', ')}):`,
    `            raise ValueError("give groups that ${trained.map(({ id }) => `${id}_group`).join(' or ')} or parameter_groups made")`,
    '        super().add_param_group(param_group)',
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
