/** A file of PyTorch for one method: a class whose groups of parameters may differ in their hyperparameters. */
import type { Method } from '../../define/method.ts';
import { literal } from '../../targets/text/python.ts';
import { parameterGroups, type ParameterGroup } from '../groups.ts';
import type { Hyper, Model } from '../model.ts';
import { docstring, helperFunctions, hyperLines, indented, scheduleFunctions, scheduleName } from '../python.ts';
import { pytorchTest } from '../self-test.ts';
import type { EmitOptions } from '../target.ts';
import { torchHelpers } from '../torch-library.ts';
import { checkOf, evaluateMethod, stepMethod } from './class.ts';
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
  const step = new TorchStep(method, {
    className,
    words: torchWords(),
    prefix: '',
    skip: 'continue',
    followsSchedules: ['for name, schedule in self.schedules.items():', '    group[name] = schedule(group["step"])'],
  });
  const { model, writer } = step;
  const classLines = classOf(step, className);
  const schedules = scheduleFunctions(model, step.library, false, writer.needs);
  const test = pytorchTest({ whole, models: [model], grouped: groups.length > 0, needs: writer.needs, className });
  const all = model.needsMatrices ? '[p for p in model.parameters() if p.dim() >= 2]' : 'model.parameters()';
  const given = groups.length === 0 ? all : 'parameter_groups(model.named_parameters())';
  const groupLines = parameterGroups(groups, model, writer);
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
  const { model, writer } = step;
  const body = step.isWhole ? step.ofAll() : ['for group in self.param_groups:', ...indented(step.ofGroup())];
  const steps = stepMethod([model], body);
  const evaluate = model.evaluate === undefined ? [] : evaluateMethod(step.evaluation());
  const scheduled = model.hyper.filter(({ schedule }) => schedule !== undefined);
  const parameters = model.hyper.map((one) => `${one.id}=${one.schedule === undefined ? literal(one.value, writer.needs) : scheduleName(one)}`); // prettier-ignore
  const entries = [...model.hyper.map(({ id }) => `${id}=${id}`), 'maximize=maximize', ...(step.counts ? ['step=0'] : [])];
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
        ...model.hyper.flatMap(checkOf),
        `super().__init__(params, dict(${entries.join(', ')}))`,
      ],
      2,
    ),
    '',
    ...indented(steps),
    ...indented(evaluate),
    ...indented(addingOf(model, scheduled)),
  ];
}

/** What a new group is held to: schedules are those of the class, and equations for matrices take no vectors. */
function addingOf({ needsMatrices }: Model, scheduled: readonly Hyper[]): string[] {
  if (scheduled.length === 0 && !needsMatrices) return [];
  const [follows, matrices] = [
    scheduled.length === 0 ? '' : ', which follows the schedules as all do',
    needsMatrices ? ' of matrices' : '',
  ];
  return [
    '',
    'def add_param_group(self, param_group):',
    `    """Adds a group${matrices}${follows}."""`,
    ...(scheduled.length === 0
      ? []
      : [
          '    own = [name for name in self.schedules if name in param_group]',
          '    if own:',
          '        raise ValueError(f"{own[0]} follows its schedule in every group; give the class a number for it, and groups may have their own")',
        ]),
    ...(needsMatrices
      ? [
          '    params = param_group["params"]',
          '    params = [params] if isinstance(params, torch.Tensor) else list(params)',
          '    for param in params:',
          '        only_matrix(param[1] if isinstance(param, tuple) else param)',
          '    param_group = {**param_group, "params": params}',
        ]
      : []),
    '    super().add_param_group(param_group)',
    ...(scheduled.length === 0
      ? []
      : ['', 'def __getstate__(self):', '    return {**super().__getstate__(), "schedules": self.schedules}']),
  ];
}
