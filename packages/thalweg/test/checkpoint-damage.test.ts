/** Files that are damaged, or that lie: each is refused with a reason, and the optimizer goes on as if nobody had tried. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { chain, CheckpointError, clipByGlobalNorm, cosine, lamb, momo, tensor } from 'thalweg';

const runs = { numRuns: Number(process.env['THALWEG_FUZZ'] ?? 400) };

/** An optimizer in which everything that a file can hold has a value: it accumulates, scales, has a frozen, an added and a removed parameter. */
async function make() {
  const opt = await chain(clipByGlobalNorm(1), momo({ lr: cosine({ peak: 0.1, total: 50 }) })).init(
    { W: tensor([2, 2]), b: Float32Array.of(1, 2), gone: Float32Array.of(5) },
    { accumulate: 3, lossScale: {} },
  );
  for (let i = 0; i < 3; i++) opt.step({ W: Float32Array.of(1, 2, 3, i), b: Float32Array.of(1, i), gone: Float32Array.of(i) }, { loss: 3 });
  opt.remove('gone');
  const more = opt.add({ late: Float32Array.of(7) });
  more.freeze('b');
  return more;
}
type Made = Awaited<ReturnType<typeof make>>;

function train(opt: Made, calls: number): void {
  for (let i = 0; i < calls; i++) {
    opt.grads.W.fill(i - 1);
    opt.grads.late.fill(2);
    opt.step(undefined, { loss: i });
  }
}

/** Everything that an optimizer is, as bytes. */
const whole = async (opt: Made): Promise<string> => Buffer.from(await opt.save()).toString('latin1');

type Header = Record<string, Record<string, unknown>> & { __metadata__: Record<string, unknown> };

/** The file with another header and the checksum that belongs to it, by zlib's CRC-32. */
function withHeader(file: Uint8Array, change: (text: string) => string): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const text = change(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const out = Buffer.concat([Buffer.alloc(8), Buffer.from(text), file.subarray(8 + length)]);
  out.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  const opening = '{"__metadata__":{"crc32":"';
  if (text.startsWith(opening)) {
    const at = 8 + opening.length;
    out.write(
      crc32(out.subarray(at + 8))
        .toString(16)
        .padStart(8, '0'),
      at,
    );
  }
  return out;
}

/** Another header in the place of the first. */
class Instead {
  readonly header: unknown;
  constructor(header: unknown) {
    this.header = header;
  }
}

const lie = (file: Uint8Array, change: (header: Header) => unknown): Uint8Array =>
  withHeader(file, (text) => {
    const header = JSON.parse(text) as Header;
    const other = change(header);
    return JSON.stringify(other instanceof Instead ? other.header : header);
  });

describe('damage', () => {
  test('a file cut short at any byte is refused', async () => {
    const opt = await make();
    const [good, before] = [await opt.save(), await whole(opt)];
    for (let length = 0; length < good.length; length++) await assert.rejects(opt.load(good.subarray(0, length)), CheckpointError);
    assert.equal(await whole(opt), before);
  });

  test('a flipped bit anywhere, in the length, the header or an array, is refused or means nothing', async () => {
    const [source, opt] = [await make(), await make()];
    train(source, 4);
    const [good, before] = [await source.save(), await whole(opt)];
    const rightly = await whole(source);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length * 8 - 1), async (bit) => {
        const bad = good.slice();
        bad[bit >> 3]! ^= 1 << (bit & 7);
        const loaded = await opt.load(bad).then(
          () => true,
          (error: unknown) => (assert.ok(error instanceof CheckpointError, String(error)), false),
        );
        assert.equal(await whole(opt), loaded ? rightly : before, `bit ${bit}`);
        if (!loaded) return;
        // The name of the checksum was hit, so that nobody looked; the rest is as it was written.
        assert.ok(bit >> 3 < 40, `bit ${bit} was not noticed`);
        await opt.load(Buffer.from(before, 'latin1'));
      }),
      runs,
    );
  });

  test('bytes put in, taken out or exchanged are refused', async () => {
    const opt = await make();
    const [good, before] = [await opt.save(), await whole(opt)];
    const at = fc.nat(good.length);
    await fc.assert(
      fc.asyncProperty(at, at, fc.uint8Array({ maxLength: 20 }), async (from, to, bytes) => {
        const bad = Buffer.concat([good.subarray(0, Math.min(from, to)), bytes, good.subarray(Math.max(from, to))]);
        if (Buffer.compare(bad, good) !== 0) await assert.rejects(opt.load(bad), CheckpointError);
      }),
      runs,
    );
    assert.equal(await whole(opt), before);
  });

  test('a length of the header that lies is refused', async () => {
    const opt = await make();
    const good = await opt.save();
    for (const length of [2n ** 64n - 1n, 2n ** 63n, 2n ** 40n, BigInt(good.length), 0n, 1n]) {
      const lying = good.slice();
      new DataView(lying.buffer).setBigUint64(0, length, true);
      await assert.rejects(opt.load(lying), CheckpointError);
    }
    await assert.rejects(opt.load(new Uint8Array(0)), /the file has only 0 bytes/);
  });
});

