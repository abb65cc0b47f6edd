/** An uncaught error of ours is short and begins at the user's line, also where a minifier made one line of everything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adamw, lbfgs, minimize, optimizer, OptionError, rmsprop, ThalwegError } from 'thalweg';
import { raise } from '../src/language/raise.ts';
import { fromUtf8, toUtf8 } from '../src/language/utf8.ts';

/** The error of a call, which must be ours. */
async function thrown(call: () => unknown): Promise<ThalwegError> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof ThalwegError);
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The calls of a stack. */
const calls = ({ stack = '' }: Error): string[] => stack.split('\n').filter((line) => /^ +at /.test(line));

const here = 'caller.test.ts';

test('the stack of a wrong option begins where the method was asked for', async () => {
  const error = await thrown(() => adamw({ ['lrr' as 'lr']: 1 }));
  assert.match(calls(error)[0] ?? '', new RegExp(here));
});

test('the stack of wrong equations has the line that defined them among the first three, however deep the parser was', async () => {
  const deep = `w ← w − η·${'('.repeat(30)}g + § ${')'.repeat(30)}`;
  const method = optimizer({ name: 'deep', hyper: { lr: ['η', 0.1] }, equations: deep });
  for (const call of [() => method(), () => adamw().init({ w: new Float32Array(2) }, { ['thread' as 'threads']: 2 })])
    assert.ok(calls(await thrown(call)).slice(0, 3).some((line) => line.includes(here))); // prettier-ignore
});

test('the stack of a function that returns no loss leads to the line that minimizes it, whatever steps', async () => {
  for (const method of [adamw(), rmsprop(), lbfgs()]) {
    const error = await thrown(async () => {
      await minimize((() => 'low') as unknown as () => number, new Float64Array(2), { optimizer: method, steps: 5 });
    });
    assert.match(calls(error).join('\n'), new RegExp(here));
  }
});

test('a stack that is long is cut, at a call', async () => {
  const deeper = (levels: number): unknown => (levels === 0 ? adamw({ ['lrr' as 'lr']: 1 }) : [deeper(levels - 1)]);
  const error = await thrown(() => deeper(50));
  assert.ok((error.stack ?? '').length < 1000);
  assert.ok(calls(error).length >= 2);
});

test('errors are called what they are in a bundle that renames classes', async () => {
  const Renamed = class extends OptionError {};
  assert.equal(new Renamed('adamw', 'lr', 1, 'is wrong').name, 'OptionError');
  const error = await thrown(() => adamw({ ['lrr' as 'lr']: 1 }));
  assert.match(error.stack ?? '', /^OptionError: adamw: lrr is not an option/);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'option', 'owner']);
});

test('text is coded the same with the platform and without', () => {
  const texts = ['', 'weight', 'Größe × 2', '权重', '🎲', '\ud800 alone', '%41'];
  const { TextEncoder: Encoder, TextDecoder: Decoder } = globalThis;
  const [encoded, bad] = [texts.map((text) => toUtf8(text)), Uint8Array.of(0x22, 0xc3, 0x28)];
  const decoded = encoded.map((bytes) => fromUtf8(bytes));
  try {
    Object.assign(globalThis, { TextEncoder: undefined, TextDecoder: undefined });
    assert.deepEqual(texts.map((text) => toUtf8(text)), encoded); // prettier-ignore
    assert.deepEqual(encoded.map((bytes) => fromUtf8(bytes)), decoded); // prettier-ignore
    assert.throws(() => fromUtf8(bad), URIError);
  } finally {
    Object.assign(globalThis, { TextEncoder: Encoder, TextDecoder: Decoder });
  }
  assert.throws(() => fromUtf8(bad), TypeError);
});

test('what the build throws by is the error itself', () => {
  const error = new OptionError('adamw', 'lr', 1, 'is wrong');
  assert.throws(
    () => raise(error),
    (one) => one === error,
  );
});

test('what an error holds is not printed with it', async () => {
  const error = await thrown(() => adamw({ lr: new Float32Array(1000) as unknown as number }));
  assert.ok(error instanceof OptionError && error.value instanceof Float32Array);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'option', 'owner']);
});
