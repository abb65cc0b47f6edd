/** Has trials made, or uses those that an earlier command stored if they are still valid, and counts both. */
import type { Contestant } from '../contestants.ts';
import type { Problem } from '../problem.ts';
import type { Machine, Runs, Trial } from '../schema.ts';
import { conditionsOf, isBeside, machineText, type Conditions } from './conditions.ts';
import type { Finished } from './serve.ts';
import type { Store } from '../store/store.ts';
import type { TrialRequest } from './trial.ts';

/** Whoever makes trials: a pool of threads, or machines behind a queue. */
export interface Runner {
  /** The result of one trial, and what took part in it. */
  run(request: TrialRequest): Promise<Finished>;
  /** The seconds that a run may take. */
  readonly timeout?: number;
}

/** The trials of one comparison. */
export class Ledger {
  private readonly runner: Runner;
  private readonly store: Store;
  private readonly machine: Machine;
  private readonly find: ReturnType<Store['lookup']>;
  private readonly reasons = new Map<string, number>();
  private kept = 0;
  private made = 0;
  /** Of both, those that another machine made, or this one with another number of runs at a time. */
  private readonly others = { elsewhere: 0, madeElsewhere: 0, beside: 0, madeBeside: 0 };

  constructor(runner: Runner, store: Store, machine: Machine) {
    this.runner = runner;
    this.store = store;
    this.machine = machine;
    this.find = store.lookup(runner.timeout);
  }

  /** A trial's result, and whether it was kept. `before` is waited for before one is made: where all are kept it is never called. */
  async run(
    problem: Problem,
    contestant: Contestant,
    request: TrialRequest,
    before?: () => Promise<void>,
  ): Promise<{ readonly result: Trial; readonly kept: boolean }> {
    const conditions = conditionsOf(problem, contestant, request, this.machine);
    const found = this.find(request, conditions);
    if (found !== undefined && 'result' in found) {
      this.kept += 1;
      if (found.made !== undefined) this.others[found.made] += 1;
      return { result: found.result, kept: true };
    }
    await before?.();
    const finished = await this.runner.run(request);
    this.made += 1;
    if (found !== undefined) this.reasons.set(found.reason, (this.reasons.get(found.reason) ?? 0) + 1);
    this.store.add(request, this.conditionsAt(conditions, finished.machine), finished);
    return { result: finished.result, kept: false };
  }

  /** The conditions of a run that another machine may have made: it is kept as that one's, and used here from then on. */
  private conditionsAt(conditions: Conditions, made: Machine | undefined): Conditions {
    const machine = made === undefined ? conditions.machine : machineText(made);
    if (made === undefined || machine === conditions.machine) return conditions;
    this.others[isBeside(machine, conditions.machine) ? 'madeBeside' : 'madeElsewhere'] += 1;
    this.store.useRunsOf(machine);
    return { ...conditions, machine, thalweg: made.thalweg };
  }

  /** How many were made and kept, and why others were not used. */
  get runs(): Runs {
    const remade = [...this.reasons].map(([reason, count]) => ({ reason, count }));
    const others = Object.fromEntries(Object.entries(this.others).filter(([, count]) => count > 0));
    return { made: this.made, kept: this.kept, remade, ...others };
  }
}
