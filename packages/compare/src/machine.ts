/** The machine that figures were made on. */
import { cpus, platform, release } from 'node:os';
import type { Machine } from './schema.ts';
import { versionOfThalweg } from './version.ts';

/** This machine, with so many threads at work. */
export function machineOf(workers: number): Machine {
  const [cpu] = cpus();
  return {
    node: process.version,
    thalweg: versionOfThalweg(),
    os: `${platform()} ${release()}`,
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    workers,
  };
}
