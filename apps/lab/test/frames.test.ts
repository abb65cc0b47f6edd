/** A frame is counted once, after any number of rounds of a benchmark. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countFrames, framesOf } from './support/frames.ts';
import { openSite, skip } from './support/site.ts';

test('a frame is counted once, however often counting is begun', { skip }, async () => {
  const site = await openSite();
  try {
    const { page } = await site.open('');
    // Frames that come when they are told to, so that their number is known.
    await page.evaluate('globalThis.waiting = []; globalThis.requestAnimationFrame = (call) => globalThis.waiting.push(call)');
    for (let round = 0; round < 3; round++) await countFrames(page);
    const before = await framesOf(page);
    for (let frame = 0; frame < 5; frame++) await page.evaluate('globalThis.waiting.splice(0).forEach((call) => call(0))');
    assert.equal((await framesOf(page)) - before, 5);
  } finally {
    await site.close();
  }
});
