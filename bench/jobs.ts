/** The run cut into jobs, each with the seconds that it is thought to take and the part of the results as it stands when the job is done. */
import { bandwidth } from './bandwidth.ts';
import { cases, caseText, quickCases } from './cases.ts';
import { measure, optimizers, type CatalogueRow } from './catalogue.ts';
import type { Contender } from './contenders.ts';
import { hugeModels, hugeRow, type HugeRow } from './huge.ts';
import type { Machine } from './machine.ts';
import { measureProducts } from './matmul.ts';
import { race, type Row, type Stable, type Sweep } from './race.ts';
import type { Part, PartName, Results } from './results.ts';
import { startUp } from './start-up.ts';

/** Told how much of a job is done, from 0 to 1, and what it does. */
export type Report = (share: number, doing: string) => void;

/** One piece of the run. */
export interface Job {
  readonly title: string;
  readonly seconds: number;
  readonly run: (report: Report) => Promise<Results>;
}

/** What all jobs need to know. */
export interface Setting {
  readonly machine: Machine;
  readonly contenders: readonly Contender[];
  readonly absent: readonly string[];
  readonly stable: Stable;
  readonly sweep: Sweep;
  readonly quick: boolean;
}

/** The jobs of a part. */
export const jobsOf: Readonly<Record<PartName, (setting: Setting) => Job[]>> = {
  race(setting) {
    const { quick, contenders, absent, stable, sweep } = setting;
    const rounds = quick ? 3 : 15;
    const pace = { rounds, budget: quick ? 0.3 : 3, warmup: quick ? 10 : 30, patience: 60 };
    const rows: Row[] = [];
    return (quick ? quickCases : cases).map((which) => ({
      title: `AdamW, ${caseText(which)}`,
      seconds: quick ? 10 : 60,
      async run(report) {
        rows.push(...(await race(which, contenders, pace, stable, sweep, report)));
        return { race: part(setting, { rows, rounds, absent }) };
      },
    }));
  },

  bandwidth(setting) {
    const run = async (): Promise<Results> => ({ bandwidth: part(setting, await bandwidth(setting.quick ? 3e6 : 3e7)) });
    return [{ title: 'bandwidth of the memory', seconds: 10, run }];
  },

  catalogue(setting) {
    const rows: CatalogueRow[] = [];
    const names = setting.quick ? optimizers.slice(0, 3) : optimizers;
    return names.flatMap((name) =>
      [1, 2].map((threads) => ({
        title: `${name} against its bytes, ${String(threads)} thread${threads === 1 ? '' : 's'}`,
        seconds: 6,
        async run() {
          rows.push(...(await measure(name, setting.quick ? [1e5] : [1e6, 1e7], threads)));
          return { catalogue: part(setting, rows) };
        },
      })),
    );
  },

  matmul(setting) {
    const { quick } = setting;
    const run = async (report: Report): Promise<Results> => ({
      matmul: part(setting, await measureProducts(quick ? 2 : 7, quick, report)),
    });
    return [{ title: 'products of matrices', seconds: quick ? 5 : 180, run }];
  },

  start(setting) {
    const run = (): Promise<Results> => Promise.resolve({ start: part(setting, startUp(setting.quick ? 1 : 25)) });
    return [{ title: 'start-up', seconds: 12, run }];
  },

  huge(setting) {
    const rows: HugeRow[] = [];
    return hugeModels.map((model) => ({
      title: `${model.optimizer}, ${model.parameters.toLocaleString('en')} parameters, ${String(model.threads)} thread${model.threads === 1 ? '' : 's'}`,
      seconds: 3 + (60 * model.parameters) / 1e9,
      async run() {
        rows.push(await hugeRow(model, setting.quick ? 2 : 7));
        return { huge: part(setting, rows) };
      },
    }));
  },
};

function part<T>({ machine }: Setting, results: T): Part<T> {
  return { made: new Date().toISOString(), machine, results };
}
