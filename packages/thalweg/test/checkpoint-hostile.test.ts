/**
 * Files that are made to hurt: whatever a header says, it is refused with a CheckpointError or read rightly, after no more work than a file of this model
 * could need. Work is counted: bytes read, and characters looked at.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { adamw, CheckpointError, sgd, tensor, type CheckpointSource, type LoadOptions } from 'thalweg';

const runs = { numRuns: Number(process.env['THALWEG_FUZZ'] ?? 400) };
const make = () => adamw({ lr: 0.1 }).init({ W: tensor([2, 3]), b: Float32Array.of(1, 2) });
const whole = async (opt: Awaited<ReturnType<typeof make>>): Promise<string> => Buffer.from(await opt.save()).toString('latin1');
const ways: readonly LoadOptions[] = [{}, { hyper: 'file' }, { hyper: 'mine' }, { only: 'params' }, { only: 'matching' }];

/** A file with this header, whose checksum, if it has one in its place, is made right, by zlib. */
function withHeader(text: string, data: Uint8Array): Buffer {
  const out = Buffer.concat([Buffer.alloc(8), Buffer.from(text), data]);
  out.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  const opening = '{"__metadata__":{"crc32":"';
  const at = 8 + opening.length;
  if (text.startsWith(opening)) {
    const sum = crc32(out.subarray(at + 8));
    out.write(sum.toString(16).padStart(8, '0'), at);
  }
  return out;
}

function parted(file: Uint8Array): { readonly text: string; readonly data: Uint8Array } {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { text: new TextDecoder().decode(file.subarray(8, 8 + length)), data: file.subarray(8 + length) };
}

/** A source that has no more than what is asked for, however large it says to be, and counts it. */
function endless(size: number, length: bigint, byte: string): CheckpointSource & { count: number } {
  const source = {
    size,
    count: 0,
    read: async (at: number, into: Uint8Array): Promise<void> => {
      await Promise.resolve();
      source.count += into.length;
      into.fill(byte.charCodeAt(0));
      if (at === 0) new DataView(into.buffer, into.byteOffset).setBigUint64(0, length, true);
    },
  };
  return source;
}

test('a header longer than a file of this model can have is refused by its length, before any of it is read', async () => {
  const opt = await make();
  const before = await whole(opt);
  for (const options of ways) {
    for (const length of [99_000_000n, 40_000_000n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      const source = endless(2 ** 50, length, '[');
      await assert.rejects(opt.loadFrom(source, options), CheckpointError);
      assert.equal(source.count, 8, `${String(length)} ${JSON.stringify(options)}`);
    }
    await assert.rejects(opt.load(withHeader('['.repeat(40_000_000), new Uint8Array(8)), options), CheckpointError);
  }
  assert.equal(await whole(opt), before);
});

test('a header of a model with many and long names, escaped by another writer, is not too long', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `${'\u{1f600}"\\ä'.repeat(40)}${String(i)}`);
  const start = () => adamw().init(Object.fromEntries(names.map((name) => [name, Float32Array.of(1)])));
  const [from, to] = [await start(), await start()];
  from.freeze('*');
  const { text, data } = parted(await from.save());
  const escaped = text.replaceAll(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  await to.load(withHeader(escaped, data));
  assert.deepEqual(to.params, from.params);
});

test('nesting, at whatever place, is refused at the first level that is too deep', async () => {
  const opt = await make();
  const before = await whole(opt);
  const { text, data } = parted(await opt.save());
  const deep = (open: string, close: string, n: number): string => open.repeat(n) + close.repeat(n);
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '1}'],
    ['[[0],', '0]'],
    ['[', ''],
  ] as const) {
    // prettier-ignore
    for (const n of [4, 1000, 150_000]) {
      const bad = deep(open, close, n);
      const headers = [
        bad,
        text.replace('"W":{', `"W":{"x":${bad},`),
        text.replace('"shape":[', `"shape":[${bad},`),
        text.replace('"t":"0"', `"t":"0","more":${bad}`),
        text.replace(/"hyper":"[^"]*(?:\\"[^"]*)*"/, `"hyper":${JSON.stringify(bad)}`),
        text.replace(/"frozen":"[^"]*"/, `"frozen":${JSON.stringify(bad)}`),
      ];
      for (const header of headers) {
        assert.notEqual(header, text);
        await assert.rejects(opt.load(withHeader(header, data)), CheckpointError);
      }
    }
  }
  assert.equal(await whole(opt), before);
});

