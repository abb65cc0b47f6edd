/** Merges one file of runs into another. Existing runs stay; duplicates are kept once. Knows the tables. */
import { existsSync, globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ProblemError } from '../problem.ts';
import type { Shard } from '../shard.ts';
import { addressToRead, atOnce, rows } from './database.ts';
import { fileName } from './open.ts';
import type { KeptPlan } from './plans.ts';
import { Store } from './store.ts';

/** Where the parts of a comparison are within its folder. */
const shards = 'shards';

/** The file of a part. */
export function shardFile({ index, of }: Shard): string {
  return join(shards, `${String(index)}-of-${String(of)}.sqlite`);
}

/** The files of runs that are meant by a file, or by a folder: its own, and those of its parts. */
export function filesIn(path: string): string[] {
  if (!existsSync(path)) throw new ProblemError(path, 'there is no such file or folder');
  if (!statSync(path).isDirectory()) return [path];
  const found = [fileName, ...globSync(`${shards}/*.sqlite`, { cwd: path }).toSorted()].map((name) => join(path, name)).filter((one) => existsSync(one));
  if (found.length === 0) throw new ProblemError(path, 'there are no kept runs in it; thalweg compare keeps them');
  return found;
} // prettier-ignore

/** What merging a file brought. */
export interface Merged {
  /** Runs that were not there. */
  readonly added: number;
  /** Runs that were. */
  readonly known: number;
  /** Of those that were, how many had another result: what was run does not follow from its seed. */
  readonly differing: number;
  /** Of which comparisons it has parts, as texts. */
  readonly plans: readonly string[];
}

/** Takes over the runs of the file at `path`, which are used from then on as if this machine had made them. */
export function merge(store: Store, path: string): Merged {
  if (resolve(path) === resolve(store.path)) return { added: 0, known: store.size, differing: 0, plans: plansIn(store) };
  // Refuses what is none of this version's.
  const other = Store.toRead(path);
  const found = other.size;
  const plans = plansIn(other);
  other.close();
  const { database } = store;
  database.prepare('ATTACH DATABASE ? AS other').run(addressToRead(path));
  try {
    return atOnce(database, () => {
      const before = store.size;
      const names = rows<{ name: string }>(database, 'SELECT name FROM pragma_table_info(?)', 'runs').flatMap(({ name }) => (name === 'number' ? [] : [name])).join(', ');
      // Everything but the seconds must be the same.
      const rest = (table: string): string => `json_remove(${table}.result, '$.seconds', '$.reached.seconds')`;
      const differing = rows<{ count: number }>(database, `SELECT count(*) AS count FROM main.runs AS own JOIN other.runs AS their USING (id, machine, again) WHERE ${rest('own')} <> ${rest('their')}`)[0]?.count ?? 0;
      database.exec(`
        INSERT INTO main.files SELECT * FROM other.files WHERE true ON CONFLICT DO NOTHING;
        INSERT INTO main.judgements SELECT * FROM other.judgements WHERE true ON CONFLICT DO NOTHING;
        INSERT INTO main.runs (${names}) SELECT ${names} FROM other.runs WHERE true ORDER BY number ON CONFLICT DO NOTHING;
        INSERT INTO main.machines SELECT DISTINCT machine FROM other.runs WHERE true ON CONFLICT DO NOTHING;
        INSERT INTO main.shards SELECT * FROM other.shards WHERE true ON CONFLICT DO UPDATE SET finished = max(finished, excluded.finished);`);
      const added = store.size - before;
      return { added, known: found - added, differing, plans };
    });
  } finally {
    database.exec('DETACH DATABASE other');
  }
} // prettier-ignore

/** Keeps in a part's file which part it is, and of what; `finished` once all its runs are there. */
export function keepShard({ database }: Store, plan: KeptPlan, { index, of }: Shard, finished: boolean): void {
  database
    .prepare('INSERT INTO shards VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET finished = excluded.finished')
    .run(JSON.stringify(plan), index, of, finished ? 1 : 0);
}

/** A comparison of which parts are there. */
export interface Parts {
  readonly plan: KeptPlan;
  readonly of: number;
  readonly missing: readonly number[];
  readonly unfinished: readonly number[];
}

function plansIn({ database }: Store): string[] {
  return rows<{ plan: string }>(database, 'SELECT DISTINCT plan FROM shards').map(({ plan }) => plan);
}

/** Of these comparisons, which parts a file has. */
export function partsIn({ database }: Store, plans: ReadonlySet<string>): Parts[] {
  interface Row {
    readonly plan: string;
    readonly shares: number;
    readonly here: string;
    readonly done: string;
  }
  const found = rows<Row>(
    database,
    `SELECT plan, shares, json_group_array(share) AS here, json_group_array(share) FILTER (WHERE finished) AS done FROM shards GROUP BY plan, shares`,
  );
  return found
    .filter(({ plan }) => plans.has(plan))
    .map(({ plan, shares, here, done }) => {
      const [begun, finished] = [new Set(JSON.parse(here) as number[]), new Set(JSON.parse(done) as number[])];
      const all = Array.from({ length: shares }, (_, i) => i + 1);
      return {
        plan: JSON.parse(plan) as KeptPlan,
        of: shares,
        missing: all.filter((index) => !begun.has(index)),
        unfinished: all.filter((index) => begun.has(index) && !finished.has(index)),
      };
    });
}
