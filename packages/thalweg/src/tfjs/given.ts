/** The arguments of `applyGradients`: gradients and inputs by variable name, checked and matched to variables. Changes nothing. */
import { engine, type NamedTensorMap, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { isRecord } from '../language/options.ts';
import { ArrayError } from '../language/run-error.ts';
import { isSame } from './bindings.ts';
import type { GivenInputs, NamedTensor, Update } from './engine.ts';

/** What the equations read besides gradients, by name: a number, a scalar, or a tensor for each variable, by the variable's name. */
export type TfjsInputs = Readonly<Record<string, number | Tensor | NamedTensorMap>>;

/** Gradients with their variables. Throws an ArrayError for one that fits no variable. */
export function updatesOf(owner: string, gradients: NamedTensorMap | readonly NamedTensor[]): Update[] {
  const given: readonly NamedTensor[] = isList(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
  const named = given.every((one: unknown) => isRecord(one) && typeof one['name'] === 'string');
  if (!named)
    throw new ArrayError(owner, 'gradients', 'gradients must be an object from variable names to tensors, or a list of { name, tensor }');
  const seen = new Set<string>();
  return given.map(({ name, tensor }) => {
    if (seen.has(name)) throw new ArrayError(owner, name, `there are two gradients of ${name}`);
    seen.add(name);
    const variable = variableOf(owner, name);
    // TF.js says null or nothing where there is none, whatever its types promise.
    const gradient = tensor as Tensor | null | undefined;
    if (gradient === null || gradient === undefined) return { variable };
    return { variable, gradient: fitting(owner, `the gradient of ${name}`, gradient, variable) };
  });
}

/** Inputs with their variables. Throws an ArrayError for one that fits no variable. */
export function inputsOf(owner: string, inputs: TfjsInputs): GivenInputs {
  const ofEach = (input: string, tensors: NamedTensorMap): ReadonlyMap<Variable, Tensor> =>
    new Map(
      Object.entries(tensors).map(([name, one]) => {
        const variable = variableOf(owner, name);
        return [variable, fitting(owner, `the ${input} of ${name}`, one, variable)] as const;
      }),
    );
  return new Map(
    Object.entries(inputs).map(
      ([input, value]) => [input, typeof value === 'number' || isTensor(value) ? value : ofEach(input, value)] as const,
    ),
  );
}

function isList(gradients: NamedTensorMap | readonly NamedTensor[]): gradients is readonly NamedTensor[] {
  return Array.isArray(gradients);
}

function isTensor(value: Tensor | NamedTensorMap): value is Tensor {
  return 'dataId' in value && 'dtype' in value;
}

function variableOf(owner: string, name: string): Variable {
  const variable = engine().registeredVariables[name];
  if (variable === undefined) throw new ArrayError(owner, name, `there is a gradient of ${name}, and TF.js has no variable of that name`);
  if (variable.dtype !== 'float32')
    throw new ArrayError(owner, name, `${name} is ${variable.dtype}, and only float32 can be trained: tf.variable(values.toFloat())`);
  return variable;
}

function fitting(owner: string, title: string, tensor: Tensor, variable: Variable): Tensor {
  if (tensor.isDisposed) throw new ArrayError(owner, variable.name, `${title} has been disposed of`);
  const words = (one: Tensor): string => `${one.dtype} of shape [${one.shape.join(', ')}]`;
  if (tensor.dtype !== 'float32' || !isSame(tensor.shape, variable.shape))
    throw new ArrayError(owner, variable.name, `${title} is ${words(tensor)}, and the variable is ${words(variable)}`);
  return tensor;
}
