/** Plans as they are kept: as data, with the files that they name as paths within the project. Never code. */
import type { Plan } from '../compare.ts';
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

/** The plan again, with its problems loaded: those installed here, or of the files that it names. */
export async function planOf(
  { problems, contestants, defaults, ...rest }: KeptPlan,
  workers: number,
  project = projectOf(),
): Promise<Plan> {
  const here = (name: string): string => (isFile(name) ? project.here(name) : name);
  return {
    ...rest,
    entries: await findProblems(problems.map(here)),
    contestants: contestants.map(here),
    ...(defaults === undefined ? {} : { defaults: defaults.map(here) }),
    workers,
  };
}
