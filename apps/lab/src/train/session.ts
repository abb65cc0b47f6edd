/**
 * A training session: several optimizers, each from the same first weights through the same examples in the same order, side by side step
 * by step. Knows a network and methods; knows neither workers nor pages.
 */
import { hasDiverged } from '@thalweg/compare/models';
import { ThalwegError, type HyperValue, type Method } from 'thalweg';
import { methodOf, type Entrant } from '../race/entrant.ts';
import { paced } from '../race/pace.ts';
import type { Arrays } from './arrays.ts';
import type { Trainee } from './net.ts';
import type { Setup } from './setup.ts';

/** A point of the curves. */
export interface Mark {
  readonly step: number;
  /** The mean loss of the batches since the point before; at step 0 that of the first batch. */
  readonly training: number;
  /** Cross-entropy on the validation data, and the share told wrong in percent. */
  readonly validation: number;
  readonly error: number;
}

/** What is new of a run. */
export interface News {
  /** The place among the optimizers, and the seed. */
  readonly entrant: number;
  readonly seed: number;
  readonly marks: readonly Mark[];
  /** The step whose loss was too high or no number. */
  readonly divergedAt?: number;
  /** Why it cannot run. */
  readonly refused?: string;
}

/** How many points a curve has, and a path. */
const points = 50;

type Bound = Awaited<ReturnType<Method['init']>>;

/** One optimizer with one seed. */
class Run {
  readonly entrant: number;
  readonly seed: number;
  /** The weights at every mark, where they are kept, and its step. */
  readonly snapshots: Float32Array[] = [];
  readonly steps: number[] = [];
  divergedAt: number | undefined;
  private readonly opt: Bound;
  private readonly needsLoss: boolean;
  private readonly keeps: boolean;
  private news: Mark[] = [];
  private told = 0;
  private first = NaN;
  private sum = 0;
  private count = 0;

  constructor(entrant: number, seed: number, opt: Bound, needsLoss: boolean, keeps: boolean) {
    [this.entrant, this.seed, this.opt, this.needsLoss, this.keeps] = [entrant, seed, opt, needsLoss, keeps];
  }

  /** The weights as they are now. */
  get params(): Arrays {
    return this.opt.params;
  }

  /** The hyperparameters that can be changed while it runs; what is decided when a method is made is not among them. */
  get live(): readonly string[] {
    return Object.keys(this.opt.hyper);
  }

  /** Another value of a hyperparameter, in force from the next step. */
  tune(name: string, value: HyperValue): void {
    this.opt.hyper[name] = value;
  }

  /** The loss of step `step`'s batch, then the step; a mark behind it where one is due. */
  advance(trainee: Trainee, step: number, due: boolean): void {
    if (this.divergedAt !== undefined) return;
    const { params, opt } = this;
    const grads = opt.grads as Arrays;
    const loss = trainee.gradient(params, grads, this.seed, step);
    if (step === 1) {
      this.first = loss;
      this.mark(trainee, 0, loss);
    }
    if (hasDiverged(loss, this.first)) {
      this.divergedAt = step;
      return;
    }
    opt.step(grads, this.needsLoss ? { loss } : {});
    this.sum += loss;
    this.count += 1;
    if (!due) return;
    this.mark(trainee, step, this.sum / this.count);
    [this.sum, this.count] = [0, 0];
  }

  private mark(trainee: Trainee, step: number, training: number): void {
    const { loss, errorPercent } = trainee.validate(this.params);
    if (!Number.isFinite(loss)) {
      this.divergedAt = step;
      return;
    }
    this.news.push({ step, training, validation: loss, error: errorPercent });
    if (!this.keeps) return;
    this.snapshots.push(flat(this.params));
    this.steps.push(step);
  }

  /** What happened since the last call; undefined where nothing did. */
  take(): News | undefined {
    const marks = this.news;
    const lost = this.divergedAt === undefined ? 0 : 1;
    if (marks.length === 0 && lost === this.told) return undefined;
    [this.news, this.told] = [[], lost];
    const { entrant, seed, divergedAt } = this;
    return divergedAt === undefined ? { entrant, seed, marks } : { entrant, seed, marks, divergedAt };
  }

  dispose(): void {
    this.opt.dispose();
  }
}

/** All runs of a setup. */
export class Session {
  readonly trainee: Trainee;
  readonly setup: Setup;
  readonly runs: readonly Run[];
  /** Methods that refuse their values. */
  readonly refused: readonly News[];
  /** The last step that every run has behind it. */
  step = 0;

  private constructor(trainee: Trainee, setup: Setup, runs: readonly Run[], refused: readonly News[]) {
    [this.trainee, this.setup, this.runs, this.refused] = [trainee, setup, runs, refused];
  }

  /** Binds every method to first weights. */
  static async open(trainee: Trainee, setup: Setup): Promise<Session> {
    const runs: Run[] = [];
    const refused: News[] = [];
    for (let i = 0; i < setup.seeds; i++) {
      const seed = setup.seed + i;
      for (const [entrant, one] of setup.entrants.entries()) {
        try {
          const method = methodOf(one, setup.steps);
          runs.push(
            new Run(
              entrant,
              seed,
              await method.init(trainee.start(seed), { nonFinite: 'propagate' }),
              method.inputs.includes('loss'),
              i === 0,
            ),
          );
        } catch (error) {
          if (!(error instanceof ThalwegError)) throw error;
          refused.push({ entrant, seed, marks: [], refused: error.message });
        }
      }
    }
    return new Session(trainee, setup, runs, refused);
  }

  /** An optimizer with another value of a hyperparameter: all its runs go on with it. */
  tune(entrant: number, one: Entrant, name: string): void {
    const value = one.values[name];
    if (value === undefined) return;
    for (const run of this.runs)
      if (run.entrant === entrant) run.tune(name, name === 'lr' ? paced(one.pace, value, this.setup.steps) : value);
  }

  /** The hyperparameters of each optimizer that can be changed while it runs. */
  live(): readonly (readonly string[])[] {
    return this.setup.entrants.map((_, entrant) => this.runs.find((run) => run.entrant === entrant)?.live ?? []);
  }

  /** The weights of an optimizer's first seed as they are now; undefined where it could not run. */
  weightsOf(entrant: number): Arrays | undefined {
    return this.runs.find((run) => run.entrant === entrant)?.params;
  }

  /** Trains to the end; whoever iterates decides when to rest. */
  *train(): Generator<undefined, void> {
    const { steps } = this.setup;
    const every = Math.max(1, Math.round(steps / points));
    for (let step = this.step + 1; step <= steps; step++) {
      for (const run of this.runs) {
        run.advance(this.trainee, step, step % every === 0 || step === steps);
        yield;
      }
      this.step = step;
      if (this.runs.every(({ divergedAt }) => divergedAt !== undefined)) return;
    }
  }

  /** Frees the memory of the optimizers. */
  dispose(): void {
    for (const run of this.runs) run.dispose();
  }
}

/** All parameters, one after the other. */
function flat(params: Arrays): Float32Array {
  const arrays = Object.values(params);
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** The same numbers by parameter name, as views; names and lengths are those of `like`. */
export function byName(all: Float32Array, like: Arrays): Arrays {
  let at = 0;
  return Object.fromEntries(
    Object.entries(like).map(([name, { length }]) => {
      at += length;
      return [name, all.subarray(at - length, at)];
    }),
  );
}
