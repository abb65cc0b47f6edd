/** What Node has for files. An import of `node:fs` would load its streams too, which takes longer than to find a compiled kernel. */
export const fs = process.getBuiltinModule('node:fs');
