/** The stability limit of an entry at a moment of its run: the curvature there, preconditioned as the method preconditions it. */
import type { CatalogueEntry } from './entry.ts';
import { stabilityLimit } from './stability.ts';
import { hessian, largestCurvature, type Surface } from './surface.ts';
import type { Trace } from './trace.ts';

/**
 * The largest stable learning rate where the run stands at `row`, or at the start without a run and where the run diverged: far out the curvature
 * says nothing of why. Infinite where no rate is too large; NaN where no limit is known, as for an adaptive method before its first step.
 */
export function limitAt(entry: CatalogueEntry, values: Readonly<Record<string, number>>, surface: Surface, run?: Trace, row = 0): number {
  if (entry.momentum === undefined) return NaN;
  const last = (run?.rows ?? 1) - 1;
  const t = run?.diverged === true ? 0 : Math.min(row, last);
  // What an adaptive method divides by is known after its first step.
  const seen = run?.diverged === true ? Math.min(1, last) : t;
  const point = [0, 1].map((i) => run?.w[2 * t + i] ?? surface.start[i]!) as [number, number];
  const beta = entry.beta === undefined ? 0 : (values[entry.beta] ?? 0);
  const { divisor } = entry;
  if (divisor === undefined) return stabilityLimit(entry.momentum, beta, largestCurvature(hessian(surface.objective, point)));
  if (run === undefined || seen === 0) return NaN;
  const scale = [0, 1].map((i) =>
    divisor({ t: seen, at: (name) => run.names.get(name)?.[2 * seen + i] ?? NaN, hyper: (name) => values[name] ?? NaN }),
  ) as [number, number];
  return stabilityLimit(entry.momentum, beta, largestCurvature(hessian(surface.objective, point), scale));
}
