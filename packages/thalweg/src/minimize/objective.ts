/**
 * The function that a user minimizes, as loops call it: its arrays cannot be replaced, it has to return a number, and it has to write every element of the
 * gradient. Knows no optimizer.
 */
import { ArrayError } from '../language/run-error.ts';
import { ObjectiveError } from '../language/runtime-error.ts';
import type { AnyArray } from '../train/arrays.ts';
import { describe } from '../language/options.ts';
import { guarded, refusalOf } from '../train/guarded.ts';

type Arrays = Readonly<Record<string, AnyArray>>;

/** Each half of a float64, or a float32: a NaN that no arithmetic makes, which an element of the gradient holds until it is written. */
const unwritten = { float64: 0x7ff8_dead, float32: 0x7fc0_dead };

/** An array, its words, and its length as long as nobody has taken its memory away. */
interface Held {
  readonly name: string;
  readonly array: AnyArray;
  readonly words: Uint32Array;
  readonly length: number;
}

/** Evaluates a function at the arrays `w`, into the arrays `g`. */
export class Evaluation {
  private readonly call: () => unknown;
  private readonly points: readonly Held[];
  private readonly gradients: readonly Held[];

  /** `call` is given `w` and `g` as objects whose arrays cannot be replaced. */
  constructor(call: (w: Arrays, g: Arrays) => unknown, w: Arrays, g: Arrays) {
    const [shownPoint, shownGradient] = [fixed('w', w), fixed('g', g)];
    this.call = () => call(shownPoint, shownGradient);
    [this.points, this.gradients] = [held(w), held(g)];
  }

  /** The loss. Throws an ObjectiveError where the function returns anything else. */
  at(): number | Promise<number> {
    for (const { words, array } of this.gradients) words.fill(unwritten[array instanceof Float64Array ? 'float64' : 'float32']);
    const value = this.call();
    if (typeof value !== 'number') return this.later(value);
    this.checkHeld();
    return value;
  }

  /** Throws an ObjectiveError where the function left out an element of the gradient. To be called where one of them is NaN. */
  checkWritten(): void {
    for (const { name, array, words } of this.gradients) {
      const [stride, pattern] = array instanceof Float64Array ? [2, unwritten.float64] : [1, unwritten.float32];
      // Either half of a float64 will do; what was added to keeps the upper one.
      const i = array.findIndex((x, j) => Number.isNaN(x) && words.subarray(stride * j, stride * (j + 1)).includes(pattern));
      if (i < 0) continue;
      const problem = `the function did not write element ${String(i)} of the gradient of ${name}`;
      throw new ObjectiveError(`minimize: ${problem}; each evaluation must assign every element, zeros included, not add to what is there`);
    }
  }

  private async later(promise: unknown): Promise<number> {
    const value = await promise;
    if (typeof value !== 'number')
      throw new ObjectiveError(`minimize: the function must return its loss, a number, and returned ${describe(value)}`);
    this.checkHeld();
    return value;
  }

  private checkHeld(): void {
    for (const all of [this.points, this.gradients]) {
      for (const { name, array, length } of all) {
        if (array.length === length) continue;
        const whose = all === this.points ? name : `the gradient of ${name}`;
        throw new ObjectiveError(
          `minimize: the function detached the memory of ${whose}, as transferring an array does; transfer a copy instead`,
        );
      }
    }
  }
}

/** Each array once, under its first name. */
function held(arrays: Arrays): Held[] {
  const names = new Map<AnyArray, string>();
  for (const [name, array] of Object.entries(arrays)) if (!names.has(array)) names.set(array, name);
  return [...names].map(([array, name]) => {
    return { name, array, words: new Uint32Array(array.buffer, array.byteOffset, array.byteLength / 4), length: array.length };
  });
}

/** The arrays under names that cannot be assigned to, which no loop would notice. */
function fixed(role: string, arrays: Arrays): Arrays {
  const shown: Record<string, AnyArray> = guarded((at, own) => {
    const view = `${role}.${at}`;
    const problem =
      own === undefined
        ? `${role} has no ${at}, since there is no such parameter`
        : `${view} cannot be replaced; copy into it: ${view}.set(…)`;
    throw new ArrayError('minimize', at, problem);
  });
  for (const [name, array] of Object.entries(arrays)) {
    const set = (): never => refusalOf(shown)(name, name);
    Object.defineProperty(shown, name, { enumerable: true, get: () => array, set });
  }
  return shown;
}
