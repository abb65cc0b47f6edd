/** Loading piece by piece: each array straight into its place, nothing changed by a file that does not fit, and no use of what is half-read. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { adamw, CheckpointError, sparse, tensor, rows, type CheckpointSource } from 'thalweg';
import { loadFile, saveFile } from 'thalweg/node';

const make = (threads = 1) => adamw({ lr: 0.1 }).init({ W: tensor([3, 50]), E: sparse([9, 4]), b: tensor([2]) }, { threads });

async function trained(threads = 1) {
  const opt = await make(threads);
  opt.step({ W: new Float32Array(150).fill(1), E: rows([2, 5], new Float32Array(8).fill(-1)), b: Float32Array.of(1, 2) });
  return opt;
}

const everything = (opt: Awaited<ReturnType<typeof make>>): string => JSON.stringify([opt.params, opt.state, opt.t]);

/** A source that records how much was read into what. */
function sourceOf(bytes: Uint8Array): CheckpointSource & { readonly reads: Uint8Array[] } {
  const reads: Uint8Array[] = [];
  const read = async (at: number, into: Uint8Array): Promise<void> => {
    await Promise.resolve();
    into.set(bytes.subarray(at, at + into.length));
    reads.push(into);
  };
  return { size: bytes.length, read, reads };
}

test('a file is read once for its checksum, and then every array straight into its place', async () => {
  const [from, to] = [await trained(), await make()];
  const source = sourceOf(await from.save());
  await to.loadFrom(source);
  assert.equal(everything(to), everything(from));
  const inPlace = source.reads.filter(({ buffer }) => [to.params.W.buffer, to.params.E.buffer].includes(buffer));
  assert.equal(inPlace.length, 9);
  assert.equal(source.reads.length, 2 + 1 + 9);
});

test('what does not fit is refused with the words of load, before an array is read', async () => {
  const [from, opt] = [await trained(), await make()];
  const [good, before] = [await from.save(), everything(opt)];
  const other = await (await adamw().init({ W: tensor([3, 51]), b: tensor([2]) })).save();
  const bad = fc.oneof(
    fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
    fc.constant(other),
    fc.constant(Uint8Array.of(...good, 0)),
  );
  await fc.assert(
    fc.asyncProperty(bad, async (bytes) => {
      const source = sourceOf(bytes);
      const words = await opt.load(bytes).catch((error: unknown) => error);
      await assert.rejects(opt.loadFrom(source), (error) => error instanceof CheckpointError && error.message === (words as Error).message);
      assert.ok(source.reads.length <= 2);
    }),
  );
  assert.equal(everything(opt), before);
});

test('after a read that failed, only a load helps', async () => {
  const [from, opt] = [await trained(), await make()];
  const good = await from.save();
  const source = sourceOf(good);
  const failing: CheckpointSource = {
    size: source.size,
    read: (at, into) => (source.reads.length < 5 ? source.read(at, into) : Promise.reject(new Error('no such disk'))),
  };
  await assert.rejects(opt.loadFrom(failing), /no such disk/);
  assert.throws(() => opt.step(), (error) => error instanceof CheckpointError && error.message.includes('incomplete; load again')); // prettier-ignore
  await assert.rejects(opt.save(), CheckpointError);
  await opt.load(good);
  assert.equal(everything(opt), everything(from));
  assert.equal(opt.step(), 'stepped');
});

test('a file of an optimizer whose memory threads share is written and read in place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thalweg-'));
  const path = join(folder, 'model.safetensors');
  const [from, to] = [await trained(3), await make(3)];
  await saveFile(from, path);
  assert.deepEqual(new Uint8Array(await readFile(path)), await from.save());
  await loadFile(to, path);
  assert.equal(everything(to), everything(from));
  for (const length of [7, 100, 2000]) {
    await truncate(path, length);
    await assert.rejects(loadFile(to, path), CheckpointError);
    assert.equal(everything(to), everything(from));
    await saveFile(from, path);
  }
  await assert.rejects(loadFile(to, join(folder, 'none')), { code: 'ENOENT' });
  await rm(folder, { recursive: true });
});
