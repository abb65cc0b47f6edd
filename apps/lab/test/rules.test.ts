/** The page of rules gone wrong, driven as a person would: what it says is what the library measures in Node. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { difference, settingsOf, wrongRules, type WrongRule } from '@thalweg/guide';
import { adam } from 'thalweg';
import type { Locator, Page } from 'playwright-core';
import { fits, openSite, shots, skip, until, views, violations, type Site } from './support/site.ts';

describe('rules gone wrong', { skip }, () => {
  let site: Site;
  let page: Page;
  let errors: string[];
  before(async () => {
    site = await openSite();
    ({ page, errors } = await site.open('rules'));
  });
  after(() => site.close());

  const place = ({ id }: Pick<WrongRule, 'id'>, on = page): Locator => on.locator(`[data-rule="${id}"]`);
  const rule = (id: string): WrongRule => wrongRules.find((one) => one.id === id)!;

  /** Waits until the page says of a rule what it should. */
  async function says(one: WrongRule, settings: Record<string, number>): Promise<void> {
    const { figure } = await one.measure(settings);
    await place(one).locator('.measured', { hasText: figure }).waitFor({ timeout: 5000 }).catch(async () => assert.equal(await place(one).locator('.measured').innerText(), figure)); // prettier-ignore
  }

  for (const one of wrongRules) {
    test(`${one.id}: figure, verdict, curves and marked lines are those of the library in Node`, async () => {
      const section = place(one);
      await section.scrollIntoViewIfNeeded();
      await says(one, settingsOf(one));
      assert.equal(await section.locator('.verdict').innerText(), 'holds');
      assert.equal(await section.locator('.claim').innerText(), one.statement);
      await section.locator('.plot .line path').nth(1).waitFor();
      assert.equal(await section.locator('.plot .line path').count(), 2);
      const marked = difference(one.sides.wrong.lines, one.sides.right.lines);
      for (const side of ['wrong', 'right'] as const) {
        const lines = await section
          .locator(`.side.${side} .line`)
          .evaluateAll((rows) => rows.map((row) => row.classList.contains('marked')));
        assert.deepEqual(lines, marked[side].map((line) => line.marked)); // prettier-ignore
      }
    });
  }

  test('the right formula is the one that latex() gives', async () => {
    const lines = await place(rule('multiplied')).locator('.side.right .line').evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('annotation')].map((part) => part.textContent.replace('\\displaystyle {}', '')).join(' &')),
    ); // prettier-ignore
    assert.equal(`\\begin{aligned}\n${lines.join(' \\\\\n')}\n\\end{aligned}`, adam().latex());
  });

  test('a slider runs both again, by keyboard, and the way back is a button', async () => {
    const one = rule('accumulator');
    const slider = place(one).getByRole('slider', { name: /curvature/ });
    await slider.focus();
    await page.keyboard.press('Home');
    await says(one, { ...settingsOf(one), curvature: 0.01 });
    assert.equal(await place(one).locator('.claim').innerText(), 'At these settings:');
    await page.keyboard.press('End');
    await says(one, { ...settingsOf(one), curvature: 10 });
    await place(one).getByRole('button', { name: 'Back to the usual' }).click();
    await says(one, settingsOf(one));
  });

  test('where the wrong rule becomes NaN a cross says so, and where the fault does not show, the verdict does', async () => {
    const one = rule('radicand');
    assert.equal(await place(one).locator('.plot text', { hasText: 'NaN' }).count(), 1);
    await place(one).getByRole('slider', { name: /steady gradient/ }).press('End'); // prettier-ignore
    await says(one, { ...settingsOf(one), gradient: 1 });
    const stale = rule('stale');
    await place(stale).getByRole('slider', { name: /learning rate/ }).press('Home'); // prettier-ignore
    await says(stale, { lr: 0.01 });
    assert.equal(await place(stale).locator('.verdict').innerText(), 'the fault does not show here');
  });

  test('a rule has an address', async () => {
    await page.getByRole('link', { name: '1 − β in float32' }).click();
    await page.waitForURL(/at=float32/);
    assert.equal(await page.evaluate('document.activeElement.id'), 'rule-float32');
    const top = await place(rule('float32')).evaluate((section) => section.getBoundingClientRect().top);
    assert.ok(top >= 0 && top < 100, `it is at ${String(top)}`);
    const { page: linked, errors: found } = await site.open('rules?at=position');
    await until(async () => (await linked.evaluate('document.activeElement.id')) === 'rule-position');
    assert.deepEqual(found, []);
    await linked.close();
  });

  test('nothing is wider than the page and axe finds nothing, on a desktop and a phone, by day and by night', async () => {
    for (const [name, view] of [
      ['wide', views.desktop],
      ['phone', { ...views.phone, dark: true }],
    ] as const) {
      const { page: one, errors: found } = await site.open('rules', view);
      for (const each of wrongRules) {
        await place(each, one).scrollIntoViewIfNeeded();
        await place(each, one).locator('.verdict').waitFor();
      }
      assert.equal(await fits(one), true, name);
      // One rule is like another, and axe takes its time.
      assert.deepEqual(await violations(one, name === 'wide' ? 'html' : '#rule-radicand'), [], name);
      assert.deepEqual(found, []);
      await one.screenshot({ path: `${shots}/rules-${name}.png`, fullPage: true });
      await one.close();
    }
  });

  test('the page has reported no error', () => assert.deepEqual(errors, []));
});
