/** Reads a file as a comparison away from the page, so that whatever is in it, the page goes on. */
import { readComparison, ReadError } from '@thalweg/compare/replay';
import type { Answer } from './open.ts';

addEventListener('message', (event: MessageEvent<Blob>) => {
  void read(event.data).then((answer) => postMessage(answer));
});

async function read(file: Blob): Promise<Answer> {
  try {
    return { comparison: readComparison(await file.text()) };
  } catch (error) {
    if (error instanceof ReadError) return { refused: error.message };
    return { refused: `The file could not be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
