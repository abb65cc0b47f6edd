/** Counts the frames of a page by one loop of its own, however often it is asked for: two would count every frame twice. */
import type { Page } from 'playwright-core';

/** Begins to count, unless the page does. */
export async function countFrames(page: Page): Promise<void> {
  await page.evaluate(`globalThis.thalwegFrames ??= (() => {
    const counted = { count: 0 };
    requestAnimationFrame(function next() { counted.count += 1; requestAnimationFrame(next); });
    return counted;
  })()`);
}

/** How many frames there have been since it began to count. */
export async function framesOf(page: Page): Promise<number> {
  return Number(await page.evaluate('globalThis.thalwegFrames.count'));
}
