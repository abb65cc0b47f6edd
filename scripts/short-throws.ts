/**
 * For the build of the library: every `throw error` becomes `raise(error)`, which throws from a line that no minifier makes long, since Node prints the
 * line in which an uncaught error was thrown: in a user's bundle of one line, the bundle.
 */
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import ts from 'typescript';

/** The code with `raise` in the place of `throw`, on the same lines. */
export function withRaise(code: string, module: string): string {
  const ends: { readonly at: number; readonly length: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isThrowStatement(node)) {
      ends.push({ at: node.getStart(), length: 'throw'.length, text: 'raise(' }, { at: node.expression.end, length: 0, text: ')' });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('module.ts', code, ts.ScriptTarget.Latest, true));
  if (ends.length === 0) return code;
  const changed = ends
    .sort((a, b) => b.at - a.at)
    .reduce((text, { at, length, text: put }) => text.slice(0, at) + put + text.slice(at + length), code);
  return `import { raise } from ${JSON.stringify(module)};${changed}`;
}

/** The plugin, for the library in the folder `home`. */
export function shortThrows(home: string): Plugin {
  const raise = join(home, 'src/language/raise.ts');
  return {
    name: 'short-throws',
    transform: {
      filter: { id: { include: /packages\/thalweg\/src\/.*\.ts$/, exclude: /\/raise\.ts$/ } },
      handler: (code) => ({ code: withRaise(code, raise), map: null }),
    },
  };
}
