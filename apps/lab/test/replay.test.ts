/** The replay, driven as a person would: what it shows at each step is what the comparer computes in Node, and no file breaks it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { column, longest, readComparison, standings, type Comparison, type ProblemResult } from '@thalweg/compare/replay';
import type { Page } from 'playwright-core';
import { resultsText } from '../../../packages/compare/src/thin.ts';
import { reportFixture } from '../../../packages/compare/test/report-fixture.ts';
import { dense, withSeeds } from '../../../packages/compare/test/support/many.ts';
import { fits, openSite, shots, skip, until, views, violations, type Site } from './support/site.ts';

const example = readComparison(readFileSync(join(import.meta.dirname, '../public/example.json'), 'utf8'));

/** Labels, medians and places of a problem at a step, as the page should write them. */
function expected(problem: ProblemResult, step: number): string[] {
  const all = standings(problem);
  const format = column(all.flatMap(({ places }) => places.map(({ middle }) => middle)));
  const { places } = all.findLast((one) => one.step <= step)!;
  return places
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ id, rank, middle, diverged }) => {
      const one = problem.optimizers.find((each) => each.id === id)!;
      return `${String(rank)} ${one.label} ${middle === null ? 'diverged' : format(middle)}${diverged > 0 ? ` ${String(diverged)}` : ''}`;
    });
}

async function shown(page: Page): Promise<string[]> {
  return page.locator('.standing li').evaluateAll((rows) =>
    rows.map((row) => {
      const [rank, label, value, lost] = ['.rank', '.label', '.value', 'b'].map((selector) =>
        row.querySelector(selector)?.textContent.trim(),
      );
      return `${rank ?? ''} ${label ?? ''} ${value ?? ''}${lost === undefined ? '' : ` ${lost.split(' ')[0] ?? ''}`}`;
    }),
  );
}

const stepOf = async (page: Page): Promise<number> => Number(await page.getByRole('slider', { name: 'Step' }).inputValue());

