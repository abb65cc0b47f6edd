/** An edge function: answers with what training gave and with the error of a mistake. */
import { adamw } from 'thalweg';
import { train } from './train.js';

export function mistake() {
  try {
    adamw({ lrr: 1 });
    return 'no error';
  } catch (error) {
    return error.stack;
  }
}

export async function answer() {
  return `RESULT ${JSON.stringify(await train())}\nMISTAKE ${JSON.stringify(mistake())}`;
}

export default { fetch: async () => new Response(await answer()) };
