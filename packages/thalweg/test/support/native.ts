/** Whether the backend `native` can be tested here. With CI set it must be. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

function has(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const inCI = (process.env['CI'] ?? '') !== '';
const compiles = (process.env['CC'] ?? '') !== '' || ['cc', 'gcc', 'clang'].some(has);

/** The option of a test that needs a C compiler. */
export const native = { skip: compiles || inCI ? false : 'there is no C compiler (apt-get install gcc)' };
