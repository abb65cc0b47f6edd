/**
 * Training as the page sees it: a setup, what the worker has told so far, and what can be asked of it. Nothing is computed here but what is
 * shown, so that the page stays free.
 */
import { file } from '../parts/address.ts';
import type { Answer, Order, Slice } from './messages.ts';
import type { Mark } from './session.ts';
import { contender, firstSetup, type NetId, type Setup } from './setup.ts';
import type { Learnt } from './learnt.ts';
import type { Entrant } from '../race/entrant.ts';

/** Where a training is. */
export type Phase = 'idle' | 'loading' | 'training' | 'paused' | 'stopped' | 'finished' | 'failed';

/** One optimizer with one seed, as far as it has got. */
export interface Curve {
  readonly entrant: number;
  readonly seed: number;
  readonly marks: readonly Mark[];
  readonly divergedAt?: number;
  readonly refused?: string;
}

/** The state of the page. */
export class Training {
  /** What the controls say. */
  setup = $state.raw<Setup>(firstSetup('digits'));
  /** What the curves are of; undefined before the first run. */
  ran = $state.raw<Setup>();
  phase = $state<Phase>('idle');
  step = $state(0);
  curves = $state.raw<readonly Curve[]>([]);
  problem = $state('');
  slice = $state.raw<Slice>();
  /** Points of the map that are done, of how many, while it is computed. */
  slicing = $state.raw<{ readonly done: number; readonly total: number }>();
  sliceProblem = $state('');
  /** The step that is looked at, where one looks back. */
  cursor = $state<number>();
  /** What an optimizer has learnt, as it was when it was asked for, and at which step that was. */
  learnt = $state.raw<{ readonly entrant: number; readonly step: number; readonly learnt: Learnt }>();
  /** The hyperparameters of each optimizer of the run that can be changed while it is open. */
  private live = $state.raw<readonly (readonly string[])[]>([]);
  private worker: Worker | undefined;

  /** Whether a run goes on or could. */
  get open(): boolean {
    return this.phase === 'loading' || this.phase === 'training' || this.phase === 'paused';
  }

  /** Whether the controls say something else than the curves show. */
  get changed(): boolean {
    return this.ran !== undefined && JSON.stringify(this.ran) !== JSON.stringify(this.setup);
  }

  /** Whether there are paths to map. */
  get mappable(): boolean {
    return ['paused', 'stopped', 'finished'].includes(this.phase) && this.worker !== undefined;
  }

  /** Another value of a hyperparameter: the run that is open goes on with it from its next step. */
  tune(key: string, name: string, value: number): void {
    this.replace({ ...this.find(key), values: { ...this.find(key).values, [name]: value } });
    if (!this.open || this.ran === undefined) return;
    const entrant = this.ran.entrants.findIndex((one) => one.key === key);
    if (entrant < 0) return;
    this.ran = { ...this.ran, entrants: this.setup.entrants };
    this.send({ kind: 'tune', entrant, one: this.find(key), name });
  }

  /** Puts one optimizer in the place of that with its key. */
  replace(next: Entrant): void {
    this.setup = { ...this.setup, entrants: this.setup.entrants.map((one) => (one.key === next.key ? next : one)) };
  }

  private find(key: string): Entrant {
    const found = this.setup.entrants.find((one) => one.key === key);
    if (found === undefined) throw new RangeError(`there is no optimizer ${key}`);
    return found;
  }

  /** Whether a change of this hyperparameter does something: before a run all do, while one is open those that are live. */
  tunable(key: string, name: string): boolean {
    if (!this.open) return true;
    const entrant = this.ran?.entrants.findIndex((one) => one.key === key) ?? -1;
    return this.live[entrant]?.includes(name) ?? false;
  }

  /** Asks what an optimizer has learnt. */
  look(entrant: number): void {
    this.send({ kind: 'look', entrant });
  }

  /** Goes to another network, each optimizer at the rate where its search starts there. */
  choose(net: NetId): void {
    const entrants = this.setup.entrants.map((one) =>
      one.own === undefined ? { ...contender(net, one.id, one.key), pace: one.pace } : one,
    );
    this.setup = { ...this.setup, net, entrants };
  }

  /** Trains anew from what the controls say. */
  start(): void {
    this.clear();
    this.ran = this.setup;
    this.phase = 'loading';
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- an address that nothing follows and nobody changes
    this.worker = new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<Answer>) => this.hear(data);
    this.worker.onerror = (event) => this.fail(event.message || 'the training worker could not be started');
    this.send({ kind: 'train', setup: $state.snapshot(this.setup), base: file('') });
  }

  pause(): void {
    this.phase = 'paused';
    this.send({ kind: 'pause' });
  }

  resume(): void {
    this.phase = 'training';
    this.send({ kind: 'resume' });
  }

  /** Ends the run where it is. What it reached stays, and can be mapped. */
  stop(): void {
    if (this.phase === 'loading') {
      this.clear();
      return;
    }
    this.phase = 'stopped';
    this.send({ kind: 'pause' });
  }

  /** Everything as it was when the page was opened, for the network that is chosen. */
  reset(): void {
    this.clear();
    this.setup = firstSetup(this.setup.net);
  }

  /** Ends the worker and forgets what it told. */
  clear(): void {
    this.worker?.terminate();
    this.worker = undefined;
    [this.ran, this.slice, this.slicing, this.cursor, this.learnt] = [undefined, undefined, undefined, undefined, undefined];
    [this.phase, this.step, this.curves, this.problem, this.sliceProblem] = ['idle', 0, [], '', ''];
  }

  /** Maps the loss around the path of an optimizer. */
  cut(entrant: number, columns: number): void {
    [this.slicing, this.sliceProblem] = [{ done: 0, total: 1 }, ''];
    this.send({ kind: 'slice', entrant, columns });
  }

  /** Calls the map off; a coarse one stays. */
  stopCut(): void {
    this.slicing = undefined;
    this.send({ kind: 'stop slice' });
  }

  private send(order: Order): void {
    this.worker?.postMessage(order);
  }

  private hear(answer: Answer): void {
    switch (answer.kind) {
      case 'opened':
        this.live = answer.live;
        break;
      case 'news':
        if (this.phase === 'loading') this.phase = 'training';
        if (answer.finished) this.phase = 'finished';
        this.step = answer.step;
        if (answer.news.length > 0) this.take(answer.news);
        break;
      case 'progress':
        if (this.slicing !== undefined) this.slicing = answer;
        break;
      case 'slice':
        if (this.slicing === undefined) break;
        this.slice = answer.slice;
        if (answer.finished) this.slicing = undefined;
        break;
      case 'look':
        if (answer.learnt !== undefined) this.learnt = { entrant: answer.entrant, step: this.step, learnt: answer.learnt };
        break;
      case 'failed':
        if (answer.what === 'training') this.fail(answer.message);
        else [this.slicing, this.sliceProblem] = [undefined, answer.message];
    }
  }

  private take(news: readonly Curve[]): void {
    const curves = [...this.curves];
    for (const one of news) {
      const at = curves.findIndex(({ entrant, seed }) => entrant === one.entrant && seed === one.seed);
      const before = curves[at];
      if (before === undefined) curves.push(one);
      else curves[at] = { ...before, ...one, marks: [...before.marks, ...one.marks] };
    }
    this.curves = curves;
  }

  private fail(message: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    [this.phase, this.problem] = ['failed', message];
  }
}

/** The training of the page: it outlives the page's being shown, so that a run goes on while one looks elsewhere. */
export const training = new Training();
