/**
 * The provenance of a run on this machine: every file involved, the equations, the versions. Machines with equal provenance make equal runs. Files are
 * found as in the store, by a run of one step on a thread of its own, whose list does not depend on earlier runs. Knows no queue.
 */
import { conditionsOf, hashOfValue, judgementId } from '../run/conditions.ts';
import type { FileState, InputFiles } from '../run/files.ts';
import { Pool } from '../run/pool.ts';
import type { TrialRequest } from '../run/trial.ts';
import { machineOf } from '../machine.ts';
import { findContestants, findProblem, isFile } from '../registry.ts';
import { projectOf } from '../store/project.ts';
import type { Files, Provenance } from './message.ts';

/** What a run is made of. */
export interface Origin {
  readonly provenance: Provenance;
  readonly files: OwnFiles;
}

/** The files that take part: by their paths within the project, the hash of that list, and where they are here. */
export interface OwnFiles {
  readonly portable: Files;
  readonly hash: string;
  readonly here: InputFiles;
}

/** The origins of runs on this machine; each is found out once. */
export class Origins {
  readonly project = projectOf();
  private readonly machine = machineOf(1);
  private readonly known = new Map<string, Promise<OwnFiles>>();

  /**
   * What a run is made of.
   *
   * @throws ProblemError where its problem or optimizer cannot be loaded
   */
  async of(request: TrialRequest, timeout?: number): Promise<Origin> {
    const { problem, contestant } = request;
    const key = JSON.stringify([problem, isFile(contestant) ? contestant : '']);
    const found = this.known.get(key) ?? this.probe(request, timeout);
    this.known.set(key, found);
    const files = await found;
    const entry = await findProblem(problem);
    const [made] = await findContestants(entry, [contestant]);
    if (made === undefined) throw new RangeError('one optimizer was requested');
    const { method, judgement } = conditionsOf(entry.problem, made, request, this.machine);
    const { thalweg, node } = this.machine;
    return { files, provenance: { thalweg, node, method, judgement: judgementId(judgement), files: files.hash } };
  }

  /** A name as it stands in messages, and in the store: a file by its path within the project. */
  portable(name: string): string {
    return isFile(name) ? this.project.kept(name) : name;
  }

  /** Files by their paths within the project. */
  portableFiles({ modules, data }: InputFiles): Files {
    const list = (states: readonly FileState[]): FileState[] =>
      states.map(([path, hash]) => [this.project.kept(path), hash] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return { modules: list(modules), data: list(data) };
  }

  private async probe({ problem, contestant, schedule, lr, hyper, seed }: TrialRequest, timeout?: number): Promise<OwnFiles> {
    const pool = new Pool(1, timeout);
    try {
      const { files: here } = await pool.run({
        problem,
        contestant,
        schedule,
        lr,
        ...(hyper === undefined ? {} : { hyper }),
        seed,
        steps: 1,
      });
      const portable = this.portableFiles(here);
      return { portable, hash: hashOfValue(portable), here };
    } finally {
      await pool.close();
    }
  }
}

/** In what two provenances differ, in words, but for the files; empty where they are equal. `here` and `there` are whose they are. */
export function differencesOf(here: Provenance, there: Provenance): string[] {
  return [
    ...(here.thalweg === there.thalweg ? [] : [`Thalweg ${here.thalweg} here, ${there.thalweg} there`]),
    ...(here.node === there.node ? [] : [`Node ${here.node} here, ${there.node} there`]),
    ...(here.method === there.method ? [] : ['other equations']),
    ...(here.judgement === there.judgement ? [] : ['another metric or target']),
  ];
}

/** Which files are others, or are in one list alone. */
export function filesThatDiffer(a: Files, b: Files): string[] {
  const all = (files: Files): Map<string, string> => new Map([...files.modules, ...files.data]);
  const [one, other] = [all(a), all(b)];
  return [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path)).toSorted();
}

/** The files of a list that another does not have; and those that both have, with another content. */
export function beyond(files: Files, known: Files): { readonly more: Files; readonly changed: readonly string[] } {
  const before = new Map([...known.modules, ...known.data]);
  const only = (states: readonly FileState[]): FileState[] => states.filter(([path]) => !before.has(path));
  const changed = [...files.modules, ...files.data].filter(([path, hash]) => (before.get(path) ?? hash) !== hash).map(([path]) => path);
  return { more: { modules: only(files.modules), data: only(files.data) }, changed };
}