describe('replay', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-replay-'));
  let site: Site;
  let page: Page;
  let errors: string[];
  before(async () => {
    site = await openSite();
    ({ page, errors } = await site.open('replay'));
    await page.locator('.standing li').first().waitFor();
  });
  after(async () => {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a text as a file, as through the dialogue. */
  async function open(text: string | Buffer, name = 'results.json', on = page): Promise<void> {
    const path = join(folder, name);
    writeFileSync(path, text);
    await on.locator('input[type=file]').setInputFiles(path);
  }
  const openText = async (comparison: Comparison, name: string): Promise<void> => {
    await open(JSON.stringify(comparison), name);
    await page.locator('.facts b', { hasText: name }).waitFor();
  };

  test('the built-in example opens by itself, at its end', async () => {
    assert.match(await page.locator('.facts').first().innerText(), /^the built-in example · preset quick · 5 seeds/);
    assert.equal(await stepOf(page), 500);
    assert.deepEqual(await shown(page), expected(example.problems[0]!, 500));
    const ranked = await page
      .locator('.ranking tbody tr')
      .evaluateAll((rows) => rows.map((row) => `${row.children[0]!.textContent} ${row.children[1]!.textContent}`));
    assert.deepEqual(ranked, example.problems[0]!.optimizers.map(({ rank, label }) => `${String(rank)} ${label}`)); // prettier-ignore
  });

  test('time is scrubbed, stepped and pointed at; the places are those of the step', async () => {
    const [glosses] = example.problems;
    const slider = page.getByRole('slider', { name: 'Step' });
    await slider.press('Home');
    assert.deepEqual(await shown(page), expected(glosses!, 0));
    assert.match(await page.locator('svg.past').first().evaluate((svg) => getComputedStyle(svg).clipPath), /^inset\(-2px [4-9]\d\d/); // prettier-ignore
    await page.getByRole('button', { name: 'One step on' }).click();
    assert.equal(await stepOf(page), 5);
    assert.deepEqual(await shown(page), expected(glosses!, 5));
    await slider.fill('137');
    assert.deepEqual(await shown(page), expected(glosses!, 137));
    await page.getByRole('button', { name: 'One step back' }).click();
    assert.equal(await stepOf(page), 135);
    const plot = (await page.locator('[data-figure*="against steps"]').first().boundingBox())!;
    await page.mouse.click(plot.x + 46 + 0.5 * (plot.width - 58), plot.y + 100);
    assert.ok(Math.abs((await stepOf(page)) - 250) < 3, String(await stepOf(page)));
  });

  test('it plays, holds, and runs backwards, by keyboard too', async () => {
    await page.getByLabel('whole run in').selectOption('5');
    await page.getByRole('slider', { name: 'Step' }).press('Home');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await until(async () => (await stepOf(page)) > 60);
    await page.getByRole('button', { name: 'Pause' }).click();
    const held = await stepOf(page);
    await page.waitForTimeout(150);
    assert.equal(await stepOf(page), held);
    await page.getByRole('button', { name: 'Play backwards' }).click();
    await until(async () => (await stepOf(page)) < held - 20);
    await page.locator('#main').focus();
    await page.keyboard.press(' ');
    const now = await stepOf(page);
    await page.keyboard.press('.');
    assert.ok((await stepOf(page)) > now && (await stepOf(page)) % 5 === 0);
    await page.keyboard.press(',');
    assert.ok((await stepOf(page)) <= now);
  });

  test('18,000 runs as compare writes them: places, paths of the first seeds, and time moves', async () => {
    const fixture = reportFixture();
    const { text } = resultsText({ ...fixture, problems: fixture.problems.map((problem) => withSeeds(problem, 1000, dense)) });
    await open(text, 'many.json');
    await page.locator('.facts b', { hasText: 'many.json' }).waitFor();
    const { problems } = readComparison(text);
    const at = await stepOf(page);
    assert.deepEqual(await shown(page), expected(problems[0]!, at));
    const land = problems.find(({ landscape }) => landscape !== undefined)!;
    await page.getByRole('button', { name: land.id, exact: true }).click();
    await page.locator('.map').waitFor();
    const drawn = land.optimizers[0]!.trials.filter(({ path }) => path !== undefined).length;
    assert.equal(await page.locator('.settings select').first().locator('option').count(), drawn);
    assert.deepEqual(errors, []);
    await openText(example, 'example.json');
  });

  test('each seed has a line, and a highlighted optimizer stands out', async () => {
    await page.getByRole('slider', { name: 'Step' }).press('End');
    assert.equal(await page.locator('svg.whole .seed path').count(), 0);
    await page.getByLabel('each seed').check();
    await page.locator('svg.whole .seed path').first().waitFor({ state: 'attached' });
    for (const layer of ['whole', 'past']) assert.equal(await page.locator(`.main svg.${layer} .seed path`).count(), 6 * 5, layer);
    await page.getByRole('button', { name: 'AdaGrad', exact: true }).click();
    const opacities = (layer: string): Promise<string[]> =>
      page.locator(`.main svg.${layer} .line`).evaluateAll((lines) => lines.map((line) => getComputedStyle(line).opacity).sort());
    assert.deepEqual(await opacities('past'), ['0.1', '0.1', '0.1', '0.1', '0.1', '1']);
    assert.deepEqual(
      await opacities('whole'),
      Array.from({ length: 6 }, () => '0.15'),
    );
    assert.equal(await page.locator('.main svg.past .grid, .main svg.past .target').count(), 0);
    await page.screenshot({ path: `${shots}/replay-seeds.png`, fullPage: true });
    await page.getByRole('button', { name: 'AdaGrad', exact: true }).click();
    await page.getByRole('button', { name: 'training loss' }).click();
    await page.locator('[data-figure="training loss against steps"]').waitFor();
  });

  test('a landscape is a map with paths; learning rates at which runs diverged are crosses', async () => {
    await page.getByRole('button', { name: 'rosenbrock' }).click();
    // What draws a problem is fetched when the first is chosen.
    await page.locator('.map canvas').first().waitFor();
    await page.locator('.standing li').first().waitFor();
    const [, rosenbrock] = example.problems;
    assert.deepEqual(await shown(page), expected(rosenbrock!, 500));
    const painted = `(() => { const canvas = document.querySelectorAll('.map canvas')[1];
      return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((value, i) => i % 4 === 3 && value > 0).length; })()`;
    const whole = Number(await page.evaluate(painted));
    await page.getByRole('slider', { name: 'Step' }).fill('10');
    const part = Number(await page.evaluate(painted));
    assert.ok(part > 100 && part < 0.8 * whole, `${String(part)} of ${String(whole)} points`);
    const lost = rosenbrock!.optimizers.flatMap(({ sweep }) => sweep.filter(({ diverged }) => diverged > 0)).length;
    assert.ok(lost > 0);
    assert.equal(await page.locator('.rates .cross path').count(), lost);
    await page.getByText('Update rules and configuration').click();
    await page.locator('details .katex-display').first().waitFor();
    assert.equal(await page.locator('details .katex-display').count(), rosenbrock!.optimizers.length);
  });

  test('a file that is dropped is opened; diverged runs are counted where they diverged', async () => {
    const fixture = reportFixture({ preset: 'standard' });
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'dropped.json', { type: 'application/json' }));
      return transfer;
    }, JSON.stringify(fixture));
    await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
    await page.locator('.drop').waitFor();
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
    await page.locator('.facts b', { hasText: 'dropped.json' }).waitFor();
    assert.equal(await page.locator('.drop').count(), 0);
    for (const step of [140, 160]) {
      await page.getByRole('slider', { name: 'Step' }).fill(String(step));
      assert.deepEqual(await shown(page), expected(fixture.problems[0]!, step));
    }
    assert.ok((await shown(page)).some((row) => row.endsWith(' 1')));
    assert.equal(await page.locator('svg.whole .cross path').count(), 1);
  });

  test('a file that is none is refused with a reason, and what was open stays', async () => {
    const text = JSON.stringify(reportFixture());
    const cases: readonly (readonly [string, string | Buffer, RegExp])[] = [
      ['version.json', text.replace('"version":2', '"version":7'), /version\.json was not opened\. version must be 2, not 7/],
      ['recipe.json', '{"format":"recipe"}', /format must be "thalweg-comparison", not "recipe"/],
      ['cut.json', text.slice(0, 9000), /cut off: it ends in the middle, at line 1, column 9001/],
      ['nan.json', text.replace(/"finalLoss":[\d.]+/, '"finalLoss":NaN'), /NaN at line 1, column \d+ is not JSON/],
      ['wrong.json', text.replace(/"diverged":false/, '"diverged":"no"'), /problems\[0\]\.optimizers\[0\]\.trials\[0\]\.diverged must be boolean, not "no"/],
      ['many.json', text.replace(/"minima":\[\[0,0\]\]/, `"minima":[${'[0,0],'.repeat(2e5)}[0,0]]`), /landscape\.minima has 200001 items, more than the 100/],
      ['deep.json', '['.repeat(3e6), /cut off|not JSON|could not be read/],
      ['page.html', '<!doctype html><p>', /This is a web page\. Open results\.json/],
      ['picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 254]), /picture\.png was not opened\. The file/],
      ['huge.json', Buffer.alloc(longest + 1, 32), /The file has 64 MB; 64 MB can be opened/],
    ]; // prettier-ignore
    for (const [name, content, message] of cases) {
      await open(content, name);
      await page.getByRole('alert').filter({ hasText: name }).waitFor();
      assert.match(await page.getByRole('alert').innerText(), message);
      assert.equal(await page.locator('.facts b').innerText(), 'dropped.json', name);
      await page.getByRole('button', { name: 'One step on' }).click();
    }
    await page.screenshot({ path: `${shots}/replay-refused.png` });
    await page.getByRole('button', { name: 'Built-in example' }).click();
    await page.locator('.facts b', { hasText: 'the built-in example' }).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
  });

  test('text of a file stays text, and numbers at the edges are drawn', async () => {
    const suffix = '<img src=x onerror="document.title=1">\\href{javascript:1}{x}';
    await openText(reportFixture({ suffix, more: ['__proto__', 'constructor', suffix] }), 'text.json');
    assert.equal(await page.locator('main img, main a[href^="javascript"]').count(), 0);
    assert.ok((await shown(page)).every((row) => row.includes('<img') || /__proto__|constructor/.test(row)));
    await openText(reportFixture({ dead: true, seeds: 1, tuningSeeds: 1 }), 'dead.json');
    assert.ok((await shown(page)).every((row) => row.endsWith(' diverged 1')));
    const wild = JSON.parse(JSON.stringify(reportFixture({ seeds: 1 }))) as { problems: [Wild, Wild, Wild] };
    const [first, second, third] = wild.problems;
    for (const one of first.optimizers) for (const trial of one.trials) trial.validation = { steps: [], values: [] };
    for (const one of second.optimizers)
      for (const trial of one.trials)
        trial.validation.values = trial.validation.values.map((_, i) => (i % 3 === 0 ? null : (-1) ** i * 1e100));
    third.landscape!.values = third.landscape!.values.map(() => null);
    for (const one of third.optimizers) {
      one.latex = `${'{'.repeat(3900)}${'}'.repeat(3900)}`;
      for (const trial of one.trials) trial.path = [[null, null], [1e100, -1e100]]; // prettier-ignore
    }
    await openText(wild as unknown as Comparison, 'wild.json');
    for (const name of ['digits', 'bowl', 'words']) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('slider', { name: 'Step' }).press('ArrowLeft');
      if (name === 'bowl') await page.getByText('Update rules and configuration').click();
      assert.equal(await page.getByRole('alert').count(), 0, name);
    }
    assert.deepEqual(errors, []);
  });

  test('nothing is wider than the page and axe finds nothing, on a desktop and a phone, by day and by night', async () => {
    for (const [name, view, problem] of [
      ['wide', views.desktop, 'glosses'],
      ['wide-night', { ...views.desktop, dark: true }, 'rosenbrock'],
      ['phone', views.phone, 'rosenbrock'],
    ] as const) {
      const { page: one, errors: found } = await site.open('replay', view);
      await one.getByRole('button', { name: problem }).click();
      await one.getByRole('slider', { name: 'Step' }).fill('180');
      await one.waitForTimeout(350);
      assert.equal(await fits(one), true, name);
      assert.deepEqual(await violations(one), [], name);
      assert.deepEqual(found, []);
      await one.screenshot({ path: `${shots}/replay-${name}.png`, fullPage: true });
      await one.close();
    }
  });
});

interface Wild {
  optimizers: { latex: string; trials: { validation: { steps: number[]; values: (number | null)[] }; path?: unknown }[] }[];
  landscape?: { values: (number | null)[] };
}
