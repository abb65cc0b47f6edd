/** Private members under short names: the same program, on the same lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { withShortPrivates } from './short-privates.ts';

function shortened(code: string): string {
  const host = ts.createCompilerHost({});
  const source = ts.createSourceFile('code.ts', code, ts.ScriptTarget.Latest, true);
  const own: ts.CompilerHost = {
    ...host,
    getSourceFile: (name, target) => (name === 'code.ts' ? source : host.getSourceFile(name, target)),
  };
  return withShortPrivates(ts.createProgram(['code.ts'], { target: ts.ScriptTarget.ES2024 }, own)).get('code.ts')!;
}

test('private members alone, in accesses, destructuring and subclasses, and nothing of the same name elsewhere', () => {
  const code = `
class Base<T> { private readonly held: T; constructor(held: T) { this.held = held; } same(other: Base<T>): boolean { return other.held === this.held; } }
class Pair extends Base<number> {
  private count = 0;
  public readonly held2 = { count: 1, held: 2 };
  static private = 1;
  private step(by: number): this { this.count += by; return this; }
  private get double(): number { return 2 * this.count; }
  private set double(to: number) { this.count = to / 2; }
  sum(): number {
    const { count, double: twice } = this;
    const { held, count: other } = this.held2;
    [this.count] = [count];
    this.double = this.double;
    return this.step(1).step(-1).count + this['held2'].count + count + twice + held + other;
  }
}
declare const result: { same: boolean; sum: number };
Object.assign(result, { same: new Base(1).same(new Base(1)), sum: new Pair(3).step === undefined ? NaN : new Pair(3).sum() });
`;
  const out = shortened(code);
  assert.equal(out.split('\n').length, code.split('\n').length);
  for (const text of [
    'readonly held2 = { count: 1, held: 2 }',
    'const { B: count, D: twice } = this',
    'const { held, count: other } = this.held2',
  ])
    assert.ok(out.includes(text), `${text} in ${out}`);
  assert.doesNotMatch(out, /this\.(held|count|step|double)\b/);
  const run = (text: string): unknown => {
    const result = {};
    runInNewContext(ts.transpile(text, { target: ts.ScriptTarget.ES2024 }), { result });
    return result;
  };
  assert.deepEqual(run(out), { same: true, sum: 4 });
  assert.deepEqual(run(code), run(out));
});

test('a private member that is reached by a computed name stops the build', () => {
  assert.throws(
    () => shortened("class A { private b = 1; private c = 2; get(key: 'b' | 'c'): number { return this[key]; } }"),
    /this\[key\] reaches the private member b by a computed name/,
  );
});
