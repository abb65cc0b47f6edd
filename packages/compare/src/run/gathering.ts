/** Gathers runs that may be taken together on their way to the pool, and tells each its own result. Knows no problem. */
import type { Runner } from './ledger.ts';
import type { Finished } from './serve.ts';
import type { TrialRequest } from './trial.ts';

/** Hands requests to a pool, those of a scan that are asked for in one turn and differ in their learning rate alone as one. */
export class Gathering implements Runner {
  readonly timeout?: number;
  private readonly pool: Runner;
  private readonly groups = new Map<string, { readonly request: TrialRequest; readonly done: (finished: Promise<Finished>) => void }[]>();

  constructor(pool: Runner) {
    this.pool = pool;
    if (pool.timeout !== undefined) this.timeout = pool.timeout;
  }

  run(request: TrialRequest): Promise<Finished> {
    if (request.scan !== true) return this.pool.run(request);
    const key = JSON.stringify({ ...request, lr: 0 });
    return new Promise((done) => {
      const group = this.groups.get(key) ?? [];
      group.push({ request, done });
      this.groups.set(key, group);
      if (group.length > 1) return;
      queueMicrotask(() => {
        this.groups.delete(key);
        this.send(group);
      });
    });
  }

  private send(group: readonly { readonly request: TrialRequest; readonly done: (finished: Promise<Finished>) => void }[]): void {
    const [first] = group;
    if (first === undefined) return;
    if (group.length === 1) {
      first.done(this.pool.run(first.request));
      return;
    }
    const all = this.pool.run({ ...first.request, rates: group.map(({ request }) => request.lr) });
    group.forEach(({ request, done }, i) => {
      const own = async (): Promise<Finished> => {
        const { together, result, ...rest } = await all;
        const made = together === undefined ? (i === 0 ? result : undefined) : together[i];
        // A thread that was lost with all of them had perhaps only one that was too much for it.
        return made === undefined || made.failure !== undefined ? await this.pool.run(request) : { ...rest, result: made };
      };
      done(own());
    });
  }
}
