/** The user's own texts and numbers in a checkpoint: given back as they were, in every layout, and refused where no file can hold them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { adamw, CheckpointError, OptionError, sgd, tensor, type Metadata } from 'thalweg';
import { loadFile, saveFile } from 'thalweg/node';
import { pytorch } from 'thalweg/pytorch';
import { decodeHeader, encodeHeader } from '../src/checkpoint/safetensors.ts';

const made = () => adamw().init({ w: tensor([2]) });

test('any texts and numbers come back, and change nothing else', async () => {
  const opt = await made();
  opt.step({ w: Float32Array.of(1, 2) });
  const [plain, plainPytorch] = [await opt.save(), await opt.save({ format: pytorch })];
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.constantFrom(-0, NaN, Infinity, 'Infinity', '-0', '{"number":1}'));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string({ unit: 'binary' }), value, { maxKeys: 5 }), async (metadata) => {
      const expected = Object.keys(metadata).length === 0 ? undefined : Object.fromEntries(Object.entries(metadata));
      const read = async (bytes: Uint8Array, options = {}): Promise<unknown> => {
        const again = await made();
        const report = await again.load(bytes, options);
        assert.deepEqual(await again.save(), plain);
        return report.metadata;
      };
      assert.deepEqual(await read(await opt.save({ metadata })), expected);
      assert.deepEqual(await read(await opt.save({ metadata, format: pytorch }), { format: pytorch }), expected);
    }),
    { numRuns: 50 },
  );
  assert.deepEqual([await opt.save({ metadata: {} }), await opt.save({ metadata: {}, format: pytorch })], [plain, plainPytorch]);
});

test('through files, and of weights alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-metadata-'));
  try {
    const path = join(folder, 'run.safetensors');
    await saveFile(await made(), path, { metadata: { seed: 7, place: 'epoch 3' } });
    for (const options of [{}, { only: 'params' }, { only: 'matching' }] as const)
      assert.deepEqual((await loadFile(await made(), path, options)).metadata, { seed: 7, place: 'epoch 3' });
    await saveFile(await made(), path);
    assert.ok(!('metadata' in (await loadFile(await made(), path))));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what no file can hold is refused before anything is written', async () => {
  const opt = await made();
  for (const [metadata, message] of [
    ['seed', /adamw, save: metadata must be an object of strings and numbers, .* not "seed"/],
    [[1], /not an Array/],
    [new Map([['a', 1]]), /not a Map/],
    [{ seed: 1n }, /has bigint as "seed", and may hold only strings and numbers/],
    [{ best: undefined }, /has undefined as "best"/],
    [{ args: { lr: 1 } }, /has an object as "args", .* JSON.stringify makes it a string/],
    [{ text: 'x'.repeat(70_000) }, /takes 70011 characters of JSON, more than 65536/],
  ] as const) {
    for (const format of [undefined, pytorch])
      await assert.rejects(
        opt.save({ metadata: metadata as unknown as Metadata, ...(format === undefined ? {} : { format }) }),
        (error) => error instanceof OptionError && message.test(error.message),
      );
  }
});

test('the longest that is allowed is read again, whatever its characters', async () => {
  for (const character of ['"', '\u0001', '\ud800', '€', '\\']) {
    const unit = JSON.stringify(character).length - 2;
    const metadata = { text: character.repeat(Math.floor((2 ** 16 - 11) / unit)) };
    assert.deepEqual((await (await made()).load(await (await made()).save({ metadata }))).metadata, metadata);
  }
});

test('a damaged or hostile text is a CheckpointError, and nothing changes', async () => {
  const opt = await sgd().init({ w: Float32Array.of(5, 6) });
  const bytes = await opt.save({ metadata: { seed: 1 } });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const file = decodeHeader(bytes.subarray(8, 8 + length), bytes.length);
  assert.ok(typeof file === 'object');
  const arrays = new Map([...file.arrays].map(([name, { dtype, shape, at, length: size }]) => [name, { dtype, shape, bytes: bytes.subarray(at, at + size) }]));
  for (const text of ['', 'null', '[1]', '{"a":{}}', '{"a":{"number":3,"b":1}}', '{"a":[1]}', '{"a":true}', '{"a":{"number":"x"}}', `{"a":"${'x'.repeat(70_000)}"}`, '{"a":'.repeat(1e4)]) {
    const others = Object.entries(file.metadata).filter(([key]) => key !== 'crc32');
    const metadata = { ...Object.fromEntries(others), 'thalweg.metadata': text };
    const { header } = encodeHeader(metadata, arrays);
    const again = await sgd().init({ w: Float32Array.of(1, 2) });
    await assert.rejects(
      again.load(Uint8Array.from([...header, ...[...arrays.values()].flatMap((array) => [...array.bytes])])),
      (error) => error instanceof CheckpointError && error.message.includes('metadata in the file cannot be read'),
    );
    assert.deepEqual([...again.params.w], [1, 2]);
  }
}); // prettier-ignore
