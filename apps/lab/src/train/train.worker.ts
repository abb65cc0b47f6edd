/** The training worker: trains, and maps the loss, in pieces short enough that it hears the page between them. */
import { survey } from './ground.ts';
import type { Answer, Order } from './messages.ts';
import { loadNet } from './net.ts';
import { Session } from './session.ts';
import { pointsOf } from './setup.ts';

/** Milliseconds of work between two looks at the post. */
const piece = 40;
/** Milliseconds between two reports: the page draws its curves anew at each. */
const pause = 110;
/** Columns of the first, coarse map. */
const coarse = 11;

let session: Session | undefined;
let work: Generator<undefined, void> | undefined;
/** Each changes when its work is asked for or called off, so that only the newest goes on. */
let training = 0;
let slicing = 0;

function answer(message: Answer): void {
  postMessage(message);
}

function failed(what: 'training' | 'slice'): (error: unknown) => void {
  return (error) => answer({ kind: 'failed', what, message: error instanceof Error ? error.message : String(error) });
}

/** Lets messages in. */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  switch (data.kind) {
    case 'train':
      void open(data).catch(failed('training'));
      break;
    case 'pause':
      training += 1;
      break;
    case 'resume':
      void train().catch(failed('training'));
      break;
    case 'slice':
      void slice(data.entrant, data.columns).catch(failed('slice'));
      break;
    case 'stop slice':
      slicing += 1;
      break;
    case 'tune':
      session?.tune(data.entrant, data.one, data.name);
      break;
    case 'look': {
      const params = session?.weightsOf(data.entrant);
      answer({ kind: 'look', entrant: data.entrant, learnt: params === undefined ? undefined : session?.trainee.look?.(params) });
    }
  }
});

async function open({ setup, base }: Extract<Order, { kind: 'train' }>): Promise<void> {
  session = await Session.open(await loadNet(setup.net, base), setup);
  work = session.train();
  answer({ kind: 'opened', live: session.live() });
  answer({ kind: 'news', step: 0, news: session.refused, finished: session.runs.length === 0 });
  await train();
}

async function train(): Promise<void> {
  const mine = ++training;
  let told = 0;
  while (session !== undefined && work !== undefined && mine === training) {
    const until = performance.now() + piece;
    let finished = false;
    while (!finished && performance.now() < until) finished = work.next().done === true;
    if (finished) training += 1;
    if (finished || performance.now() - told > pause) {
      tell(session, finished);
      told = performance.now();
    }
    await rest();
  }
  // What was done since the last report when a pause came.
  if (session !== undefined) tell(session, false);
}

function tell(of: Session, finished: boolean): void {
  answer({ kind: 'news', step: of.step, news: of.runs.flatMap((run) => run.take() ?? []), finished });
}

async function slice(entrant: number, columns: number): Promise<void> {
  const mine = ++slicing;
  if (session === undefined) return;
  for (const width of [coarse, columns]) {
    const points = survey(session, entrant, width);
    for (let next = points.next(); ;) {
      const until = performance.now() + piece;
      while (next.done !== true && performance.now() < until) next = points.next();
      if (next.done === true) {
        answer({ kind: 'slice', slice: next.value, finished: width === columns });
        break;
      }
      if (width === columns) answer({ kind: 'progress', done: next.value, total: pointsOf(columns) });
      await rest();
      if (mine !== slicing) return;
    }
  }
}
