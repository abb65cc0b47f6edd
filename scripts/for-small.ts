/**
 * For the build of `thalweg/small`, what a few kilobytes have no room for: a module with a stand-in beside it is replaced by that, such as
 * `latex.ts` by `latex.small.ts`, and the tables of operations are without what only printers and analyses read.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'rolldown';
import ts from 'typescript';

/** Puts stand-ins in the place of modules. */
export const standIns: Plugin = {
  name: 'stand-ins',
  resolveId: {
    filter: { id: /^\..*\.ts$/ },
    handler: (id, importer) => {
      const standIn = join(dirname(importer ?? ''), id.replace(/\.ts$/, '.small.ts'));
      return existsSync(standIn) ? standIn : null;
    },
  },
};

/** What nothing of `thalweg/small` reads of an operation. */
const unread: ReadonlySet<string> = new Set(['latex', 'usual', 'range', 'zeroWhere', 'delicate']);

/** Code without properties of these names in its object literals, on the same lines. */
export function withoutProperties(code: string, names: ReadonlySet<string>): string {
  const cuts: { readonly from: number; readonly to: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && names.has(node.name.text)) {
      const comma = /^\s*,/.exec(code.slice(node.end))?.[0].length ?? 0;
      cuts.push({ from: node.getStart(), to: node.end + comma });
    } else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('module.ts', code, ts.ScriptTarget.Latest, true));
  return cuts
    .sort((a, b) => b.from - a.from)
    .reduce((text, { from, to }) => text.slice(0, from) + text.slice(from, to).replaceAll(/[^\n]/g, '') + text.slice(to), code);
}

/** Leaves out of the tables of operations what nothing reads. */
export const shortTables: Plugin = {
  name: 'short-tables',
  transform: {
    filter: { id: /\/language\/operations\/\w+\.ts$/ },
    handler: (code) => ({ code: withoutProperties(code, unread), map: null }),
  },
};
