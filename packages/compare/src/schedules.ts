/** Schedules that every optimizer may be compared under: how its learning rate changes in a run whose length is known. */
import { cosine, linear, type Schedule } from 'thalweg';
import type { Contestant } from './contestants.ts';

/** The names, as `--schedule` takes them. */
export const scheduleNames = ['constant', 'cosine', 'linear'] as const;

/** A schedule's name. */
export type ScheduleName = (typeof scheduleNames)[number];

const made: Readonly<Record<Exclude<ScheduleName, 'constant'>, (peak: number, steps: number) => Schedule>> = {
  cosine: (peak, steps) => cosine({ peak, total: steps }),
  linear: (peak, steps) => linear({ from: peak, to: 0, steps }),
};

/** The call that makes a schedule, as code. */
export function scheduleCode(name: ScheduleName, peak: string, steps: number): string {
  if (name === 'constant') return peak;
  return name === 'cosine'
    ? `cosine({ peak: ${peak}, total: ${String(steps)} })`
    : `linear({ from: ${peak}, to: 0, steps: ${String(steps)} })`;
}

/** How a configuration names its schedule. */
export function described(code: string, name: ScheduleName): string {
  return name === 'constant' ? code : `${code}, ${name} schedule from lr to 0`;
}

/** The code and the schedule of a configuration, the inverse of `described`. */
export function undescribed(configuration: string): readonly [code: string, schedule: ScheduleName] {
  const found = scheduleNames.find((name) => name !== 'constant' && configuration.endsWith(described('', name)));
  return found === undefined ? [configuration, 'constant'] : [configuration.slice(0, -described('', found).length), found];
}

/** Puts every learning rate of an optimizer, those of its groups too, under a schedule that falls from its value to 0. */
export function applySchedule(hyper: Record<string, unknown>, name: ScheduleName, steps: number): void {
  if (name === 'constant') return;
  for (const [key, value] of Object.entries(hyper)) {
    // A rate that is a schedule already is the optimizer's own.
    if (/(^|\.)lr\d*$/.test(key) && typeof value === 'number') hyper[key] = made[name](value, steps);
  }
}

/** An optimizer under a schedule, as results name it. */
export interface Entrant {
  readonly id: string;
  readonly label: string;
  readonly contestant: Contestant;
  readonly schedule: ScheduleName;
}

/** Each optimizer under each schedule, where it has a rate; one under a constant rate keeps its name. */
export function entrants(contestants: readonly Contestant[], schedules: readonly ScheduleName[]): Entrant[] {
  return contestants.flatMap((contestant) =>
    (contestant.fixed === true ? (['constant'] as const) : schedules).map((schedule) => {
      const { id, label } = contestant;
      const isPlain = schedule === 'constant';
      return { id: isPlain ? id : `${id}+${schedule}`, label: isPlain ? label : `${label}, ${schedule}`, contestant, schedule };
    }),
  );
}
