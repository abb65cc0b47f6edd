/** The guide in a real browser, read and tried as a person would: predictions, controls, verdicts, against the library run in Node. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  best,
  chapterIds,
  claims,
  constantSteps,
  coordinate,
  figure,
  flipRate,
  heavyBall,
  orthogonalized,
  logSpaced,
  rmspropSteps,
  sentenceSurface,
  spreads,
  stepOnSentence,
  trace,
  valley,
  valleyContractions,
  verdict,
  type ChapterId,
  type Text,
} from '@thalweg/guide';
import type { Locator, Page } from 'playwright-core';
import { adagrad, sgd } from 'thalweg';
import { questionIds, questions, type QuestionId } from '../src/guide/questions.ts';
import { parts } from '../src/guide/skeleton.ts';
import { firstLoad, kilobytes } from './support/load.ts';
import { drawFigures, fits, openSite, shots, skip, views, violations, type Site } from './support/site.ts';

/** The text of a verdict once it no longer says `…`. */
async function said(place: Locator, pattern: RegExp): Promise<string> {
  await place.filter({ hasText: pattern }).first().waitFor();
  return (await place.first().innerText()).replaceAll('\u00a0', ' ');
}

/** Moves a slider to a value by the keyboard, as far as the keyboard gets there. */
async function press(page: Page, label: string, key: string, times = 1): Promise<void> {
  const slider = page.getByRole('slider', { name: label }).first();
  for (let i = 0; i < times; i++) await slider.press(key);
}

/** The parts of a chapter, each there once, in their order. */
async function skeleton(page: Page): Promise<void> {
  const found = await page.locator('[data-part]').evaluateAll((all) => all.map((one) => one.getAttribute('data-part')));
  assert.deepEqual(found, Object.keys(parts));
}

/** Answers every question of a chapter, each before its answer is anywhere on the page. */
async function predictAll(page: Page, chapter: ChapterId): Promise<void> {
  for (const id of questionIds.filter((one) => questions[one].chapter === chapter)) {
    const place = page.locator(`[data-prediction="${id}"]`);
    assert.equal(
      await place.locator('[data-shown], [data-because], canvas, [data-figure], path.truth').count(),
      0,
      `${id} shows its answer`,
    );
    for (const claim of questions[id].tells) {
      await page.locator(`[data-veiled="${claim}"]`).waitFor();
      assert.equal(await page.locator(`[data-claim="${claim}"]`).count(), 0, `${claim} tells the answer of ${id}`);
    }
    const reason = questions[id].because.split('$')[0]!.trim();
    if (reason.length > 12) assert.ok(!(await page.locator('main').innerText()).includes(reason), `${id} has its reason on the page`);
    if (questions[id].answers.length === 0) {
      await place.getByRole('slider').nth(4).press('ArrowDown');
      await place.getByRole('button', { name: 'Run it and score my guess' }).click();
      assert.match(await place.locator('[data-worth]').innerText(), /^\d+ of 100\.$/);
    } else {
      await place.getByRole('radio').first().check();
      await place.getByText(questions[id].right === 0 ? 'As predicted.' : 'Not what happens.').waitFor();
      assert.equal(await place.locator('label.right').count(), 1);
      assert.ok(await place.getByRole('radio').first().isDisabled(), 'the first answer is the prediction');
    }
    await place.locator('[data-because]').waitFor();
    for (const claim of questions[id].tells) await page.locator(`[data-claim="${claim}"]`).waitFor();
  }
}

/** The numbers in a sentence. */
function numbers(text: string): number[] {
  return [...text.matchAll(/−?\d[\d,]*(?:\.\d+)?(?:e−?\d+)?/g)].map(([found]) => Number(found.replaceAll('−', '-').replaceAll(',', '')));
}

