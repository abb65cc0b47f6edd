/** What builds of the lab leave out of the library. */
import { join } from 'node:path';

/**
 * For builds of the lab, which keeps no checkpoints: leaves out the library's code for them, a tenth of it, from the pages and from the workers. A test of
 * the lab that saved an optimizer would fail with this sentence.
 */
export const withoutFiles = {
  name: 'without-files',
  transform: {
    filter: { id: /thalweg\/src\/checkpoint\/checkpoint\.ts$/ },
    handler: () => ({
      code: `
        const none = () => { throw new Error('the lab is built without checkpoints (apps/lab/without-files.ts)'); };
        export { none as checkpoint, none as restore, none as restoreFrom, none as wholeCheckpoint };
      `,
      map: null,
    }),
  },
};

/**
 * For the same builds: where the guide lists the library's optimizers by what it exports, it is given what methods are made by. Of the whole library nothing could be left out: line
 * searches, sharpness-aware steps and all else would come with every page.
 */
export const methodsAlone = {
  name: 'methods-alone',
  resolveId: {
    filter: { id: /^thalweg$/ },
    handler: (_: string, from: string | undefined) =>
      from?.endsWith('/packages/guide/src/library.ts') === true ? join(from, '../../../thalweg/src/methods.ts') : undefined,
  },
} as const;
