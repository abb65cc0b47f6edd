/** The target `numpy`: plain functions on NumPy's arrays. */
import { UnsupportedError } from '../language/run-error.ts';
import { commonOptions, type Target } from './target.ts';

/** Plain functions on NumPy's arrays. */
export const numpy: Target = {
  name: 'numpy',
  about: 'plain functions on NumPy arrays',
  extension: 'py',
  options: commonOptions,
  write: ({ name }) => {
    throw new UnsupportedError('emit to numpy', `${name} is not written yet`);
  },
};