/** Values that headers should not have where they have others. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null, true, '', 'F16', 'F99', '__proto__', 'constructor', -1, 0.5, -0, 1e300, 2 ** 53, 2 ** 53 - 1, 4294967296, {}, [], [[]], { length: 2 },
    { toString: null }, { __proto__: null }, { constructor: { name: 1 } }, [2 ** 26, 2 ** 27], [0, 2 ** 53 - 1], Array(70).fill(2 ** 20),
  ), // prettier-ignore
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer(),
  fc.double(),
);
const names = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '__metadata__',
    'W',
    'b',
    'optimizer//W',
    'optimizer/adamw.m/W',
    'optimizer/',
    '/',
    '',
  ),
  fc.string(),
);

test('no edit of a header gives anything but the right values or a CheckpointError with nothing changed', async () => {
  const [source, opt] = [await make(), await make()];
  source.step({ W: Float32Array.of(1, 2, 3, 4, 5, 6), b: Float32Array.of(-1, 1) });
  const [good, before] = [await source.save(), await whole(opt)];
  const { text, data } = parted(good);
  const edit = fc.record({
    pick: fc.nat(),
    deeper: fc.nat(),
    value: odd,
    name: names,
    how: fc.constantFrom('value', 'name', 'remove', 'add', 'twice'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), fc.constantFrom(...ways), async (edits, options) => {
      const header = JSON.parse(text) as Record<string, Record<string, unknown> | null>;
      let twice = '';
      for (const { pick, deeper, value, name, how } of edits) {
        const keys = Object.keys(header);
        const key = keys[pick % keys.length]!;
        const entry = header[key] ?? {};
        const inside = typeof entry === 'object' && !Array.isArray(entry) ? Object.keys(entry) : [];
        const put = (object: Record<string, unknown>, at: string, what: unknown): void => {
          Object.defineProperty(object, at, { value: what, enumerable: true, configurable: true, writable: true });
        };
        if (how === 'twice') twice = `,${JSON.stringify(name)}:${JSON.stringify(value)}`;
        else if (how === 'add') put(deeper % 2 === 0 || inside.length === 0 ? header : entry, name, value);
        else if (deeper % 3 === 0 || inside.length === 0) {
          if (how !== 'value') Reflect.deleteProperty(header, key);
          if (how === 'name') put(header, name, entry);
          if (how === 'value') put(header, key, value);
        } else {
          const field = inside[deeper % inside.length]!;
          if (how === 'remove') Reflect.deleteProperty(entry, field);
          else
            put(entry, how === 'name' ? name : field, key === '__metadata__' && typeof value !== 'string' ? JSON.stringify(value) : value);
        }
      }
      const bad = withHeader(JSON.stringify(header).replace(/\}$/, `${twice}}`), data);
      const failure = await opt.load(bad, options).then(() => undefined, (error: unknown) => error); // prettier-ignore
      if (failure !== undefined) {
        assert.ok(failure instanceof CheckpointError, failure instanceof Error ? String(failure.stack) : 'no error');
        assert.equal(await whole(opt), before);
        return;
      }
      // The values of each parameter that it says it took are those of the bytes at its place in the file.
      for (const name of ['W', 'b'] as const) {
        const [saved, place] = [header[name], opt.params[name]];
        if (options.only === 'matching' && saved === undefined) continue;
        const [from, to] = saved?.['data_offsets'] as [number, number];
        assert.deepEqual(Buffer.from(place.buffer, place.byteOffset, place.byteLength), Buffer.from(data.subarray(from, to)));
      }
      await opt.load(Buffer.from(before, 'latin1'), { hyper: 'file' });
    }),
    runs,
  );
});

test('no flipped, lost or inserted bytes in a file without a checksum give anything but success or a CheckpointError', async () => {
  const [source, opt] = [await make(), await make()];
  source.step({ W: Float32Array.of(1, 2, 3, 4, 5, 6), b: Float32Array.of(-1, 1) });
  const { text, data } = parted(await source.save());
  const good = withHeader(text.replace(/"crc32":"[^"]*",/, ''), data);
  const before = Buffer.from(await opt.save());
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255), how: fc.nat(2) }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...ways),
      async (changes, options) => {
        let bad = Buffer.from(good);
        for (const { at, byte, how } of changes) {
          if (how === 0 || at >= bad.length) bad[at % bad.length] = byte;
          else
            bad = Buffer.concat([
              bad.subarray(0, at),
              how === 1 ? Buffer.of(byte) : Buffer.alloc(0),
              bad.subarray(how === 1 ? at : at + 1),
            ]);
        }
        await opt.load(bad, options).catch((error: unknown) => { assert.ok(error instanceof CheckpointError, String(error)); }); // prettier-ignore
        await opt.load(before, { hyper: 'file' });
      },
    ),
    runs,
  );
});

test('whatever is given instead of the bytes of a file is refused by what it is, with what to do', async () => {
  const opt = await make();
  const [saved, before] = [await opt.save(), await whole(opt)];
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [Promise.resolve(saved), /not a Promise; await it first/],
    ['model.safetensors', /not "model.safetensors"; loadFile of thalweg\/node/],
    [new URL('file:///model'), /not an? URL; loadFile/],
    [new Blob([saved]), /not a Blob; give load\(await blob.arrayBuffer\(\)\)/],
    [new Response(saved), /not a Response; give load\(await response.arrayBuffer\(\)\)/],
    [undefined, /not undefined/], [null, /not null/], [7, /not 7/], [{}, /not an object/], [[1, 2], /not an Array/],
    [new Float32Array(4), /not a Float32Array/], [new DataView(saved.buffer), /not a DataView/],
    [Object.create(null), /not an object/],
  ]; // prettier-ignore
  for (const [given, words] of wrong) {
    const refused = (error: unknown): boolean => error instanceof CheckpointError && words.test(error.message);
    await assert.rejects(opt.load(given as Uint8Array), refused, String(words));
  }
  for (const source of [
    undefined,
    null,
    3,
    {},
    { size: 10 },
    { size: -1, read: () => undefined },
    { size: 0.5, read: () => undefined },
    saved,
  ])
    await assert.rejects(opt.loadFrom(source as CheckpointSource), CheckpointError);
  for (const options of [{ only: 'weights' }, { hyper: 'ours' }, { onyl: 'params' }, { only: 'params', hyper: 'mine' }, 'params', null])
    await assert.rejects(opt.load(saved, options as LoadOptions), { code: 'option' });
  assert.equal(await whole(opt), before);
  // What holds the bytes does not matter.
  const { runInNewContext } = await import('node:vm');
  const foreign = runInNewContext('Uint8Array.from(bytes)', { bytes: [...saved] }) as Uint8Array;
  const shared = new Uint8Array(new SharedArrayBuffer(saved.length));
  shared.set(saved);
  for (const given of [saved, Buffer.from(saved), saved.buffer, foreign, foreign.buffer, shared, shared.buffer, saved.slice().subarray(0)])
    await opt.load(given);
});

test('long lists of differences are cut in the message and whole beside it', async () => {
  const names = Array.from({ length: 500 }, (_, i) => `${'x'.repeat(2000)}${String(i)}`);
  const saved = await (await sgd().init(Object.fromEntries(names.map((name) => [name, Float32Array.of(1)])))).save();
  const opt = await sgd().init({ w: Float32Array.of(1) });
  await assert.rejects(opt.load(saved, { only: 'matching' }), (error: unknown) => {
    assert.ok(error instanceof CheckpointError);
    assert.ok(error.message.length < 1000 && error.differences.length > 500);
    return true;
  });
});
