/** What PyTorch optimizer classes have besides their steps: arguments of `step`, schedules of groups, where to evaluate. Knows models; writes lines. */
import type { Input, Model } from '../model.ts';
import { indented } from '../python.ts';

/** The method `step`; `body` is what it does once it has the loss. */
export function stepMethod(models: readonly Model[], body: readonly string[]): string[] {
  const inputs = [...new Map(models.flatMap((model) => model.inputs.map((one) => [one.key, one] as const))).values()];
  const loss = lossOf(inputs);
  const about = inputs.map((one) =>
    one.isArray
      ? `${one.arg}: ${one.written}, a dict from parameters to tensors`
      : `${one.arg}: ${one.written}${one === loss ? ', by default what closure returns' : ''}`,
  );
  const given = inputs.map((one) => (one === loss ? 'loss=None' : one.arg));
  const first = 'One step. ``closure`` computes the loss anew, with its gradients, and returns it.';
  return [
    '@torch.no_grad()',
    `def step(self, closure=None${given.length === 0 ? '' : `, *, ${given.join(', ')}`}):`,
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

/** The input that a closure gives. */
export function lossOf(inputs: readonly Input[]): Input | undefined {
  return inputs.find(({ key, isArray }) => key === 'loss' && !isArray);
}

/** The method `evaluate`; `ofGroup` is what it does with a group. */
export function evaluateMethod(ofGroup: readonly string[]): string[] {
  return [
    '',
    '@torch.no_grad()',
    'def evaluate(self):',
    '    """Where to evaluate the model after a step: a dict from parameters to tensors other than those that are trained."""',
    '    out = {}',
    '    for group in self.param_groups:',
    ...indented(ofGroup, 2),
    '    return out',
  ];
}

/** Lines that add a group, whose functions of t become the schedules that it follows. */
export function addFollowing(models: readonly Model[]): string[] {
  const hasFactor = models.some(({ hyper }) => hyper.some(({ factor }) => factor !== undefined));
  return [
    'values = {**self.defaults, **param_group}',
    'schedules = {name: value for name, value in values.items() if callable(value)}',
    'first = {name: schedule(1) for name, schedule in schedules.items()}',
    ...(hasFactor
      ? ['full = {f"initial_{name}": schedule.base for name, schedule in schedules.items() if hasattr(schedule, "base")}']
      : []),
    `super().add_param_group({${hasFactor ? '**full, ' : ''}**param_group, **first})`,
    'self.schedules.append(schedules)',
  ];
}

/** What keeps the schedules of groups when an optimizer is copied. */
export const keepingSchedules: readonly string[] = [
  '',
  'def __getstate__(self):',
  '    return {**super().__getstate__(), "schedules": self.schedules}',
];

/** A loop over groups, with their schedules where they follow some. */
export function overGroups(follows: boolean): string {
  return follows ? 'for group, schedules in zip(self.param_groups, self.schedules):' : 'for group in self.param_groups:';
}
