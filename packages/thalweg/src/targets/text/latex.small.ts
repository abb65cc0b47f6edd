/** Replaces `latex.ts` in the published `thalweg/small`: an error that says what prints LaTeX. */
import { UnsupportedError } from '../../language/run-error.ts';

/** Refuses. */
function refuse(): never {
  throw new UnsupportedError('latex', 'thalweg/small prints no LaTeX; use the same method of thalweg');
}

export { refuse as aligned, refuse as equationsToLatex, refuse as expressionToLatex };