/** What a file may say though its checksum is right, and what is answered. */
const lies: readonly (readonly [about: string, change: (header: Header) => unknown, answer: RegExp])[] = [
  ['no metadata', (h) => Reflect.deleteProperty(h, '__metadata__'), /the file is not written by Thalweg/],
  ['another version', (h) => (h.__metadata__['thalweg'] = '2'), /the file is of version 2, and this reads version 1/],
  [
    'another optimizer',
    (h) => (h.__metadata__['optimizer'] = 'adam'),
    /the file was saved by adam, and this optimizer is chain\(clipByGlobalNorm, momo\)/,
  ],
  [
    'other equations',
    (h) => (h.__metadata__['equations'] = `${String(h.__metadata__['equations'])}\nw ← 0`),
    /the equations differ in line 11: w ← 0 in the file, nothing here/,
  ],
  ['ascent', (h) => (h.__metadata__['maximize'] = 'true'), /the file has maximize: true, and here it is false/],
  ...['', '-1', ' 5', '1e3', '0x10', '1.5', 'NaN', '9007199254740993', '9'.repeat(400)].map(
    (t) => [`t = "${t.slice(0, 20)}"`, (h: Header) => (h.__metadata__['t'] = t), /the file says that t is/] as const,
  ),
  ['t that is no text', (h) => (h.__metadata__['t'] = 3), /the file says that t is undefined/],
  ['a negative hyperparameter', (h) => hyper(h, 'lr', -1), /the hyperparameter lr must lie in \[0, ∞\), and -1 does not/],
  ['an infinite one', (h) => hyper(h, 'lr', 'Infinity'), /the hyperparameter lr must lie in \[0, ∞\), and Infinity does not/],
  ['NaN', (h) => hyper(h, 'beta', 'NaN'), /the hyperparameter beta must lie in \[0, 1\), and NaN does not/],
  ['one out of range', (h) => hyper(h, 'beta', 1), /the hyperparameter beta must lie in \[0, 1\)/],
  ['a text', (h) => hyper(h, 'beta', '0.5'), /the hyperparameter beta is neither a number nor a schedule/],
  ['null', (h) => hyper(h, 'beta', null), /the hyperparameter beta is neither a number nor a schedule/],
  ['a list', (h) => hyper(h, 'beta', [0.5]), /the hyperparameter beta is neither a number nor a schedule/],
  ['no such hyperparameter', (h) => hyper(h, 'gamma', 1), /the hyperparameter gamma is in the file and not here/],
  ['one under a name of Object', (h) => hyper(h, 'constructor', 1), /the hyperparameter constructor is in the file and not here/],
  ['one too few', (h) => hyper(h, 'beta', undefined), /the hyperparameter beta is not in the file/],
  ['hyperparameters as a list', (h) => (h.__metadata__['hyper'] = '[]'), /hyper in the file cannot be read/],
  ['hyperparameters cut short', (h) => (h.__metadata__['hyper'] = '{"lr":'), /hyper in the file cannot be read/],
  ['a schedule that is no equation', (h) => schedule(h, { equation: 'a +' }), /lr is a schedule that cannot be read/],
  ['a schedule of w', (h) => schedule(h, { equation: 'w' }), /lr is a schedule that cannot be read/],
  ['a schedule that is too deep', (h) => schedule(h, { equation: '('.repeat(1e5) }), /lr is a schedule that cannot be read/],
  ['a schedule that is too long', (h) => schedule(h, { equation: `1${' + 1'.repeat(1e5)}` }), /lr is a schedule that cannot be read/],
  ['a constant that is a text', (h) => schedule(h, { constants: { eta_max: 'x' } }), /lr is a schedule that cannot be read/],
  ['a schedule without a base', (h) => schedule(h, { base: null }), /lr is a schedule that lacks a name/],
  ['a frozen stranger', (h) => (h.__metadata__['frozen'] = '["x"]'), /x is frozen in the file and not here/],
  ['a frozen parameter that is gone', (h) => (h.__metadata__['frozen'] = '["gone"]'), /gone is frozen in the file and not here/],
  ['a frozen prototype', (h) => (h.__metadata__['frozen'] = '["__proto__"]'), /__proto__ is frozen in the file and not here/],
  ['a frozen number', (h) => (h.__metadata__['frozen'] = '[7]'), /7 is frozen in the file and not here/],
  ['a frozen object', (h) => (h.__metadata__['frozen'] = '[{"constructor":null}]'), /an object is frozen in the file and not here/],
  ['frozen as an object', (h) => (h.__metadata__['frozen'] = '{}'), /frozen in the file cannot be read/],
  [
    'a birth after the end',
    (h) => (h.__metadata__['born'] = '{"late":2}'),
    /late was added after step 2, and the file was saved after step 1/,
  ],
  [
    'a birth before the first step',
    (h) => (h.__metadata__['born'] = '{"late":-1}'),
    /the file says that the step after which late was added is -1/,
  ],
  ['half a birth', (h) => (h.__metadata__['born'] = '{"late":0.5}'), /the file says that the step after which late was added is 0.5/],
  [
    'one cohort of two ages',
    (h) => (h.__metadata__['born'] = '{"late":1,"W":1}'),
    /b was added after step 0 in the file, and others of its group after step 1/,
  ],
  ['too many gradients', (h) => pending(h, 7, { loss: 1 }), /the file holds 7 accumulated batches, and accumulate is 3 here/],
  ['half a gradient', (h) => pending(h, 0.5, { loss: 1 }), /the number of accumulated batches is 0.5/],
  ['no mean of the loss', (h) => pending(h, 1, {}), /the mean of the input loss over the accumulated batches is not in the file/],
  [
    'a mean that is a text',
    (h) => pending(h, 1, { loss: 'much' }),
    /the mean of the input loss over the accumulated batches is not in the file/,
  ],
  ['no loss scale', (h) => (h.__metadata__['lossScale'] = 'null'), /the file has no loss scale, and this optimizer has one/],
  ...[0, -1, '5', null, 'Infinity'].map(
    (value) =>
      [
        `a loss scale of ${JSON.stringify(value)}`,
        (h: Header) => (h.__metadata__['lossScale'] = JSON.stringify({ value, streak: 0 })),
        /the file says that the loss scale is/,
      ] as const,
  ),
  [
    'an endless loss scale',
    (h) => (h.__metadata__['lossScale'] = '{"value":1e999,"streak":0}'),
    /the file says that the loss scale is Infinity/,
  ],
  [
    'a streak of less than none',
    (h) => (h.__metadata__['lossScale'] = '{"value":1,"streak":-1}'),
    /the number of steps in a row with finite gradients is -1/,
  ],
  [
    'a parameter too many',
    (h) => (h['more'] = { dtype: 'F32', shape: [0], data_offsets: [0, 0] }),
    /the parameter more is in the file and not here/,
  ],
  ['a parameter called __proto__', (h) => proto(h), /the parameter __proto__ is in the file and not here/],
  [
    'a parameter under another name',
    (h) => renamed(h, 'W', 'V'),
    /the parameter W is not in the file\n {2}- the parameter V is in the file and not here/,
  ],
  ['a state that is gone', (h) => renamed(h, 'optimizer/momo.m/W', 'optimizer/momo.m/V'), /the state momo.m of W is not in the file/],
  ['another shape', (h) => (h['W']!['shape'] = [4]), /the parameter W has the shape \[4\] in the file and \[2, 2\] here/],
  ['another type', (h) => Object.assign(h['W']!, { dtype: 'F64', shape: [2] }), /the parameter W is F64 in the file and F32 here/],
  ['a type of other tools', (h) => (h['W']!['dtype'] = 'F16'), /the array W has the type F16, which is not one of F64, F32, BF16, I8, U8/],
  ['a type of Object', (h) => (h['W']!['dtype'] = 'constructor'), /the array W has the type constructor/],
  ['half a row', (h) => (h['W']!['shape'] = [0.5, 8]), /the array W has a shape or data_offsets that are not whole numbers/],
  ['rows of less than none', (h) => (h['W']!['shape'] = [-2, -2]), /the array W has a shape or data_offsets/],
  ['a shape too large', (h) => (h['W']!['shape'] = [2 ** 52, 2 ** 52]), /the array W of shape .* takes/],
  ['no place', (h) => Reflect.deleteProperty(h['W']!, 'data_offsets'), /the array W has a shape or data_offsets/],
  [
    'a place turned round',
    (h) => (h['W']!['data_offsets'] = [16, 0]),
    /the array W of shape \[2, 2\] takes 16 bytes, and its data_offsets span -16/,
  ],
  ['a place past the end', (h) => (h['W']!['data_offsets'] = [1e6, 1e6 + 16]), /the array W ends at byte 1000016/],
  ['two arrays in one place', (h) => (h['late']!['data_offsets'] = [0, 4]), /the array .* begins at byte .* of the data, not at/],
  ['an array without description', (h) => Object.assign(h, { x: null }), /the array x has no description/],
  ['a list', () => new Instead([]), /the header is not a JSON object/],
];

