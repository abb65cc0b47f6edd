/** In the published `thalweg/small`, in the place of `latex.ts`: says what prints LaTeX. */
import { UnsupportedError } from '../../language/run-error.ts';

/** Refuses. */
function refuse(): never {
  throw new UnsupportedError('latex', 'thalweg/small prints no LaTeX; the same method of thalweg does');
}

export { refuse as aligned, refuse as equationsToLatex, refuse as expressionToLatex };
