/**
 * Compiles what a reader typed, as a race would: equations, a schedule, a function, or all of a link. How long that takes is the text's doing,
 * so it is done in a worker first. Knows the library and the lab's data; knows no page and no worker.
 */
import { trace, type Objective } from '@thalweg/guide';
import { EquationError, ThalwegError, type Span } from 'thalweg';
import { FormulaError } from '../lab/formula-error.ts';
import { checkOwn } from '../lab/own.ts';
import { surfaceOf, type SurfaceSpec } from '../lab/spec.ts';
import { methodOf, type Entrant, type OwnEquations } from '../race/entrant.ts';
import { paced, steady, type Pace } from '../race/pace.ts';

/** What is to be compiled. */
export type CompileJob =
  | { readonly kind: 'own'; readonly own: OwnEquations }
  | { readonly kind: 'surface'; readonly surface: SurfaceSpec }
  | { readonly kind: 'pace'; readonly pace: Pace; readonly lr: number }
  | { readonly kind: 'race'; readonly surface: SurfaceSpec; readonly entrants: readonly Entrant[] };

/** What came of it: equations with their formula, or what is wrong and where. */
export type Compiled = { readonly latex: string; readonly lines: string } | { readonly problem: string; readonly span?: Span };

const nothing: Compiled = { latex: '', lines: '' };

/** Whether a race has anything in it that a reader typed. */
export function isTyped({ surface, entrants }: { readonly surface: SurfaceSpec; readonly entrants: readonly Entrant[] }): boolean {
  return surface.kind === 'formula' || entrants.some(({ own, pace }) => own !== undefined || pace.shape === 'equation');
}

/** Compiles and runs a step or two. What is wrong with the text is part of the result. */
export async function compile(job: CompileJob): Promise<Compiled> {
  try {
    switch (job.kind) {
      case 'own':
        return await compileOwn(job.own);
      case 'surface':
        await surfaceOf(job.surface);
        return nothing;
      case 'pace':
        compilePace(job.pace, job.lr);
        return nothing;
      case 'race':
        await surfaceOf(job.surface);
        for (const { own, pace, values } of job.entrants) {
          const schedule = values['lr'] === undefined ? nothing : compileSchedule(pace, values['lr']);
          if ('problem' in schedule) return schedule;
          const compiled = own === undefined ? nothing : await compileOwn(own);
          if ('problem' in compiled) return compiled;
        }
        return nothing;
    }
  } catch (error) {
    if (error instanceof EquationError) return { problem: error.message, span: error.span };
    if (error instanceof ThalwegError || error instanceof FormulaError) return { problem: error.message };
    if (error instanceof RangeError) return { problem: 'It is nested too deep.' };
    throw error;
  }
}

/** A schedule of a link, where no editor stands beside it to say what is meant. */
function compileSchedule(pace: Pace, lr: number): Compiled {
  try {
    compilePace(pace, lr);
    return nothing;
  } catch (error) {
    return { problem: `its schedule makes no sense: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function compilePace(pace: Pace, lr: number): void {
  const made = paced(pace, lr, 100);
  if (typeof made !== 'number') made.latex();
}

const bowl: Objective = (w, g) => {
  g.set(w);
  return (w[0]! ** 2 + w[1]! ** 2) / 2;
};

async function compileOwn(own: OwnEquations): Promise<Compiled> {
  const checked = checkOwn(own);
  if ('problem' in checked) return checked;
  const values = Object.fromEntries(Object.entries(own.hyper).map(([name, [, value]]) => [name, value]));
  const entrant: Entrant = { key: 'own', id: 'own', label: 'own', values, pace: steady, shown: true, own };
  await trace(methodOf(entrant, 10), bowl, [1, -1], { steps: 2, anatomy: true });
  return checked;
}
