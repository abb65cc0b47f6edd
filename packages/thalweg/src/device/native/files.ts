/** Node's file functions. Importing `node:fs` would also load its streams, which takes longer than to find a compiled kernel. */
export const fs = process.getBuiltinModule('node:fs');
