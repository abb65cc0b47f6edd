/** The checksum of files against zlib's, also where bytes are taken in more than one piece. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as zlib } from 'node:zlib';
import { crc32 } from '../src/checkpoint/crc32.ts';

test('the checksum is zlib’s, whatever the length, and goes on from that of the bytes before', () => {
  const bytes = new Uint8Array(2 ** 28 + 7);
  for (let i = 0; i < bytes.length; i += 4099) bytes[i] = i;
  bytes.fill(201, bytes.length - 9);
  for (const length of [0, 1, 3, 4, 5, 4099, bytes.length]) {
    assert.equal(crc32(bytes.subarray(0, length)), zlib(bytes.subarray(0, length)), String(length));
  }
  assert.equal(crc32(bytes.subarray(5), crc32(bytes.subarray(0, 5))), zlib(bytes));
});
