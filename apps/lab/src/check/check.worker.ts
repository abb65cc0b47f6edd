/** A worker that compiles one thing at a time, and says when it begins: what is fetched before that is no fault of the text. */
import { compile, type CompileJob, type Compiled } from './compile.ts';

/** What the worker says of a job. */
export type Said = { readonly began: true } | { readonly compiled: Compiled } | { readonly failed: string };

const say = (said: Said): void => postMessage(said);

addEventListener('message', ({ data }: MessageEvent<CompileJob>) => {
  void prepare(data)
    .then(() => {
      say({ began: true });
      return compile(data);
    })
    .then((compiled) => say({ compiled }))
    .catch((error: unknown) => say({ failed: error instanceof Error ? error.message : String(error) }));
});

async function prepare(job: CompileJob): Promise<void> {
  if ('surface' in job && job.surface.kind === 'formula') await import('../lab/formula.ts');
}
