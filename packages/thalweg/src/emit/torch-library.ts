/** How PyTorch writes what Python does not have: elementwise operations, sums, and matrix operations. */
import type { OperationNode } from '../language/tree.ts';
import type { ArrayLibrary, Operand } from '../targets/text/python.ts';
import type { Model } from './model.ts';
import { matrixFunctionNames, matrixFunctions } from './matrix-functions.ts';

/** Numbers that are made of sums are tensors without dimensions; those of the step alone are numbers of Python. */
export const torchOf = (model: () => Model): ArrayLibrary => {
  const isNumber: ArrayLibrary['isNumber'] = (sort) => sort === 'static' || sort === 'host';
  const bound = (a: Operand, b: Operand, name: 'min' | 'max'): string => {
    const [x, limit] = isNumber(a.sort) ? [b, a] : [a, b];
    if (isNumber(limit.sort)) return `torch.clamp(${x.text(0)}, ${name === 'min' ? 'max' : 'min'}=${limit.text(0)})`;
    return `torch.${name}imum(${a.text(0)}, ${b.text(0)})`;
  };
  const filled = (number: Operand, whole: OperationNode): string => {
    const isOfEach = ['array', 'tensor'].includes(model().kindOf(whole));
    const like = !model().isJoint ? 'w' : isOfEach ? 'p.w' : 'parameters[0].w';
    return model().formOf(whole) === 'rc' ? `torch.full_like(${like}, ${number.text(0)})` : `${like}.new_tensor(${number.text(0)})`;
  };
  return {
    isNumber,
    elementwise: (name) => `torch.${name}`,
    minimum: (a, b) => bound(a, b, 'min'),
    maximum: (a, b) => bound(a, b, 'max'),
    where: (condition, a, b, whole) => {
      const numbers = isNumber(a.sort) && isNumber(b.sort);
      const like = model().isJoint ? 'p.w' : 'w';
      if (numbers && a.text(0) === '1' && b.text(0) === '0') return [6, `(${condition.text(0)}).to(${like}.dtype)`];
      if (numbers && condition.sort !== 'array') return [0, `${a.text(1)} if ${condition.text(1)} else ${b.text(0)}`];
      return [6, `torch.where(${condition.text(0)}, ${numbers ? filled(a, whole) : a.text(0)}, ${b.text(0)})`];
    },
    filled,
    norm: (x) => `torch.linalg.vector_norm(${x.text(0)})`,
    sum: (text) => `torch.sum(${text})`,
    fold: (x, how, along) => `${x.text(6)}.${how === 'max' ? 'amax' : how}(${String(along)}, keepdim=True)`,
    helpers: matrixFunctionNames,
  };
};

/** Functions on matrices that a file defines where it needs them. */
export const torchHelpers = /* @__PURE__ */ matrixFunctions({
  library: 'torch',
  array: 'a tensor',
  rank: 'w.dim()',
  cast: 'to',
  normalized: 'x / torch.clamp(torch.linalg.vector_norm(x), min=eps)',
  positive: 'values.clamp(min=0)',
  order: 'torch.argsort(-values, stable=True)',
  diagonal: 'torch.diagonal(r)',
});
