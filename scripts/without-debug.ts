/** For builds of the library and of what contains it: leaves out what only those who work on the compiler need. */
export const withoutDebug = {
  name: 'without-debug',
  transform: {
    filter: { id: /thalweg\/src\/train\/debug\.ts$/ },
    handler: () => ({ code: 'export const debugTrace = () => undefined;', map: null }),
  },
};
