/** What classes of PyTorch's optimizers have besides their steps: checks of hyperparameters, what a step is given, where to evaluate. Knows models; writes lines. */
import type { Hyper, Input, Model } from '../model.ts';
import { indented } from '../python.ts';

/** Throws where a hyperparameter is out of its range. */
export function checkOf({ id, range }: Hyper): string[] {
  const match = /^([[(])\s*(-?[^,\s]+)\s*,\s*([^\])\s]+)\s*([\])])$/.exec(range.replaceAll('−', '-'));
  if (match === null) return [];
  const [, open, low = '', high = '', close] = match;
  const isInfinite = (bound: string): boolean => /∞|inf/.test(bound);
  const left = isInfinite(low) ? '' : `${low} ${open === '[' ? '<=' : '<'} `;
  const right = isInfinite(high) ? '' : ` ${close === ']' ? '<=' : '<'} ${high}`;
  if (left === '' && right === '') return [];
  return [`if not ${left}${id}${right}:`, `    raise ValueError(f"${id} must lie in ${range}, and {${id}} does not")`];
}

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
