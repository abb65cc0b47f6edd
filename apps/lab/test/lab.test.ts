/** The lab in a real browser, driven as a person would, its numbers held against the library run in Node. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { defaults, figure, findEntry, limitAt, surfaces, trace, valley, type Surface } from '@thalweg/guide';
import type { Page } from 'playwright-core';
import { contentSecurityPolicy, headers } from '../policy.ts';
import { firstEntrants } from '../src/lab/first.ts';
import { surfaceOfFormula } from '../src/lab/formula.ts';
import { checkOwn } from '../src/lab/own.ts';
import { methodOf, type Entrant } from '../src/race/entrant.ts';
import { steady, type Pace } from '../src/race/pace.ts';
import { drawFigures, fits, openSite, shots, skip, until, views, violations, type Site } from './support/site.ts';

const rosenbrock = surfaces.find(({ id }) => id === 'rosenbrock')!;

function entrant(id: string, values: Readonly<Record<string, number>> = {}, pace: Pace = steady): Entrant {
  const entry = findEntry(id);
  return { key: id, id, label: entry.label, values: { ...defaults(entry), ...values }, pace, shown: true };
}

/** One of those that the lab opens with. */
function first(id: string): Entrant {
  return firstEntrants.find((one) => one.id === id)!;
}

/** The loss at the end of a race in Node, as the legend of the page writes it. */
async function ends(one: Entrant, surface: Surface, start: readonly [number, number], steps: number): Promise<string> {
  const run = await trace(methodOf(one, steps), surface.objective, start, { steps, anatomy: true });
  return run.diverged ? `diverged at step ${String(run.rows - 1)}` : figure(run.loss[run.rows - 1]!);
}

