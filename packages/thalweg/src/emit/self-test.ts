/** The self-tests of emitted files: recorded steps, and how each target replays them. Knows models, recordings and Python. */
import type { Method } from '../define/method.ts';
import type { MethodGroup } from '../define/recipe.ts';
import { literal } from '../targets/text/python.ts';
import type { Model } from './model.ts';
import { recordedLines } from './python.ts';
import { record, rules, tensorsOfGroups, usualTensors } from './replay.ts';

/** Names that the test of a file has for itself, which nothing that it calls may have. */
export const testWords: readonly string[] = [
  ...['replay', 'SHAPES', 'tensors', 'numbers', 'make', 'value', 'shape', 'optimizer', 'moved', 'worst', 'flat', 'recorded', 'before', 'scale', 'off', 'x', 'i'],
  ...['typing', 'new', 'old', 'arrays', 'some', 'f', 'transformation', 'weights', 'changes', 'updates', 'jit', 'loss', 'name', 'enumerate', 'iter', 'SystemExit', 'ValueError', 'RuntimeError', 'np', 'jax', 'jnp', 'optax', 'torch'],
]; // prettier-ignore

/** What a test is written for: the method with its groups, and the models of its equations. */
export interface Tested {
  readonly whole: Method;
  readonly models: readonly Model[];
  readonly needs: (what: string) => void;
}

/** What is recorded, how it is replayed, and what the file does where it is run; `before` stands there first. */
function selfTest({ whole, models, needs }: Tested, replay: readonly string[], before: readonly string[] = []): string[] {
  const needsMatrices = models.some((model) => model.needsMatrices);
  const ofMatrices = whole.groups.length > 1 ? whole.groups.map((group) => models.find(({ method }) => isAlike(method, group))?.needsMatrices === true) : []; // prettier-ignore
  const tensors = whole.groups.length > 1 ? tensorsOfGroups(whole, (group) => ofMatrices[group] === true) : usualTensors(needsMatrices);
  return [
    ...recordedLines(record(whole, tensors)),
    '',
    '',
    ...replay,
    '',
    '',
    'if __name__ == "__main__":',
    ...before,
    '    off = replay()',
    '    print(f"{len(RECORDED)} steps replayed, off by {off:.1e}")',
    `    if not off <= ${literal(Math.max(...models.map(({ tolerance }) => tolerance)), needs)}:`,
    '        raise SystemExit("these are not the recorded steps")',
  ];
}

/** Whether a group has the equations of a method. */
function isAlike({ groups: [one] }: Method, { parts }: MethodGroup): boolean {
  return one?.parts.map(({ part }) => part.equations).join() === parts.map(({ part }) => part.equations).join();
}

/** What a step is given besides gradients: the loss of the recording, or squares of gradients. */
function inputsOf(models: readonly Model[], squares: string): string[] {
  const inputs = new Map(models.flatMap((model) => model.inputs.map((one) => [one.key, one] as const)));
  return [...inputs.values()].map(({ arg, isArray }) => `${arg}=${isArray ? squares : rules.loss}`);
}

/** The test of an optimizer of PyTorch, which is a class. */
export function pytorchTest(tested: Tested & { readonly grouped: boolean; readonly className: string }): string[] {
  const inputs = inputsOf(tested.models, '{w: w.grad**2 for w in params}');
  const given = tested.grouped ? 'parameter_groups(zip(SHAPES, params))' : 'params';
  return selfTest(tested, [
    'def replay():',
    '    """The largest difference from what is recorded, as a part of how far each weight has moved."""',
    '    def tensors(value):',
    '        numbers = iter(range(100))',
    '        make = lambda shape: torch.tensor([value(next(numbers)) for _ in range(math.prod(shape))], dtype=torch.float64).reshape(shape)',
    '        return [make(shape) for shape in SHAPES.values()]',
    '',
    `    params = tensors(lambda i: ${rules.weight})`,
    `    optimizer, moved, worst = ${tested.className}(${given}), 0.0, 0.0`,
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
  ]);
}

/** The test of a transformation of Optax, which a function makes. */
export function optaxTest(tested: Tested & { readonly grouped: boolean; readonly make: string }): string[] {
  const { grouped, make } = tested;
  const inputs = inputsOf(tested.models, grouped ? '{name: x**2 for name, x in g.items()}' : '[x**2 for x in g]');
  const replay = [
    'def replay():',
    '    """The largest difference from what is recorded, as a part of how far each weight has moved."""',
    '    def arrays(value):',
    '        numbers = iter(range(100))',
    grouped
      ? '        return {name: jnp.array([value(next(numbers)) for _ in range(math.prod(shape))]).reshape(shape) for name, shape in SHAPES.items()}'
      : '        return [jnp.array([value(next(numbers)) for _ in range(math.prod(shape))]).reshape(shape) for shape in SHAPES.values()]',
    '',
    `    params, moved, worst = arrays(lambda i: ${rules.weight}), 0.0, 0.0`,
    `    transformation = ${make}()`,
    '    state, update = transformation.init(params), jax.jit(transformation.update)',
    `    flat = lambda some: jnp.concatenate([${grouped ? 'some[name].ravel() for name in SHAPES' : 'w.ravel() for w in some'}])`,
    '    for t, recorded in enumerate(RECORDED, 1):',
    `        g, recorded = arrays(lambda i: ${rules.gradient}), jnp.array(recorded)`,
    `        updates, state = update(${['g', 'state', 'params', ...inputs].join(', ')})`,
    '        before, params = flat(params), optax.apply_updates(params, updates)',
    '        moved = moved + jnp.abs(flat(params) - before)',
    '        scale = jnp.maximum(jnp.maximum(moved, jnp.abs(recorded)), 1e-300)',
    '        worst = max(worst, float(jnp.max(jnp.abs(flat(params) - recorded) / scale)))',
    '    return worst',
  ];
  return selfTest(tested, replay, ['    jax.config.update("jax_enable_x64", True)']);
}

/** The test of functions of NumPy. */
export function numpyTest(tested: Tested): string[] {
  const inputs = inputsOf(tested.models, '{key: x**2 for key, x in g.items()}');
  return selfTest(tested, [
    'def replay():',
    '    """The largest difference from what is recorded, as a part of how far each weight has moved."""',
    '    def arrays(value):',
    '        numbers = iter(range(100))',
    '        return {key: np.array([value(next(numbers)) for _ in range(math.prod(shape))]).reshape(shape) for key, shape in SHAPES.items()}',
    '',
    `    params = arrays(lambda i: ${rules.weight})`,
    '    state, moved, worst = init(params), 0.0, 0.0',
    '    flat = lambda some: np.concatenate([some[key].ravel() for key in SHAPES])',
    '    for t, recorded in enumerate(RECORDED, 1):',
    `        g = arrays(lambda i: ${rules.gradient})`,
    '        before = flat(params)',
    `        params, state = step(${['params', 'g', 'state', ...inputs].join(', ')})`,
    '        moved = moved + np.abs(flat(params) - before)',
    '        scale = np.maximum(np.maximum(moved, np.abs(recorded)), 1e-300)',
    '        worst = max(worst, float(np.max(np.abs(flat(params) - recorded) / scale)))',
    '    return worst',
  ]);
}