function hyper(header: Header, name: string, value: unknown): void {
  const saved = JSON.parse(String(header.__metadata__['hyper'])) as Record<string, unknown>;
  header.__metadata__['hyper'] = JSON.stringify({ ...saved, [name]: value });
}
function schedule(header: Header, change: object): void {
  const { lr } = JSON.parse(String(header.__metadata__['hyper'])) as { lr: object };
  hyper(header, 'lr', { ...lr, ...change });
}
function pending(header: Header, count: number, inputs: object): void {
  header.__metadata__['pending'] = JSON.stringify({ count, inputs });
}
function renamed(header: Header, from: string, to: string): Instead {
  return new Instead(Object.fromEntries(Object.entries(header).map(([name, entry]) => [name === from ? to : name, entry])));
}
function proto(header: Header): void {
  Object.defineProperty(header, '__proto__', { value: { dtype: 'F32', shape: [0], data_offsets: [0, 0] }, enumerable: true });
}

describe('lies', () => {
  for (const [about, change, answer] of lies) {
    test(about, async () => {
      const [opt, twin] = [await make(), await make()];
      train(opt, 1);
      train(twin, 1);
      const [good, before] = [await opt.save(), await whole(opt)];
      await assert.rejects(opt.load(lie(good, change)), (error: unknown) => {
        assert.ok(error instanceof CheckpointError, String(error));
        assert.match(error.message, answer);
        return true;
      });
      assert.equal(await whole(opt), before);
      train(opt, 5);
      train(twin, 5);
      assert.equal(await whole(opt), await whole(twin), 'training goes on as if nobody had tried');
    });
  }

  test('a name that is there twice, or a header without end', async () => {
    const opt = await make();
    const good = await opt.save();
    const again = (text: string, from: string, to: string): string => (assert.ok(text.includes(from)), text.replace(from, to));
    await assert.rejects(opt.load(withHeader(good, (text) => again(text, '"t":"1"', '"t":"9","t":"1"'))), /the header has a name twice/);
    const entry = '"late":{"dtype"';
    await assert.rejects(opt.load(withHeader(good, (text) => again(text, entry, `"late":{},${entry}`))), /the header has a name twice/);
    await assert.rejects(
      opt.load(withHeader(good, (text) => again(text, entry, `"x":${'['.repeat(2e5)}${']'.repeat(2e5)},${entry}`))),
      CheckpointError,
    );
    await assert.rejects(opt.load(withHeader(good, () => '{'.repeat(1e5))), /the header is not that of a safetensors file/);
  });

  test('all differences are listed, not the first one alone', async () => {
    const opt = await make();
    const bad = lie(await opt.save(), (h) => {
      h.__metadata__['t'] = '-1';
      h.__metadata__['frozen'] = '["x"]';
      h['W']!['shape'] = [4];
      hyper(h, 'lr', -1);
    });
    await assert.rejects(opt.load(bad), (error: unknown) => error instanceof CheckpointError && error.differences.length === 5);
  });
});