describe('the lab', { skip }, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
    await site.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  after(() => site.close());

  async function open(hash = 'lab', view: Parameters<Site['open']>[1] = views.desktop): Promise<{ page: Page; errors: string[] }> {
    const opened = await site.open(hash, view);
    await opened.page.locator('[data-key]').first().filter({ hasText: /\d/ }).waitFor();
    return opened;
  }
  /** Waits until the legend says this of the optimizer. */
  const says = async (page: Page, key: string, text: string): Promise<void> => {
    await page
      .locator(`output[data-key="${key}"]`)
      .filter({ hasText: new RegExp(`^${text.replaceAll(/[.^$*+?()[\]{}|\\]/g, '\\$&')}$`) })
      .waitFor();
  };
  /** Lets rates stay where they are when the landscape changes. */
  const keepRates = (page: Page): Promise<void> => page.getByLabel('on every change').uncheck();
  const tab = (page: Page, name: string): Promise<void> => page.getByRole('tab', { name }).click();
  const slider = (page: Page, key: string, name: string | RegExp) => page.locator(`[data-entrant="${key}"]`).getByRole('slider', { name });

  test('six optimizers race, and where they end is where they end in Node', async () => {
    const { page, errors } = await open();
    for (const one of firstEntrants) await says(page, one.id, await ends(one, rosenbrock, [-1.2, 1], 600));
    const rmsprop = first('rmsprop');
    const run = await trace(methodOf(rmsprop, 600), rosenbrock.objective, [-1.2, 1], { steps: 600, anatomy: true });
    const limit = limitAt(findEntry('rmsprop'), rmsprop.values, rosenbrock, run, 600);
    // It is tuned, and arrives: that it overshoots at the end is told, but nothing is wrong.
    const told = page.locator('[data-entrant=rmsprop] .slider').first();
    await told.getByText(`overshoots past ${figure(limit)}`).waitFor();
    assert.equal(await page.locator('.slider.wrong').count(), 0);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(errors, []);
    await page.screenshot({ path: join(shots, 'lab.png'), fullPage: true });
    await page.close();
  });

  test('time plays, pauses, steps, is scrubbed and runs backwards, by keyboard too', async () => {
    const { page } = await open();
    const time = page.getByRole('slider', { name: 'Step', exact: true });
    const at = async (): Promise<number> => Number(await time.inputValue());
    await time.press('Home');
    assert.equal(await at(), 0);
    await page.getByRole('button', { name: 'One step on' }).click();
    await page.keyboard.press('Tab');
    assert.equal(await at(), 1);
    await page.locator('main').press('.');
    assert.equal(await at(), 2);
    await page.locator('main').press(',');
    assert.equal(await at(), 1);
    await page.locator('main').press(' ');
    await until(async () => (await at()) > 8);
    await page.getByRole('button', { name: 'Pause' }).click();
    const held = await at();
    await page.waitForTimeout(150);
    assert.equal(await at(), held);
    await page.getByRole('button', { name: 'Play backwards' }).click();
    await until(async () => (await at()) < held - 3);
    await page.close();
  });

  test('the start is clicked, dragged, moved by arrow keys and typed', async () => {
    const { page } = await open();
    const map = page.getByRole('application');
    const box = (await map.boundingBox())!;
    const x = page.getByLabel('start, x');
    const y = page.getByLabel('start, y');
    await page.mouse.click(box.x + 1 + (box.width - 2) / 2, box.y + 1 + (box.height - 2) / 4);
    assert.ok(Math.abs(Number(await x.inputValue())) < 0.02 && Math.abs(Number(await y.inputValue()) - 2) < 0.02);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    assert.ok(Math.abs(Number(await x.inputValue()) + 1) < 0.03);
    await x.fill('0.5');
    await y.fill('-0.5');
    await y.blur();
    await map.focus();
    await map.press('ArrowRight');
    assert.equal(await x.inputValue(), '0.52');
    await says(page, 'adam', await ends(first('adam'), rosenbrock, [0.52, -0.5], 600));
    await page.close();
  });

  test('rates have their limits, divergence is shown, and one optimizer races in two configurations', async () => {
    const { page } = await open();
    await keepRates(page);
    await page.getByLabel('Landscape').selectOption('valley');
    for (const [id, limit] of [
      ['sgd', 2 / 50],
      ['sgd-momentum', (2 * 1.9) / 50],
    ] as const) {
      await page
        .locator(`[data-entrant="${id}"]`)
        .getByText(new RegExp(`(stable to|past) ${String(Number(limit.toPrecision(3)))}$`))
        .waitFor();
    }
    await page.getByRole('slider', { name: /condition/ }).press('End');
    await page.getByRole('slider', { name: /rotation/ }).press('End');
    await page
      .locator('[data-entrant=sgd]')
      .getByText(/(stable to|past) 0\.002$/)
      .waitFor();
    await slider(page, 'sgd', /rate/).press('End');
    await page
      .locator('[data-entrant=sgd]')
      .getByText(/^diverged at step \d+$/)
      .waitFor();
    await page
      .locator('[data-entrant=sgd] .slider.wrong')
      .getByText(/^past /)
      .waitFor();
    await page.getByLabel('Another').selectOption('adam');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('[data-entrant="adam-2"]').waitFor();
    await page.getByRole('progressbar', { name: 'Rates found' }).waitFor({ state: 'detached' });
    const lr = Number(await slider(page, 'adam-2', /rate/).getAttribute('aria-valuetext'));
    await slider(page, 'adam-2', 'β₁').press('Home');
    const surface = valley(1000, Math.PI);
    const start = [Number(await page.getByLabel('start, x').inputValue()), Number(await page.getByLabel('start, y').inputValue())] as const;
    await says(page, 'adam-2', await ends(entrant('adam', { beta1: 0, lr }), surface, start, 600));
    await says(page, 'adam', await ends(first('adam'), surface, start, 600));
    await page.getByRole('button', { name: 'Remove Adam 2' }).click();
    await page.locator('[data-entrant="adam-2"]').waitFor({ state: 'detached' });
    await page.close();
  });

  test('a typed function is drawn and raced; a bad one is refused in words and changes nothing', async () => {
    const { page, errors } = await open();
    await keepRates(page);
    await page.getByLabel('Landscape').selectOption('formula');
    const field = page.getByLabel('f(x, y) =');
    const draw = page.getByRole('button', { name: 'Draw' });
    await field.fill('x^4 - 2*x^2 + cos(3*y) + y^2');
    await draw.click();
    await page.locator('aside .katex').filter({ hasText: 'cos' }).first().waitFor();
    const surface = surfaceOfFormula('x^4 - 2*x^2 + cos(3*y) + y^2', 3);
    const start = [Number(await page.getByLabel('start, x').inputValue()), Number(await page.getByLabel('start, y').inputValue())] as const;
    const before = await ends(first('adam'), surface, start, 600);
    await says(page, 'adam', before);
    for (const [text, message] of [
      ['x +', /cannot be read/],
      ['z^2', /z is not known/],
      ['import("fs")', /no number|not allowed|cannot be read/],
      ['x = 3', /not allowed/],
      ['f(t) = t', /not allowed/],
      ['[1,2,3]', /cannot be read/],
      ['cos.constructor("alert(1)")()', /no number|not allowed|cannot be read/],
      ['"a"', /cannot be read/],
      [`${'('.repeat(30)}x${')'.repeat(30)}`, /nested more than 20/],
      ['gamma(x)', /gamma is not allowed/],
      ['sqrt(-1 - x^2)', /no value anywhere on the map/],
    ] as const) {
      await field.fill(text);
      await draw.click();
      await page.locator('aside .error').filter({ hasText: message }).waitFor();
      await says(page, 'adam', before);
    }
    // Ground that is too high to have a height, and ground without a value.
    await field.fill('exp(exp(x·y))');
    await draw.click();
    await page.locator('[data-gaps=true]').waitFor();
    await field.fill('log(x) + y² − π');
    await draw.click();
    await page.locator('aside .katex').filter({ hasText: 'ln' }).first().waitFor();
    await page.getByLabel('start, x').fill('-1');
    await page.getByLabel('start, x').blur();
    await says(page, 'adam', 'no value at the start');
    await page.getByLabel('start, x').fill('1e9');
    await page.getByLabel('start, x').blur();
    await page.getByText('a number from -1000000 to 1000000').waitFor();
    await page.getByLabel('start, x').fill('-2');
    await page.getByLabel('start, x').blur();
    await page.getByText('a number from').waitFor({ state: 'detached' });
    await field.fill('x^2 + y^2');
    await page.getByLabel('x, y up to').fill('-1');
    await page.getByLabel('x, y up to').evaluate((input: HTMLInputElement) => (input.form!.noValidate = true));
    await draw.click();
    await page
      .locator('aside .error')
      .filter({ hasText: /may reach from/ })
      .waitFor();
    await page.getByLabel('x, y up to').fill('3');
    await field.fill('x*'.repeat(110) + 'y');
    await draw.click();
    // The derivative of a long product is long written out, and is computed all the same.
    await page.locator('aside .error').filter({ hasText: /./ }).waitFor({ state: 'detached' });
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('a step is taken apart: numbers and arrows are those of the run, the formula has them in it', async () => {
    const { page, errors } = await open();
    await tab(page, 'Step by step');
    await page.getByLabel('Optimizer', { exact: true }).selectOption('adamw');
    await page.getByRole('slider', { name: 'Step', exact: true }).fill('40');
    const one = first('adamw');
    const run = await trace(methodOf(one, 600), rosenbrock.objective, [-1.2, 1], { steps: 600, anatomy: true });
    const row = async (name: string): Promise<string[]> => (await page.locator(`[data-piece="${name}"] td`).allInnerTexts()).slice(0, 2);
    await page.getByText('After step 40').waitFor();
    const pair = (values: Float64Array): string[] => [figure(values[80]!, 4), figure(values[81]!, 4)];
    assert.deepEqual(await row('g'), pair(run.g));
    for (const name of ['m', 'v', 'm_hat', 'v_hat']) assert.deepEqual(await row(name), pair(run.names.get(name)!), name);
    assert.deepEqual(await row('decay'), [
      figure(-one.values['lr']! * 0.01 * run.w[78]!, 4),
      figure(-one.values['lr']! * 0.01 * run.w[79]!, 4),
    ]);
    assert.deepEqual(await row('update'), [figure(run.w[80]! - run.w[78]!, 4), figure(run.w[81]! - run.w[79]!, 4)]);
    for (const name of ['g', 'm', 'v', 'm_hat', 'v_hat', 'decay', 'update'])
      assert.equal(await page.locator(`[data-piece="${name}"] svg line`).count(), 1, name);
    const formulas = (await page.locator('.formulas annotation').allTextContents()).join('\n');
    assert.ok(formulas.includes(figure(run.names.get('v_hat')![81]!).replaceAll('−', '-')), formulas);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(errors, []);
    await page.screenshot({ path: join(shots, 'lab-steps.png'), fullPage: true });
    await page.close();
  });

  test('plots are drawn for every run, and their cursors follow the scrubber', async () => {
    const { page } = await open();
    await tab(page, 'Plots');
    await drawFigures(page);
    for (const label of ['Loss, above the lowest known', 'Effective rate', 'Sign changes of the update', 'Relative update']) {
      // The sixth line appears when the sixth run is there.
      await page
        .locator(`[data-figure="${label}"] svg g.line path, [data-figure="${label}"] svg path.line`)
        .nth(5)
        .waitFor({ state: 'attached' });
    }
    const cursor = page.locator('[data-figure="Relative update"] .cursor');
    const right = (await cursor.boundingBox())!.x;
    await page.getByRole('slider', { name: 'Step', exact: true }).press('Home');
    assert.ok((await cursor.boundingBox())!.x < right - 100);
    await page.close();
  });

  test('a rate is scheduled, by a shape and by an equation; a bad equation is refused', async () => {
    const { page, errors } = await open();
    await tab(page, 'Schedules');
    await page.getByLabel('Schedule', { exact: true }).selectOption('warm-up + cosine');
    await says(
      page,
      'adam',
      await ends(entrant('adam', first('adam').values, { ...steady, shape: 'warm-up + cosine' }), rosenbrock, [-1.2, 1], 600),
    );
    await page.getByLabel('Schedule', { exact: true }).selectOption('equation');
    const field = page.getByLabel('η at step t =');
    await field.fill('η·(1 − t/(T + 1))');
    await field.press('Enter');
    const expected = await ends(
      entrant('adam', first('adam').values, { ...steady, shape: 'equation', equation: 'η·(1 − t/(T + 1))' }),
      rosenbrock,
      [-1.2, 1],
      600,
    );
    await says(page, 'adam', expected);
    for (const [text, message] of [
      ['η·(t', /line 1, column/],
      ['η·q', /q/],
      ['η − 2', /at least 0/],
    ] as const) {
      await field.fill(text);
      await field.press('Enter');
      await page.locator('.tools .error').filter({ hasText: message }).waitFor();
      await says(page, 'adam', expected);
    }
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('an optimizer is written: errors are underlined where they are, the formula stands beside it, and it races', async () => {
    const { page, errors } = await open();
    await tab(page, 'Write your own');
    const text = page.locator('.cm-content');
    await text.fill('m ← β·m + (1 − β)·g\nw ← w − η·m·0.5');
    const own = { equations: 'm ← β·m + (1 − β)·g\nw ← w − η·m·0.5', hyper: { lr: ['η', 0.03], beta: ['β', 0.9] } } as const;
    const one: Entrant = { key: 'own', id: 'own', label: 'Your own', values: { lr: 0.03, beta: 0.9 }, pace: steady, shown: true, own };
    await page.locator('.tools .katex-display:visible').first().waitFor();
    assert.equal(await page.locator('output[data-key=own]').count(), 0, 'looking at the tool adds nothing');
    await page.getByRole('button', { name: 'Add to the race' }).click();
    await says(page, 'own', await ends(one, rosenbrock, [-1.2, 1], 600));
    assert.ok('latex' in checkOwn(own));
    // A rate that was tuned stays at the next keystroke, and what is removed stays away.
    await tab(page, 'Race');
    await slider(page, 'own', /rate/).fill('700');
    const tuned = Number(await slider(page, 'own', /rate/).getAttribute('aria-valuetext'));
    await tab(page, 'Write your own');
    await text.fill('m ← β·m + (1 − β)·g\nw ← w − η·m·0.25');
    const kept = { ...one, values: { lr: tuned, beta: 0.9 }, own: { ...own, equations: 'm ← β·m + (1 − β)·g\nw ← w − η·m·0.25' } };
    assert.notEqual(tuned, 0.03);
    await says(page, 'own', await ends(kept, rosenbrock, [-1.2, 1], 600));
    await tab(page, 'Race');
    await page.getByRole('button', { name: 'Remove Your own' }).click();
    await tab(page, 'Write your own');
    await page.getByRole('button', { name: 'Add to the race' }).waitFor();
    await text.fill('m ← β·m + (1 − β)·g\nw ← w − η·m·0.5');
    await page.getByRole('button', { name: 'Add to the race' }).click();
    await says(page, 'own', await ends(one, rosenbrock, [-1.2, 1], 600));
    await page.locator('.tools .katex-display:visible').first().waitFor();
    await text.fill('m ← β·m + (1 − β)·g\nw ← w − η·q');
    await page.getByRole('alert').filter({ hasText: /q/ }).waitFor();
    assert.equal(await page.locator('.cm-lintRange-error').innerText(), 'q');
    await says(page, 'own', await ends(one, rosenbrock, [-1.2, 1], 600));
    await text.fill(`w ← ${'('.repeat(900)}w`);
    await page.getByRole('alert').waitFor();
    assert.deepEqual(errors, []);
    await page.screenshot({ path: join(shots, 'lab-own.png'), fullPage: true });
    await page.close();
  });

  test('maps of many runs are computed in workers, with progress, and stopped', async () => {
    const { page, errors } = await open('lab');
    await keepRates(page);
    await page.getByRole('slider', { name: 'steps' }).press('Home');
    await tab(page, 'Maps of many runs');
    await page.getByRole('button', { name: 'Compute' }).click();
    const words = page.locator('[data-words]');
    await words.filter({ hasText: /AdamW/ }).waitFor();
    const rates = Array.from({ length: 33 }, (_, i) => 10 ** (-4 + i / 6.4));
    let best = { lr: NaN, loss: Infinity };
    for (const lr of rates) {
      const run = await trace(methodOf(entrant('sgd', { lr }), 10), rosenbrock.objective, [-1.2, 1], { steps: 10 });
      const loss = run.diverged ? Infinity : run.loss[run.rows - 1]!;
      if (loss < best.loss) best = { lr, loss };
    }
    assert.ok((await words.innerText()).includes(`SGD η = ${figure(best.lr)} (${figure(best.loss)})`), await words.innerText());
    await page.getByRole('button', { name: 'η × λ' }).click();
    await page.getByRole('button', { name: 'Compute' }).click();
    await words.filter({ hasText: /Lowest loss: .* at η = .*, λ = / }).waitFor();
    await page.getByRole('button', { name: 'Which start ends where' }).click();
    await tab(page, 'Race');
    await page.getByRole('slider', { name: 'steps' }).press('End');
    await tab(page, 'Maps of many runs');
    await page.getByRole('button', { name: 'Compute' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Compute' }).waitFor();
    assert.ok(Number(await page.locator('[data-tool]').getAttribute('data-done')) < 40);
    await tab(page, 'Race');
    await page.getByLabel('Landscape').selectOption('himmelblau');
    await page.getByRole('slider', { name: 'steps' }).fill('500');
    await tab(page, 'Maps of many runs');
    await page.getByRole('button', { name: 'Compute' }).click();
    await page.locator('[data-done="40"]').waitFor();
    const shares = [...(await words.innerText()).matchAll(/: ([\d.e−]+) %/g)].map(([, share]) => Number(share));
    assert.ok(shares.length >= 5 && Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100) < 0.5, await words.innerText());
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(errors, []);
    await page.screenshot({ path: join(shots, 'lab-maps.png'), fullPage: true });
    await page.close();
  });

  test('what is set is kept: by a link that holds all of it, as code that computes the same, as data and pictures', async () => {
    const { page, errors } = await open();
    await keepRates(page);
    await page.getByLabel('Landscape').selectOption('valley');
    await page.getByRole('slider', { name: /rotation/ }).fill('250');
    await page.getByRole('slider', { name: 'gradient noise' }).fill('50');
    await tab(page, 'Schedules');
    await page.getByLabel('Schedule', { exact: true }).selectOption('cosine');
    await tab(page, 'Write your own');
    await page.locator('.cm-content').waitFor();
    await page.getByRole('button', { name: 'Add to the race' }).click();
    await page.locator('output[data-key=own]').filter({ hasText: /\d/ }).waitFor();
    await page.getByRole('slider', { name: 'Step', exact: true }).fill('123');
    await tab(page, 'Keep and share');
    await page.getByRole('button', { name: 'Copy a link' }).click();
    await page.getByText('The link copied').waitFor();
    const link = String(await page.evaluate('navigator.clipboard.readText()'));
    const legend = (one: Page): Promise<string[]> => one.locator('output[data-key]').allInnerTexts();
    const before = await legend(page);

    const kept = async (name: string): Promise<Buffer> => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
      return readFileSync(await download.path());
    };
    const json = JSON.parse((await kept('JSON')).toString()) as { results: { key: string; loss: number }[] };
    const csv = (await kept('CSV')).toString().trim().split('\n');
    assert.equal(csv[0], 'optimizer,step,w1,w2,g1,g2,loss');
    assert.equal(csv.length, 1 + 7 * 601);
    const svg = (await kept('SVG')).toString();
    assert.match(svg, /^<svg [\s\S]*<polyline [\s\S]*Your own[\s\S]*<\/svg>\n$/);
    assert.equal((await kept('PNG')).subarray(1, 4).toString(), 'PNG');

    const program = join(import.meta.dirname, `kept-${String(process.pid)}.ts`);
    writeFileSync(program, await kept('TypeScript'));
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', program]);
      const printed = new Map(
        stdout
          .trim()
          .split('\n')
          .map((line) => line.split(' ') as [string, string]),
      );
      assert.equal(printed.size, 7);
      for (const { key, loss } of json.results) {
        const there = Number(printed.get(key));
        assert.ok(Math.abs(there - loss) <= 1e-9 * Math.abs(loss), `${key}: ${String(loss)} ${String(there)}`);
      }
    } finally {
      rmSync(program);
    }

    await page.getByRole('button', { name: 'Take an optimizer away' }).click();
    const away = page.getByRole('group', { name: 'An optimizer as source' });
    const source = page.getByLabel('The optimizer as source', { exact: true }).filter({ visible: true }).last();
    await away.getByLabel('Optimizer').selectOption('own');
    for (const [target, ownLine] of [
      ['pytorch', 'class YourOwn(Optimizer):'],
      ['numpy', 'def step(params, grads, state, *, '],
    ] as const) {
      await away.getByLabel('Target').selectOption(target);
      await source.filter({ hasText: ownLine }).waitFor();
    }
    await away.getByRole('button', { name: 'Copy the source' }).click();
    await page.getByText('The source copied').waitFor();
    assert.equal(String(await page.evaluate('navigator.clipboard.readText()')), await source.textContent());
    assert.match((await kept('Keep your_own.py')).toString(), /^"""own in NumPy\.\n/);
    await away.getByLabel('Optimizer').selectOption('adam');
    await source.filter({ hasText: /np\.sqrt\(v_hat\) \+ eps/ }).waitFor();

    const again = await open(link.slice(link.indexOf('#') + 2));
    // A link with equations of one's own is compiled in a worker before it is followed.
    await again.page.getByRole('tab', { name: 'Keep and share', selected: true }).waitFor();
    await until(async () => (await again.page.getByRole('slider', { name: 'Step', exact: true }).inputValue()) === '123');
    await again.page.locator('output[data-key=own]').waitFor();
    await until(async () => JSON.stringify(await legend(again.page)) === JSON.stringify(before));
    assert.deepEqual([errors, again.errors], [[], []]);
    await again.page.close();
    await page.close();
  });

  test('a doctored link is refused in words, and the lab works on', async () => {
    const pack = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const one = entrant('adam');
    const good = { surface: { kind: 'named', id: 'beale' }, start: [1, 1], steps: 100, noise: 0, batch: 1, seed: 1, t: 0, entrants: [one] };
    const bad: readonly (readonly [string, RegExp])[] = [
      ['bm90IGEgbGluaw', /cut short or damaged/],
      [pack({ ...good, steps: 1e9 }), /steps must lie between 1 and 5000/],
      [pack({ ...good, start: [null, 1] }), /start/],
      [pack({ ...good, surface: { kind: 'named', id: '__proto__' } }), /no landscape/],
      [pack({ ...good, surface: { kind: 'formula', text: 'while(true){}', reach: 1 } }), /cannot be read|not allowed/],
      [pack({ ...good, entrants: Array.from({ length: 25 }, () => one) }), /list of at most/],
      [pack({ ...good, entrants: [{ ...one, id: 'constructor' }] }), /no optimizer constructor/],
      [pack({ ...good, entrants: [{ ...one, key: '<img src=x onerror=alert(1)>' }] }), /no key of adam/],
      [pack({ ...good, entrants: [{ ...one, pace: { ...steady, shape: 'equation', equation: 'η·(' } }] }), /schedule makes no sense/],
      [pack({ ...good, view: { solid: true, tool: 'nothing', chart: 'basins', chosen: 'adam', axis: 0 } }), /tool is none of/],
      ['A'.repeat(30_000), /too long/],
    ];
    const { page, errors } = await open();
    for (const [link, message] of bad) {
      await page.evaluate(`location.hash = '#/lab?s=${link}'`);
      const alert = page.getByRole('alert').filter({ hasText: message });
      await alert.waitFor();
      assert.match(await alert.innerText(), /^The link cannot be used: .*The lab starts as it always does\.$/s);
    }
    await says(page, 'adam', await ends(first('adam'), rosenbrock, [-1.2, 1], 600));
    await page.evaluate(`location.hash = '#/lab?s=${pack(good)}'`);
    await says(
      page,
      'adam',
      figure((await trace(methodOf(one, 100), surfaces.find(({ id }) => id === 'beale')!.objective, [1, 1], { steps: 100 })).loss[0]!),
    );
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('a link that comes while the page is about to write its own address is followed and not overwritten', async () => {
    const state = { surface: { kind: 'named', id: 'beale' }, start: [1, 1], steps: 70, noise: 0, batch: 1, seed: 1, t: 70 };
    const link = `#/lab?s=${Buffer.from(JSON.stringify({ ...state, entrants: [entrant('adam', { lr: 0.1 })] })).toString('base64url')}`;
    const { page, errors } = await open();
    // What the page is to do in a while waits here, and is done behind the link, before the browser tells of it.
    await page.evaluate(
      `globalThis.due = []; globalThis.later = setTimeout; setTimeout = (call, after) => after === 400 ? due.push(call) : later(call, after)`,
    );
    await page.keyboard.press(',');
    await page.waitForFunction('due.length > 0');
    const [before, kept] = await page.evaluate<[string, string]>(`(() => {
      const before = location.hash;
      location.hash = ${JSON.stringify(link)};
      for (const call of due) call();
      globalThis.setTimeout = later;
      return [before, location.hash];
    })()`);
    assert.notEqual(before, link);
    assert.equal(kept, link);
    await page.getByText('Beale', { exact: false }).first().waitFor();
    await page.locator('output[data-key="adam"]').filter({ hasText: /\d/ }).waitFor();
    assert.equal(await page.locator('output[data-key="momentum"]').count(), 0);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('heavy work leaves the page free: twenty long races of a long formula, while the clock goes on', async () => {
    const pack = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const ids = ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad', 'lion'].flatMap((id) =>
      ['', '-2', '-3'].map((suffix) => ({ ...entrant(id, { lr: 1e-3 }), key: `${id}${suffix}` })),
    );
    const text = `${'sin(x*y)+cos(x-y)+'.repeat(11)}x^2+y^2`;
    const state = {
      surface: { kind: 'formula', text, reach: 3 },
      start: [1, 1],
      steps: 5000,
      noise: 1,
      batch: 1,
      seed: 1,
      t: 5000,
      entrants: ids,
    };
    const { page, errors } = await site.open('lab');
    await page.evaluate('globalThis.turns = 0; setInterval(() => (turns += 1), 10)');
    await page.evaluate(`location.hash = '#/lab?s=${pack(state)}'`);
    await page.locator('output[data-key="lion-3"]').filter({ hasText: /\d/ }).waitFor({ timeout: 120_000 });
    const turns = Number(await page.evaluate('turns'));
    // Without slices the page takes one turn for each of the 18 runs; with them one for every few milliseconds of work.
    assert.ok(turns > 100, `${String(turns)} turns of the event loop`);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('the surface turns by keyboard, and a picture of it can be kept', async () => {
    const { page, errors } = await open();
    await page.getByRole('button', { name: 'Surface' }).click();
    const solid = page.getByRole('application', { name: /Arrow keys turn it/ });
    const missing = page.getByText('This browser has no WebGL');
    await solid.locator('canvas').or(missing).first().waitFor();
    if (!(await missing.isVisible())) {
      await page.waitForTimeout(300);
      const first = await solid.screenshot();
      await solid.press('ArrowLeft');
      await solid.press('ArrowLeft');
      await page.waitForTimeout(300);
      assert.ok(!first.equals(await solid.screenshot()), 'it has turned');
    }
    await page.screenshot({ path: join(shots, 'lab-surface.png') });
    assert.deepEqual(
      errors.filter((error) => !error.includes('WebGL')),
      [],
    );
    await page.close();
  });

  test('a phone by night: nothing is wider than the page, and axe finds nothing', async () => {
    const { page, errors } = await open('lab', { ...views.phone, dark: true });
    for (const name of ['Race', 'Stories', 'Step by step', 'Schedules', 'Write your own', 'Maps of many runs', 'Keep and share', 'Plots']) {
      await tab(page, name);
      await page.waitForTimeout(200);
      assert.ok(await fits(page), name);
      assert.deepEqual(await violations(page), [], name);
    }
    await page.getByRole('tab', { name: 'Plots' }).press('ArrowRight');
    assert.equal(await page.getByRole('tab', { name: 'Step by step' }).getAttribute('aria-selected'), 'true');
    assert.deepEqual(errors, []);
    await page.screenshot({ path: join(shots, 'phone-lab.png'), fullPage: true });
    await page.close();
  });

  test('the policy is served and written into the page, and lets in nothing but the lab and WebAssembly', async () => {
    const response = await fetch(site.address);
    assert.equal(response.headers.get('content-security-policy'), `${contentSecurityPolicy}; frame-ancestors 'none'`);
    assert.equal(response.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(response.headers.get('cross-origin-embedder-policy'), 'require-corp');
    assert.match(await response.text(), /<meta http-equiv="Content-Security-Policy"/);
    assert.doesNotMatch(contentSecurityPolicy.replaceAll("'wasm-unsafe-eval'", ''), /unsafe|\*|https?:/);
    const written = readFileSync(join(import.meta.dirname, '../../../docs/lab.md'), 'utf8');
    for (const [name, value] of Object.entries(headers)) assert.ok(written.includes(`${name}: ${value}\n`), name);
    const { page } = await open();
    assert.equal(await page.evaluate('crossOriginIsolated'), true);
    // A string that is run later is evaluated by the page itself, so the policy refuses it.
    await page.evaluate("setTimeout('globalThis.evaluated = true', 0)");
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate('globalThis.evaluated'), undefined);
    await page.close();
  });

  test('an address that names nothing says so, whatever an object has by that name', async () => {
    for (const path of ['__proto__', 'constructor', 'toString', 'guide/__proto__', 'guide/valueOf', 'lab-2', '%F0']) {
      const { page, errors } = await site.open(path);
      assert.equal(await page.locator('h1').innerText(), 'There is no such page', path);
      assert.match(await page.title(), /^No such page/);
      assert.deepEqual(errors, []);
      await page.close();
    }
  });

  test('any host will do: in a folder, without headers, on one thread', async () => {
    const types: Readonly<Record<string, string>> = {
      '.html': 'text/html',
      '.js': 'text/javascript',
      '.css': 'text/css',
      '.svg': 'image/svg+xml',
      '.json': 'application/json',
    };
    const server = createServer((request, reply) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname.replace(/^\/some\/folder\/?/, '');
      try {
        const file = join(site.folder, normalize(path === '' ? 'index.html' : path));
        reply.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
      } catch {
        reply.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)); // prettier-ignore
    const page = await site.context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/some/folder/#/lab`);
    await says(page, 'adam', await ends(first('adam'), rosenbrock, [-1.2, 1], 600));
    assert.equal(await page.evaluate('crossOriginIsolated'), false);
    await page.getByText('everything runs on one thread').waitFor();
    // A policy in the page cannot forbid framing; browsers say so where it is tried, so it is not.
    assert.deepEqual(errors, []);
    await page.close();
    server.close();
  });
});
