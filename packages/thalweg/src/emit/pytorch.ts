/** The target `pytorch`: a `torch.optim.Optimizer`. */
import { familiesOf } from './groups.ts';
import { Identifiers, pascal } from './identifiers.ts';
import { fileOfOne } from './pytorch/one.ts';
import { fileOfSeveral } from './pytorch/several.ts';
import { torchWords } from './pytorch/words.ts';
import { testWords } from './self-test.ts';
import { commonOptions, type Target } from './target.ts';

/** A `torch.optim.Optimizer`. */
export const pytorch: Target = {
  name: 'pytorch',
  about: 'a torch.optim.Optimizer',
  extension: 'py',
  options: commonOptions,
  write: (method, options = {}) => {
    const families = familiesOf(method);
    const title = options.name ?? families.map((family) => family.title).join('_');
    const className = new Identifiers([...torchWords(), ...testWords]).give(pascal(title, 'Emitted'));
    const [only, ...others] = families;
    if (only !== undefined && others.length === 0) return fileOfOne(method, only.method, method.groups.length > 1 ? only.groups : [], className, options);
    return fileOfSeveral(method, families, className, options);
  },
}; // prettier-ignore
