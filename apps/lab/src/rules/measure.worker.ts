/** A worker that runs rules gone wrong beside the right ones, one after the other. */
import { wrongRules } from '@thalweg/guide';
import type { Answer, Question } from './measure.ts';

addEventListener('message', ({ data: { number, id, settings } }: MessageEvent<Question>) => {
  const say = (answer: Answer): void => postMessage(answer);
  const rule = wrongRules.find((one) => one.id === id);
  if (rule === undefined) {
    say({ number, failed: `there is no rule ${id}` });
    return;
  }
  void rule
    .measure(settings)
    .then((found) => say({ number, found }))
    .catch((error: unknown) => say({ number, failed: error instanceof Error ? error.message : String(error) }));
});
