/** A PyTorch file for one method: a class whose parameter groups may differ in their hyperparameters. */
import type { Method } from '../../define/method.ts';
import { chosenGroups, valuesOf, type ParameterGroup } from '../groups.ts';
import { docstring, helperFunctions, indented } from '../python.ts';
import { pytorchTest } from '../self-test.ts';
import type { EmitOptions } from '../target.ts';
import { torchHelpers } from '../torch-library.ts';
import { argumentLines, checksOf, valueOf } from './arguments.ts';
import { addFollowing, evaluateMethod, keepingSchedules, overGroups, stepMethod } from './class.ts';
import { TorchStep } from './step.ts';
import { torchWords } from './words.ts';

/** The file; `groups` are those of the method, whose equations are all alike, and `whole` the method with them. */
export function fileOfOne(
  whole: Method,
  method: Method,
  groups: readonly ParameterGroup[],
  className: string,
  options: EmitOptions,
): string {
  const step = new TorchStep(method, { className, words: torchWords(), prefix: '', skip: 'continue', groups });
  const { model, writer } = step;
  const classLines = classOf(step, className);
  const test = pytorchTest({ whole, models: [model], grouped: groups.length > 0, needs: writer.needs, className });
  const all = model.needsMatrices ? '[p for p in model.parameters() if p.dim() >= 2]' : 'model.parameters()';
  const given = groups.length === 0 ? all : 'parameter_groups(model.named_parameters())';
  const groupLines = parameterGroups(groups, step);
  const schedules = step.schedules.lines({ library: step.library, fromZero: false, needs: writer.needs, hasBase: true });
  return `${[
    ...docstring([model], options, 'for PyTorch', [`Use: optimizer = ${className}(${given}), as any optimizer of torch.optim.`]),
    '',
    'import math',
    ...(groupLines.some((line) => line.includes('re.')) ? ['import re'] : []),
    ...(model.isJoint ? ['from types import SimpleNamespace'] : []),
    '',
    'import torch',
    'from torch.optim import Optimizer',
    ...helperFunctions(writer.needed, torchHelpers),
    ...schedules,
    '',
    '',
    ...classLines,
    ...groupLines,
    ...test,
  ].join('\n')}\n`;
}

function classOf(step: TorchStep, className: string): string[] {
  const { model, writer, schedules, follows } = step;
  const body = step.isWhole ? step.ofAll() : [overGroups(follows), ...indented(step.ofGroup())];
  const steps = stepMethod([model], body);
  const evaluate = model.evaluate === undefined ? [] : evaluateMethod(step.evaluation());
  const given = step.arguments;
  const parameters = given.map((one) => `${one.id}=${valueOf(one, (hyper) => schedules.valueOf(hyper, writer.needs))}`);
  const entries = [...given.map(({ id }) => `${id}=${id}`), 'maximize=maximize', ...(step.counts ? ['step=0'] : [])];
  const following = given.filter((one) => one.follows).map(({ id }) => id);
  return [
    `class ${className}(Optimizer):`,
    `    """${className}. Parameter groups may have hyperparameters of their own:`,
    '',
    ...indented(argumentLines(given)),
    ...(follows ? ['', `    ${following.join(' and ')} may be a function of the step t, counted from 1, which a group follows; a number is constant.`] : []), // prettier-ignore
    '    """',
    '',
    `    def __init__(self, params, ${[...parameters, '*', 'maximize=False'].join(', ')}):`,
    ...indented(
      [
        ...(follows ? ['self.schedules = []  # of each group, by the names of what follows them'] : []),
        ...given.flatMap(checksOf),
        `super().__init__(params, dict(${entries.join(', ')}))`,
      ],
      2,
    ),
    '',
    ...indented(steps),
    ...indented(evaluate),
    ...indented(addingOf(step)),
  ];
}

/** What a new group is held to: it may follow schedules of its own, and equations for matrices take no vectors. */
function addingOf({ model, follows }: TorchStep): string[] {
  const { needsMatrices } = model;
  if (!follows && !needsMatrices) return [];
  return [
    '',
    'def add_param_group(self, param_group):',
    `    """Adds a group${needsMatrices ? ' of matrices' : ''}${follows ? '. What is a function of t in it, or by default, is a schedule that it follows' : ''}."""`,
    ...(needsMatrices
      ? [
          '    params = param_group["params"]',
          '    params = [params] if isinstance(params, torch.Tensor) else list(params)',
          '    for param in params:',
          '        only_matrix(param[1] if isinstance(param, tuple) else param)',
          '    param_group = {**param_group, "params": params}',
        ]
      : []),
    ...(follows ? [...indented(addFollowing([model])), ...keepingSchedules] : ['    super().add_param_group(param_group)']),
  ];
}

/** A function that puts a model's parameters into groups with numbers and schedules of their own; nothing where the method has no groups. */
function parameterGroups(groups: readonly ParameterGroup[], step: TorchStep): string[] {
  if (groups.length === 0) return [];
  const target = 'emit to pytorch';
  const entries = groups.map((group) => {
    const values = valuesOf(group, step.model, step.schedules, step.writer, target);
    const own = step.arguments.map((one) => `"${one.id}": ${valueOf(one, (hyper) => values.find((each) => each.hyper === hyper)!.value)}`);
    return { group, text: `{${['"params": []', ...own].join(', ')}}` };
  });
  return chosenGroups(entries, target);
}
