/** What the build makes of `throw`: the same meaning on the same lines, so that maps of the source stay right. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withRaise } from './short-throws.ts';

test('every throw becomes a call, those within errors too, and no line moves', () => {
  const code = `function f(x: number): never {
  if (x > 1) throw new RangeError(\`over
1\`);
  throw make(() => { throw new Error('throw inside'); }); // throw in a comment
}
`;
  const expected = `import { raise } from "/raise.ts";function f(x: number): never {
  if (x > 1) raise( new RangeError(\`over
1\`));
  raise( make(() => { raise( new Error('throw inside')); })); // throw in a comment
}
`;
  assert.equal(withRaise(code, '/raise.ts'), expected);
  assert.equal(withRaise('export const one = 1;\n', '/raise.ts'), 'export const one = 1;\n');
});
