/**
 * Compute shaders: every text is the one that was proven, and in Chromium's WebGPU it compiles and steps beside `fround`. Needs Debian's chromium for the second;
 * left out, saying so, where there is none.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  adamw,
  chain,
  clipByGlobalNorm,
  groups,
  muon,
  nadam,
  optimizer,
  otherwise,
  OptionError,
  UnsupportedError,
  type Method,
} from 'thalweg';
import { emit } from 'thalweg/emit';
import { apartFrom, bound, hashOf, prove, table, texts } from './support/prove-wgsl.ts';
import { randomEquations } from './support/random-program.ts';
import { browser } from './support/webgpu.ts';

const inCI = (process.env['CI'] ?? '') !== '';
const skip = existsSync(browser) || inCI ? false : 'no Chromium: apt-get install chromium';
const again = 'npm run prove:wgsl';

test('every method has the text that was proven, or is refused by the name of what it uses', () => {
  const now = [...texts()].map(([title, one]) => [title, 'text' in one ? hashOf(one.text) : one.refused]);
  const then = Object.entries(table()).map(([title, row]) => [title, 'hash' in row ? row.hash : row.refused]);
  assert.deepEqual(now, then, `prove the texts that changed: ${again}`);
  const refused = Object.values(table()).flatMap((row) => ('refused' in row ? [row.refused] : []));
  for (const why of refused)
    assert.match(why, /^emit to wgsl: .* (uses (rowSum|colSum|rowMax|newtonSchulz|matmul),|draws noise from) .*; /);
  assert.equal(Object.values(table()).length - refused.length > 90, true);
  for (const [title, row] of Object.entries(table())) if ('apart' in row) assert.ok(row.apart <= bound(title), title);
});

test('in Chromium every text compiles without a word, and steps as fround does within its bound', { skip }, async () => {
  for (const [title, row] of Object.entries(await prove())) {
    if ('apart' in row)
      assert.ok(row.apart <= bound(title), `${title} is ${String(row.apart)} apart, and its bound is ${String(bound(title))}`);
  }
});

const mine = (equations: string, hyper: Readonly<Record<string, readonly [string, number]>> = { lr: ['η', 0.1] }) =>
  optimizer({ name: 'mine', hyper, equations })();

/** Methods whose names are words of WGSL or of JavaScript, or meet each other, and methods of every kind of state and sum. */
const unusual: Readonly<Record<string, Method>> = {
  words: mine('fn ← 0.9·fn + g; let = fn + 1; host = let·2; i ← i + host; function = i; sums = function; step = sums; w ← w − η·step'),
  'names that meet': mine('m ← 0.9·m + g; m_i = m·2; m_new = m_i + 1; x = m_new·m_new; part = ‖x‖; w ← w − η·(x + x·m_i + part)'),
  'other letters': mine('мю ← 0.9·мю + g; w ← w − η·мю'),
  'two nadams': chain(nadam({ lr: 0.01 }), nadam({ lr: 0.02 })),
  'kept sums': mine('d ← d + ‖g‖²; n ← max(n, ‖w‖_all); w ← w − η·g / √(d + n + 1)'),
  'an average of numbers': mine('p ← 0.9·p + 0.1·η; q ← q + p·t; w ← w − p·g / (1 + q)'),
  'a comparison of numbers': mine('c = ‖g‖ > 1 ? 2 : 3; b = t > 3 ? 1 : 0; w ← w − η·(b > 0 ? c : 1)·g'),
  powers: mine('w ← w − η·sign(g)·(|g|^0.3 + exp(−|g|) + log(1 + |g|) + floor(3·|g|) + min(|g|, η))'),
  'shapes and sums of groups': mine('k = √(size / rows) + rank; n = ‖g‖_group; w ← w − η·k·g / n'),
}; // prettier-ignore

test('unusual names and numbers compile, and step as fround does', { skip }, async () => {
  const apart = await apartFrom(Object.entries(unusual).map(([title, method]) => [title, method, emit(method, 'wgsl')]));
  for (const [title, distance] of apart) assert.ok(distance <= 4e-6, `${title} is ${String(distance)} apart`);
});

test('shaders of random equations compile', { skip }, async () => {
  const random = (equations: string): Method =>
    optimizer({ name: 'random', hyper: { lr: ['η', 0.01], beta: ['β', 0.9, '[0, 1)'] }, init: { c: 'w·β' }, equations })();
  const all = fc.sample(randomEquations, { seed: 14, numRuns: 5 }).map(random);
  // How far apart they are tells nothing: most have a cosine, to which WGSL gives eleven bits, or NaN, of which it promises nothing.
  assert.equal((await apartFrom(all.map((method, i) => [String(i), method, emit(method, 'wgsl')]))).size, 5);
});

test('a wrong shader is noticed', { skip }, async () => {
  const clipped = chain(clipByGlobalNorm(1), adamw({ lr: 0.01 }));
  const right = emit(clipped, 'wgsl');
  const wrong: Readonly<Record<string, string>> = {
    'a decay': right.replace('host.weightDecay * w_i', '0.0'),
    'a correction': right.replace('v_new / host.one_minus_beta2_t', 'v_new'),
    'a sum over one tensor': right.replace('total_of(lane, 0u, 0u, host.total)', 'total_of(lane, 0u, host.first, host.first + 1u)'),
    'a part left out': right.replace('k < 4096u', 'k < 3840u'),
    'an offset': right.replace('(bytes).set(numbers, 3)', '(bytes).set(numbers, 4)'),
  };
  for (const [title, text] of Object.entries(wrong)) assert.notEqual(text, right, title);
  const apart = await apartFrom(Object.entries(wrong).map(([title, text]) => [title, clipped, text]));
  for (const [title, distance] of apart) assert.ok(!(distance <= 1e-5), title);
});

describe('what a shader cannot say is refused by name', () => {
  test('groups, float64, routines, constants beyond float32, unknown options', () => {
    const both = groups([
      { match: { rank: 2 }, use: muon() },
      { match: otherwise, use: adamw() },
    ]);
    assert.throws(() => emit(both, 'wgsl'), {
      message: /has groups, and a file of this target has one method; emit the method of each group/,
    });
    assert.throws(() => emit(adamw(), 'wgsl', { dtype: 'float64' } as never), { message: /WGSL has no float64/ });
    assert.throws(() => emit(adamw(), 'wgsl', { dtype: 'float16' } as never), OptionError);
    assert.throws(() => emit(adamw(), 'wgsl', { exact: true } as never), OptionError);
    for (const method of [both, muon()]) assert.throws(() => emit(method, 'wgsl'), UnsupportedError);
    assert.throws(() => emit(mine('w ← w − η·g·1e300'), 'wgsl'), { message: /the constant 1e\+300, which float32 cannot hold/ });
  });

  test('no name and no source ends the comment that it is in', () => {
    const text = emit(mine('w ← w − η·g'), 'wgsl', { name: '*/ fn', source: 'a /* b */' });
    assert.equal(text.indexOf('*/'), text.lastIndexOf('*/'));
    assert.equal(text.indexOf('/*'), text.lastIndexOf('/*'));
    assert.ok(text.includes('a / * b * /') && text.startsWith('/*\n* / fn, as'));
  });
});