test('a file without a checksum, as other tools write it, is read; so is one that they wrote anew', async () => {
  const opt = await make();
  const good = await opt.save();
  await opt.load(lie(good, (h) => Reflect.deleteProperty(h.__metadata__, 'crc32')));
  assert.equal(await whole(opt), Buffer.from(good).toString('latin1'));
  const edited = lie(good, (h) => Reflect.deleteProperty(h.__metadata__, 'crc32'));
  new DataView(edited.buffer, edited.byteOffset).setFloat32(edited.length - 4, 0.25, true);
  await opt.load(edited);
  assert.notEqual(await whole(opt), Buffer.from(good).toString('latin1'));
});

test('names that objects have of themselves are names like any other, and __proto__ is refused when it is given', async () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '1', '', 'a/b', 'optimizer', 'ß\u{1f600}\ud800'];
  const start = async () => lamb().init(Object.fromEntries(names.map((name, i) => [name, Float32Array.of(i + 1)])));
  const [opt, again] = [await start(), await start()];
  opt.step(Object.fromEntries(names.map((name, i) => [name, Float32Array.of(i - 3)])));
  await again.load(await opt.save());
  assert.deepEqual(names.map((name) => again.params[name]), names.map((name) => opt.params[name])); // prettier-ignore
  assert.deepEqual(again.state, opt.state);
  const wrong = Object.fromEntries([['__proto__', Float32Array.of(1)]]);
  await assert.rejects(lamb().init(wrong), /lamb: __proto__ cannot be the name of a parameter/);
  assert.throws(() => opt.add(wrong), /__proto__ cannot be the name of a parameter/);
});
