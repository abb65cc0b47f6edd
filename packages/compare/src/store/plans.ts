/** Plans as they are kept: as data, with the files that they name as paths within the project. Never code. */
import { isAbsolute } from 'node:path';
import type { Plan } from '../compare.ts';
import { ProblemError } from '../problem.ts';
import { findProblems, isFile } from '../registry.ts';
import { projectOf } from './project.ts';

/** A plan without what is loaded, and without how many threads carry it out. */
export type KeptPlan = Pick<Plan, 'contestants' | 'schedules' | 'protocol' | 'steps' | 'defaults'> & {
  readonly problems: readonly string[];
};

/** What is kept of a plan. */
export function keptPlan({ entries, contestants, schedules, protocol, steps, defaults }: Plan, project = projectOf()): KeptPlan {
  const portable = (name: string): string => (isFile(name) ? project.kept(name) : name);
  return {
    problems: entries.map(({ reference }) => portable(reference)),
    contestants: contestants.map(portable),
    ...(defaults === undefined ? {} : { defaults: defaults.map(portable) }),
    schedules,
    protocol,
    steps,
  };
}

/**
 * The plan again, with its problems loaded: those installed here, or of the files of this project that it names.
 *
 * @throws ProblemError where it names others: a file of runs may come from anybody, and files that it names are code
 */
export async function planOf(
  { problems, contestants, defaults, ...rest }: KeptPlan,
  workers: number,
  project = projectOf(),
): Promise<Plan> {
  const here = (name: string): string => {
    if (!isFile(name)) return name;
    const path = project.here(name);
    if (isAbsolute(project.kept(path)))
      throw new ProblemError(
        name,
        'the comparison uses a file outside of this project; write the report by the same thalweg compare, without --shard',
      );
    return path;
  };
  return {
    ...rest,
    entries: await findProblems(problems.map(here)),
    contestants: contestants.map(here),
    ...(defaults === undefined ? {} : { defaults: defaults.map(here) }),
    workers,
  };
}
