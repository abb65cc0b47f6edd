/**
 * Training as the page sees it: a setup, what the worker has told so far, and what can be asked of it. Nothing is computed here but what is
 * shown, so that the page stays free.
 */
import { file } from '../parts/address.ts';
import type { Answer, Order, Slice } from './messages.ts';
import type { Mark } from './session.ts';
import { firstSetup, type NetId, type Setup } from './setup.ts';

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

  /** Goes to another network, each optimizer at the rate where its search starts there. */
  choose(net: NetId): void {
    const { steps, seed, seeds } = this.setup;
    this.setup = { ...firstSetup(net), steps, seed, seeds };
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
    [this.ran, this.slice, this.slicing, this.cursor] = [undefined, undefined, undefined, undefined];
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
