/** Files that were written by the first version of the format (`fixtures/`, at commit 7ff0169): whatever is added to files since, these are read. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadFile } from 'thalweg/node';
import { coded, everything, table, tableRows, train } from './support/first-files.ts';

const fileOf = (name: string): string => join(import.meta.dirname, 'fixtures', `${name}.safetensors`);

/** What a file says, read by nothing of ours: the texts, and the bytes of each array. */
function contents(file: Uint8Array): { readonly texts: Record<string, string>; readonly arrays: Record<string, string> } {
  const start = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, start))) as Record<string, { data_offsets: [number, number] }>;
  const texts = header['__metadata__'] as unknown as Record<string, string>;
  Reflect.deleteProperty(header, '__metadata__');
  const bytesOf = ([from, to]: [number, number]): string => Buffer.from(file.subarray(start + from, start + to)).toString('hex');
  return { texts, arrays: Object.fromEntries(Object.entries(header).map(([name, { data_offsets }]) => [name, bytesOf(data_offsets)])) };
}

/** The texts that a file of the first version has, but for its checksum. */
const first = ['thalweg', 'optimizer', 'equations', 'maximize', 't', 'hyper', 'born', 'frozen', 'pending', 'lossScale'];
const only = (texts: Record<string, string>): Record<string, string | undefined> =>
  Object.fromEntries(first.map((key) => [key, texts[key]]));

describe('a file of the first version', () => {
  for (const [name, make] of [
    ['everything', everything],
    ['bfloat16', () => coded('bfloat16')],
    ['float8', () => coded('float8')],
    ['table', table],
  ] as const) {
    for (const [way, load] of [
      ['load', async (opt: Awaited<ReturnType<typeof make>>, file: Uint8Array) => opt.load(file)],
      ['loadFile', async (opt: Awaited<ReturnType<typeof make>>) => loadFile(opt, fileOf(name))],
    ] as const) {
      test(`${name}: is read bit for bit by ${way}`, async () => {
        const file = await readFile(fileOf(name));
        const opt = await make();
        await load(opt, file);
        const [before, after] = [contents(file), contents(await opt.save())];
        assert.deepEqual(after.arrays, before.arrays);
        assert.deepEqual(only(after.texts), only(before.texts));
      });
    }
  }

  test('training goes on from it as from what was never saved', async () => {
    const [opt, never] = [await everything(), await everything()];
    await opt.load(await readFile(fileOf('everything')));
    never.hyper.beta = 0.75;
    train(never, 0, 20);
    train(opt, 7, 20);
    assert.deepEqual(contents(await opt.save()).arrays, contents(await never.save()).arrays);
    const [rowsLoaded, rowsNever] = [await table(), await table()];
    await rowsLoaded.load(await readFile(fileOf('table')));
    for (let i = 0; i < 6; i++) rowsNever.step(tableRows(i));
    for (let i = 3; i < 6; i++) rowsLoaded.step(tableRows(i));
    assert.deepEqual(contents(await rowsLoaded.save()).arrays, contents(await rowsNever.save()).arrays);
  });
});