describe('the guide', { skip }, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  /** What a reader does in each chapter besides answering, and what has to come of it. */
  const visits: Readonly<Record<ChapterId, (page: Page) => Promise<void>>> = {
    async problem(page) {
      const fit = page.locator('[data-fit]');
      const transport = page.locator('[data-part=formula]');
      await transport.scrollIntoViewIfNeeded();
      await said(fit, /At step 60/);
      await transport.getByRole('slider', { name: 'Step' }).press('Home');
      assert.match(await said(fit, /At step 0/), /“good” −1\.5, “dull” 1, L = 1\.1/);
      await transport.getByRole('button', { name: 'One step on' }).click();
      await said(fit, /At step 1:/);
      const map = page.getByRole('application', { name: /Two basins/ });
      await map.focus();
      for (let i = 0; i < 16; i++) await map.press('Shift+ArrowLeft');
      assert.match(await said(page.locator('[data-verdict]'), /global minimum\./), /f = −0\.459: the global minimum/);
    },
    async sgd(page) {
      const run = await trace(sgd({ lr: 1.7 / 30 }), valley(30).objective, [-4, 1], { steps: 60 });
      const flips = flipRate(coordinate(run, run.w, 1).filter((y) => Math.abs(y) > 1e-12));
      const left = Math.abs(run.w[120]! / 4);
      const text = await said(page.locator('[data-verdict]'), /ηλ\s=\s1\.7 across/);
      assert.ok(text.includes(`in ${figure(100 * flips)} % of the steps; ${figure(100 * left)} % of the way`), text);
      await press(page, 'ηλ across', 'End');
      await said(page.locator('[data-verdict]'), /the run diverges/);
      await page.getByRole('button', { name: 'Draw other batches' }).click();
      const spread = figure(spreads([1, 2, 4, 8, 16], 2).at(-1)!);
      await page.getByText(`seed 2: ${spread} at B = 16`).waitFor();
    },
    async momentum(page) {
      const { beta, product, factor } = best(100);
      assert.match(await said(page.locator('[data-prediction="momentum.spring"] [data-shown]'), /lowest/), /−0\.7, in step 13/);
      await said(page.locator('[data-verdict]'), /Here 9\d\.?\d* %/);
      await page.getByRole('button', { name: 'Go to the best' }).click();
      const [here] = await valleyContractions(beta, [product], 100, 1200);
      await said(page.locator('[data-verdict]'), new RegExp(`Here ${figure(100 * here!)} %`));
      assert.ok(here! < factor + 0.01);
      const plane = page.getByRole('img', { name: /coloured by what a step leaves/ });
      const { width, height } = (await plane.boundingBox())!;
      await plane.click({ position: { x: 0.97 * width, y: 0.9 * height } });
      const left = numbers(await said(page.locator('[data-verdict]'), /Here \d{3}/))[0]!;
      assert.ok(left > 100, 'past the border every step makes the error larger');
    },
    async adagrad(page) {
      assert.match(
        await said(page.locator('[data-prediction="adagrad.accident"] [data-shown]'), /step 1:/),
        /step 1: 0\.01 η; at step 1000: 0\.00954 η/,
      );
      await page.getByRole('textbox', { name: 'Sentence' }).fill('the cast was superb, a gem');
      const steps = await stepOnSentence(adagrad({ lr: 0.3 }), 'the cast was superb, a gem', 1);
      for (const { word, count, rate } of steps) {
        const bar = page
          .getByRole('list', { name: 'Rate of each word' })
          .getByRole('listitem')
          .filter({ hasText: `${word} (in ${String(count)})` });
        await bar.filter({ hasText: figure(rate, 2) }).waitFor();
      }
      await page.getByRole('button', { name: 'Fetch the text and train' }).click();
      const text = await said(page.locator('[data-words]'), /times as much/);
      const recorded = /“the” ([\d.]+)/.exec(await (await fetch(`${site.address}evidence.json`)).text());
      assert.ok(Math.abs(numbers(text)[0]! / Number(recorded?.[1]) - 1) < 0.02, text);
    },
    async rmsprop(page) {
      await page.getByRole('button', { name: 'β = 0.999' }).click();
      const first = (await rmspropSteps(0.999, 1))[0]!;
      assert.ok((await said(page.locator('[data-verdict]'), /0\.999/)).includes(`is ${figure(first)} η`));
      await page
        .getByText(/changes sides in 100\s% of them/)
        .first()
        .waitFor();
    },
    async adam(page) {
      const steps = await constantSteps({ m: false, v: false }, 0.9, 0.999, 100);
      const peak = Math.max(...steps);
      const place = page.locator('[data-verdict]');
      assert.ok((await said(place, /largest/)).includes(`${figure(peak)} η, at step ${String(steps.indexOf(peak) + 1)}`));
      await page.getByLabel('correct m').check();
      await said(place, /Step 1 is 31\.6\sη/);
      await page.getByLabel('correct v').check();
      await said(place, /Step 1 is 1\sη/);
    },
    async decay(page) {
      await said(page.locator('[data-verdict]'), /where they are 10, 0\.0\d+ times/);
      await page.getByRole('button', { name: 'Train without and with it' }).click();
      const [lambda, withDecay, without] = numbers(await said(page.locator('[data-decay]'), /instead of/));
      assert.equal(lambda, 0.3);
      assert.ok(withDecay! < 0.8 * without!);
    },
    async adamw(page) {
      await page.locator('[data-heat=l2]').scrollIntoViewIfNeeded();
      const served = numbers(await said(page.locator('[data-heat=independent] [data-verdict]'), /One λ serves at/))[0]!;
      const scaled = numbers(await said(page.locator('[data-heat=scaled] [data-verdict]'), /One λ serves at/))[0]!;
      assert.ok(served > scaled, `${String(served)} ${String(scaled)}`);
      for (const form of ['l2', 'scaled', 'independent']) {
        const fills = await page
          .locator(`[data-heat=${form}] svg rect`)
          .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('fill')));
        assert.equal(fills.length, 7 * 13, form);
        assert.ok(new Set(fills).size >= 4, form);
      }
    },
    async beyond(page) {
      const mapped = await orthogonalized(logSpaced(1e-5, 1, 400).filter((value) => value >= 3e-3));
      const text = await said(page.locator('[data-verdict]'), /After 5 rounds/);
      assert.ok(text.includes(`between ${figure(Math.min(...mapped))} and ${figure(Math.max(...mapped))}`), text);
      await press(page, 'rounds', 'Home');
      await said(page.locator('[data-verdict]'), /After 0 rounds/);
      await page.getByText(/^At the end: SGD [\d.]+, Lion [\d.]+, Schedule-free SGD [\d.]+/).waitFor();
    },
  };

  for (const chapter of chapterIds) {
    test(`${chapter}: predictions are judged, controls work, figures are the library's, every claim is measured`, async () => {
      const { page, errors } = await site.open(`guide/${chapter}`);
      await page.locator('.katex').first().waitFor();
      await skeleton(page);
      await predictAll(page, chapter);
      await visits[chapter](page);
      const own = claims.filter((claim) => claim.chapter === chapter);
      await page.locator('.claims').scrollIntoViewIfNeeded();
      for (const claim of own) {
        const place = page.locator(`[data-claim="${claim.id}"]`);
        const shown = await said(place.locator('.verdict'), /\w/);
        assert.ok(!(await place.locator('.figure').isVisible()), `${claim.id} is folded until it is opened`);
        await place.locator('summary').click();
        if (claim.kind !== 'mathematics') {
          assert.match(shown, /^(not )?reproduced$/, claim.id);
          continue;
        }
        const outcome = await claim.measure({ text: (): Promise<Text> => Promise.reject(new Error('mathematics needs no data')) });
        assert.equal(shown, verdict(claim, outcome), claim.id);
        const [here, there] = [numbers(outcome.figure), numbers(await place.locator('.figure').innerText())];
        assert.equal(here.length, there.length, claim.id);
        // What is rounding in both may differ between engines; figures may not.
        here.forEach((value, i) =>
          assert.ok(
            Math.abs(value - there[i]!) <= Math.max(1e-9, 0.01 * Math.abs(value)),
            `${claim.id}: ${String(value)} ${String(there[i])}`,
          ),
        );
      }
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(errors, []);
      await page.screenshot({ path: join(shots, `guide-${chapter}.png`), fullPage: true });
      await page.close();
    });
  }

  test('a phone by night: nothing is wider than the page, nothing fails, and axe finds nothing', async () => {
    for (const chapter of ['', ...chapterIds.map((id) => `guide/${id}`)]) {
      const { page, errors } = await site.open(chapter, { ...views.phone, dark: true });
      if (chapter !== '') await page.locator('.katex').first().waitFor();
      assert.ok(await fits(page), chapter);
      if (chapter !== '') {
        const current = (await page.locator('.chapters [aria-current=page]').boundingBox())!;
        assert.ok(current.x >= 0 && current.x + current.width <= views.phone.width, `${chapter} is not in view among the chapters`);
      }
      assert.deepEqual(await violations(page), [], chapter);
      assert.deepEqual(errors, []);
      await page.screenshot({ path: join(shots, `phone-${chapter.replace('guide/', '') || 'cover'}.png`), fullPage: true });
      await page.close();
    }
  });

  test('predictions are kept in the browser, told at the end, and the first answer counts', async () => {
    const { page } = await site.open('guide/rmsprop');
    const answer = async (id: QuestionId, choice: number): Promise<void> => {
      await page.locator(`[data-prediction="${id}"]`).getByRole('radio').nth(choice).check();
    };
    await answer('rmsprop.first', questions['rmsprop.first'].right);
    await page.reload();
    await answer('rmsprop.bounce', 0);
    await page.close();
    const { page: end } = await site.open('guide/beyond');
    const card = end.locator('[data-score]');
    const row = card.getByRole('listitem').filter({ hasText: 'RMSProp' });
    await row.getByRole('img', { name: '2 of 2 answered' }).waitFor();
    await card.getByRole('button', { name: 'Begin anew' }).click();
    await row.getByRole('img', { name: '0 of 2 answered' }).waitFor();
    await end.close();
  });

  test('a symbol that is touched tells its name and its numbers, in the formula and by its button; a replay rests where motion is not wanted', async () => {
    const { page } = await site.open('guide/momentum');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.reload();
    const instrument = page.locator('[data-instrument]');
    await instrument.locator('[data-marked=true]').nth(1).waitFor();
    await instrument.locator('.lines .at-g').first().click();
    await instrument.locator('[data-symbol=g]').getByText('the gradient').waitFor();
    const run = await trace(heavyBall({ lr: 0.4, beta: 0.8 }), sentenceSurface.objective, sentenceSurface.start, {
      steps: 6,
      anatomy: true,
    });
    await instrument.getByText(`At step 6: “good” ${figure(run.g[12]!)}, “dull” ${figure(run.g[13]!)}`).waitFor();
    await instrument.getByRole('button', { name: /the momentum/ }).press('Enter');
    const m = run.names.get('m')!;
    await instrument.getByText(`“good” ${figure(m[12]!)}, “dull” ${figure(m[13]!)}`).waitFor();
    await page.locator('[data-tape]').scrollIntoViewIfNeeded();
    assert.equal(await page.locator('[data-tape]').getByRole('button', { name: 'Play' }).count(), 1, 'it plays');
    await page.close();
  });

  test('the guide is read by keyboard alone', async () => {
    const { page } = await site.open('');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.id'), 'main');
    await page.getByRole('link', { name: /^1\s*The problem/ }).press('Enter');
    await page.getByRole('heading', { name: 'The problem' }).waitFor();
    assert.equal(await page.evaluate('document.activeElement.id'), 'main');
    const time = page.locator('[data-part=formula]').getByRole('group', { name: 'Time' });
    await time.getByRole('button', { name: 'Play', exact: true }).press('Space');
    await time.getByRole('button', { name: 'Pause' }).press('Space');
    await page.getByRole('link', { name: /Next: SGD/ }).press('Enter');
    await page.getByRole('heading', { name: 'SGD', exact: true }).waitFor();
    await page.close();
  });

  test('the first load is under 300 kB compressed, whichever page comes first', async () => {
    for (const path of ['', ...chapterIds.map((id) => `guide/${id}`), 'lab', 'train', 'rules', 'replay']) {
      const page = await site.context.newPage();
      const files = await firstLoad(page, `${site.address}#/${path}`);
      assert.ok(kilobytes(files, 'brotli') < 300, `${path}: ${files.map((file) => `${file.path} ${String(file.brotli)}`).join('\n')}`);
      for (const heavy of ['Solid', 'Own', 'formula', 'jax']) {
        assert.ok(!files.some((file) => new RegExp(`/${heavy}[^/]*\\.js$`).test(file.path)), `${path || 'the cover'} fetches ${heavy}`);
      }
      await page.close();
    }
  });

  test('what draws figures is fetched when the first comes into view, and all are drawn; a failure is said in their place', async () => {
    const { page } = await site.open('guide/sgd', { width: 1280, height: 700 });
    await page.locator('.katex').first().waitFor();
    await page.waitForLoadState('networkidle');
    const figures = page.locator('[data-figure]');
    assert.ok((await figures.count()) > 0);
    assert.equal(await figures.locator('svg').count(), 0);
    await drawFigures(page);
    await page.close();

    const { page: cut } = await site.open('guide/sgd', { width: 1280, height: 700 });
    await cut.locator('.katex').first().waitFor();
    await cut.context().setOffline(true);
    await cut.locator('[data-figure]').first().scrollIntoViewIfNeeded();
    await cut.locator('[data-figure] .error').first().filter({ hasText: 'Reload the page' }).waitFor();
    await cut.context().setOffline(false);
    await cut.close();
  });
});
