/** The stage of the lab and the cover: what moves by itself, what fits on one screen, what is tuned, undone, zoomed to and looked at. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { figure, surfaces, valley } from '@thalweg/guide';
import type { Page } from 'playwright-core';
import { stories } from '../src/lab/stories.ts';
import { entrant } from '../src/race/entrant.ts';
import { tunedRate } from '../src/race/tune.ts';
import { countFrames, framesOf } from './support/frames.ts';
import { drawFigures, openSite, skip, until, violations, type Site } from './support/site.ts';

const screens = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;

describe('the stage', { skip }, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  const at = async (page: Page): Promise<number> => Number(await page.getByRole('slider', { name: 'Step', exact: true }).inputValue());
  const inView = async (page: Page, name: string, size: { readonly width: number; readonly height: number }): Promise<void> => {
    const box = await page.locator(name).first().boundingBox();
    assert.ok(box !== null && box.width > 0 && box.height > 0, `${name} is shown`);
    assert.ok(
      box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width + 1 && box.y + box.height <= size.height + 1,
      `${name}: ${JSON.stringify(box)}`,
    );
  };

  test('a race begins at step 0 and plays when it comes into view; where no motion is wanted it stands at its end', async () => {
    for (const path of ['', 'lab', 'guide/sgd']) {
      const { page, errors } = await site.open(path, { ...screens[0], moving: true });
      const slider = page.getByRole('slider', { name: 'Step', exact: true }).first();
      await slider.scrollIntoViewIfNeeded();
      const value = async (): Promise<number> => Number(await slider.inputValue());
      await until(async () => (await value()) > 0);
      const early = await value();
      assert.ok(early < Number(await slider.getAttribute('max')), `${path}: ${String(early)}`);
      await until(async () => (await value()) > early);
      assert.deepEqual(errors, []);
      await page.close();
      const still = await site.open(path, screens[0]);
      const standing = still.page.getByRole('slider', { name: 'Step', exact: true }).first();
      await standing.scrollIntoViewIfNeeded();
      assert.equal(await standing.inputValue(), await standing.getAttribute('max'), path);
      await still.page.close();
    }
  });

  for (const size of screens) {
    test(`all there is can be reached above the fold of ${String(size.width)} × ${String(size.height)}`, async () => {
      const { page } = await site.open('', size);
      for (const to of ['guide/problem', 'lab', 'train', 'rules', 'replay']) await inView(page, `main a[href="#/${to}"]`, size);
      const map = (await page.getByRole('application').boundingBox())!;
      assert.ok(map.y + 0.6 * map.height < size.height, 'most of the map is in view');
      await page.close();
    });

    test(`stage and controls are on one screen of ${String(size.width)} × ${String(size.height)}, and the map stays whichever tool is open`, async () => {
      const { page, errors } = await site.open('lab', size);
      await page.locator('output[data-key=adamw]').filter({ hasText: /\d/ }).waitFor();
      const box = async (): Promise<string> => JSON.stringify(await page.getByRole('application').boundingBox());
      const before = await box();
      for (const name of ['Race', 'Stories', 'Plots', 'Step by step', 'Schedules', 'Keep and share']) {
        await page.getByRole('tab', { name }).click();
        for (const one of ['.map', '.transport', '.keys', '.tabs', '.panel']) {
          const place = (await page.locator(one).first().boundingBox())!;
          assert.ok(place.y >= 0 && place.y < size.height - 20, `${name}: ${one}`);
        }
        assert.equal(await box(), before, name);
      }
      const map = (await page.getByRole('application').boundingBox())!;
      assert.ok(map.width * map.height > 0.22 * size.width * size.height, 'the map is large');
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      assert.deepEqual(errors, []);
      await page.close();
    });
  }

  test('every optimizer is tuned for a new landscape, what is added starts tuned, and the search can be switched off', async () => {
    const { page, errors } = await site.open('lab');
    const rate = async (key: string): Promise<number> =>
      Number(await page.locator(`[data-entrant="${key}"]`).getByRole('slider', { name: /rate/ }).getAttribute('aria-valuetext'));
    const { objective, start } = surfaces.find(({ id }) => id === 'himmelblau')!;
    const best = async (id: string): Promise<number | undefined> =>
      tunedRate(entrant(id, id === 'adamw' ? { weightDecay: 0.01 } : {}), objective, { start, steps: 600, noise: 0, seed: 1 });
    // The bar of the search may be gone before a test looks: the page itself notes that it was there.
    await page.evaluate(
      `new MutationObserver(() => { globalThis.sawBar ||= document.querySelector('progress[aria-label="Rates found"]') !== null; }).observe(document.body, { childList: true, subtree: true })`,
    );
    const sawBar = (): Promise<boolean> => page.evaluate<boolean>(`[globalThis.sawBar === true, (globalThis.sawBar = false)][0]`);
    const isTuned = async (id: string): Promise<void> => {
      const wanted = figure((await best(id))!);
      await until(async () => figure(await rate(id)) === wanted, 30_000);
    };
    await page.getByLabel('Landscape').selectOption('himmelblau');
    for (const id of ['sgd', 'sgd-momentum', 'adagrad', 'rmsprop', 'adam', 'adamw']) await isTuned(id);
    assert.ok(await sawBar());
    await page.getByLabel('Another').selectOption('nesterov');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await isTuned('nesterov');
    assert.ok(await sawBar());
    await page.getByLabel('on every change').uncheck();
    const kept = await rate('adam');
    await page.getByLabel('Landscape').selectOption('saddle');
    await page.locator('aside .katex').first().waitFor();
    await page.waitForTimeout(600);
    assert.equal(await rate('adam'), kept);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('while a race plays nothing is laid out frame by frame, and nothing shifts', async () => {
    const { page } = await site.open('lab', { width: 1280, height: 900 });
    await page.locator('output[data-key=adamw]').filter({ hasText: /\d/ }).waitFor();
    await page.getByRole('tab', { name: 'Plots' }).click();
    await drawFigures(page);
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    await countFrames(page);
    const layouts = async (): Promise<number> =>
      (await client.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'LayoutCount')?.value ?? NaN;
    await page.getByRole('slider', { name: 'Step', exact: true }).press('Home');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.waitForTimeout(300);
    const before = [await layouts(), await framesOf(page)] as const;
    await until(async () => (await framesOf(page)) > before[1] + 60, 20_000);
    const after = [await layouts(), await framesOf(page)] as const;
    const share = (after[0] - before[0]) / (after[1] - before[1]);
    assert.ok(share < 0.5, `${share.toFixed(2)} layouts a frame`);
    await page.close();
    for (const path of ['', 'lab', 'rules', 'train']) {
      const opened = await site.open(path, { width: 1280, height: 900, moving: true });
      await opened.page.waitForTimeout(1500);
      const shift = Number(
        await opened.page.evaluate(`new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => list.getEntries().forEach((entry) => (sum += entry.hadRecentInput ? 0 : entry.value))).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => resolve(sum), 300);
        })`),
      );
      assert.ok(shift < 0.02, `${path}: ${String(shift)}`);
      await opened.page.close();
    }
  });

  test('changes are undone one by one, and all of them by a reset', async () => {
    const { page } = await site.open('lab');
    await page.getByLabel('on every change').uncheck();
    const x = page.getByLabel('start, x');
    const undo = page.getByRole('button', { name: 'Undo' });
    await page.waitForTimeout(500);
    assert.ok(await undo.isDisabled());
    await x.fill('0.5');
    await x.blur();
    await page.waitForTimeout(500);
    await page.getByRole('button', { name: 'Remove Adam', exact: true }).click();
    await page.waitForTimeout(500);
    await undo.click();
    await page.locator('[data-entrant=adam]').waitFor();
    assert.equal(await x.inputValue(), '0.5');
    await undo.click();
    await until(async () => (await x.inputValue()) === '-1.2');
    assert.ok(await undo.isDisabled());
    await page.getByLabel('Landscape').selectOption('beale');
    await page.waitForTimeout(500);
    await page.getByRole('button', { name: 'Reset' }).click();
    await until(async () => (await page.getByLabel('Landscape').inputValue()) === 'rosenbrock');
    await page.close();
  });

  test('the map zooms by wheel, keys and buttons, moves by shift and drag, and says what lies under the pointer', async () => {
    const { page } = await site.open('lab?story=valley');
    const map = page.getByRole('application');
    await page.locator('output[data-key=sgd]').filter({ hasText: /\d/ }).waitFor();
    const view = async (): Promise<number[]> => (await map.getAttribute('data-view'))!.split(' ').map(Number);
    assert.deepEqual(await view(), [-5, 2.5, -2, 2]);
    const box = (await map.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const { objective } = valley(100);
    const value = objective(Float64Array.of(-1.25, 0), new Float64Array(2));
    const said = /\((−?[\d.]+), (−?[\d.e−]+)\): f = ([\d.]+)/.exec(await map.locator('.say').innerText())!;
    assert.ok(Math.abs(Number(said[1]!.replace('−', '-')) + 1.25) < 0.02 && Math.abs(Number(said[3]) - value) < 0.05, said[0]);
    await page.mouse.wheel(0, -385);
    await until(async () => Math.abs((await view())[0]! + 3.125) < 0.05);
    const [low, high] = await view();
    assert.ok(Math.abs((low! + high!) / 2 + 1.25) < 0.02, 'what lies under the pointer stays');
    await page.keyboard.down('Shift');
    await page.mouse.down();
    await page.mouse.move(box.x + 0.25 * box.width, box.y + box.height / 2, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    assert.ok(Math.abs((await view())[0]! - low! - 0.25 * (high! - low!)) < 0.02, 'the ground moves with the pointer');
    assert.equal(await page.getByLabel('start, x').inputValue(), '-4', 'the start stays');
    await map.focus();
    await map.press('0');
    assert.deepEqual(await view(), [-5, 2.5, -2, 2]);
    await map.press('+');
    assert.ok(Math.abs((await view())[1]! - (await view())[0]! - 3.75) < 1e-9);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('button', { name: 'Zoom out' }).click();
    assert.ok(Math.abs((await view())[1]! - (await view())[0]! - 15) < 1e-9);
    await page.close();
  });

  test('names stand at the heads, apart from each other, and one that is touched fades the others', async () => {
    const { page } = await site.open('lab');
    await page.locator('output[data-key=adamw]').filter({ hasText: /\d/ }).waitFor();
    await page.waitForTimeout(200);
    const boxes = await Promise.all((await page.locator('.map .name').all()).map((one) => one.boundingBox()));
    assert.equal(boxes.length, 6);
    boxes.forEach((a, i) =>
      boxes.slice(i + 1).forEach((b) => {
        const apart = a!.x + a!.width <= b!.x + 1 || b!.x + b!.width <= a!.x + 1 || Math.abs(a!.y - b!.y) >= 11;
        assert.ok(apart, JSON.stringify([a, b]));
      }),
    );
    await page.locator('.keys button', { hasText: 'RMSProp' }).click();
    assert.equal(await page.locator('.map .faint').count(), 5);
    await page.locator('.keys button', { hasText: 'RMSProp' }).click();
    assert.equal(await page.locator('.map .faint').count(), 0);
    await page.close();
  });

  test('eight stories are links; each is raced, and axe finds nothing', async () => {
    const { page, errors } = await site.open('lab');
    await page.getByRole('tab', { name: 'Stories' }).click();
    assert.equal(await page.locator('.tools a[href^="#/lab?story="]').count(), 8);
    for (const { id, title, state } of stories) {
      await page.getByRole('link', { name: title, exact: true }).click();
      await page.locator(`.map[data-view^="${String(await surfaceX(state.surface))}"]`).waitFor();
      await until(async () => (await page.locator('.keys li').count()) === state.entrants.length);
      assert.equal(await page.getByRole('alert').count(), 0, id);
    }
    assert.equal(await at(page), stories.at(-1)!.state.steps);
    assert.deepEqual(await violations(page), []);
    await page.evaluate("location.hash = '#/lab?story=__proto__'");
    await page.getByRole('alert').filter({ hasText: 'there is no story' }).waitFor();
    assert.deepEqual(errors, []);
    await page.close();
  });
});

async function surfaceX(spec: (typeof stories)[number]['state']['surface']): Promise<number> {
  const { surfaceOf } = await import('../src/lab/spec.ts');
  return (await surfaceOf(spec)).x[0];
}
