/** The error of a start where no line search can begin. */
import { ThalwegError } from '../../language/error.ts';

/** The loss or its gradient is not finite at the start of a deterministic method; no step was tried. */
export class StartError extends ThalwegError {
  /** The loss at the start, as the objective returned it. */
  readonly loss: unknown;

  /** Describes the start of `owner` with this `loss`. */
  constructor(owner: string, loss: unknown) {
    const what = Number.isFinite(loss) ? 'the gradient at the start holds NaN or an infinity' : `the loss at the start is ${String(loss)}`;
    super('start', `${owner}: ${what}; a line search must start where both are finite`);
    this.loss = loss;
  }
}
