/** The first trial step along a direction without a natural length, as in gradient descent and conjugate gradients. */

/** Guesses from the last step's decrease (Nocedal & Wright 2006, equation 3.60): s₀ = 1.01·2·(f − f₋₁)/φ′(0), and a length of 1.01 at first. */
export class FirstStep {
  private lastLoss: number | undefined;

  /** The first step at `loss` along a direction of this `slope`; `gradientNorm` is ‖g‖. */
  next(loss: number, slope: number, gradientNorm: number): number {
    const guess = this.lastLoss === undefined ? NaN : (2.02 * (loss - this.lastLoss)) / slope;
    this.lastLoss = loss;
    return guess > 0 && guess < Infinity ? guess : 1.01 / gradientNorm;
  }

  /** Forgets the last loss; false where there is none. */
  restart(): boolean {
    const had = this.lastLoss !== undefined;
    this.lastLoss = undefined;
    return had;
  }
}
