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
