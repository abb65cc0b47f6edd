/** Opens pages in Chromium, one browser for all rows, and reads what the program in them said. */
import { chromium as launcher, type Browser } from 'playwright-core';
import { chromium } from './machine.ts';
import type { Expected, Found } from './row.ts';
import { checkError, checkFits, told } from './said.ts';

let browser: Promise<Browser> | undefined;

function theBrowser(): Promise<Browser> {
  return (browser ??= launcher.launch({ executablePath: chromium, args: ['--no-sandbox'] }));
}

/** Ends the browser. */
export async function closePages(): Promise<void> {
  await (await browser)?.close();
}

/** The version of the browser. */
let known = '';
export const chromiumVersion = (): string => `Chromium ${known}`.trim();

/** Opens a page, in which the program runs, and checks what it said; `file` is what its error has to name. */
export async function open(url: string, expected: Expected, file = 'program'): Promise<Found> {
  const one = await theBrowser();
  known = one.version();
  const page = await one.newPage();
  const said: string[] = [];
  try {
    const mistake = new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the page said only\n${said.join('\n')}`)), 60_000);
      page.on('pageerror', (error) => {
        clearTimeout(late);
        resolve(error.stack ?? error.message);
      });
    });
    page.on('console', (message) => said.push(message.text()));
    await page.goto(url);
    const stack = await mistake;
    if (!said.some((text) => text.startsWith('RESULT'))) throw new Error(stack);
    const found = checkFits(told(said.join('\n')), expected);
    checkError(stack, file);
    return found;
  } finally {
    await page.close();
  }
}

/**
 * Opens a page and waits for the first line that it writes to its console. What it loads from addresses that match `elsewhere.pattern` are files of
 * this machine; nothing that is not of this machine is asked for.
 */
export async function lastWords(url: string, elsewhere?: { pattern: RegExp; file: (url: string) => string }): Promise<string> {
  const one = await theBrowser();
  known = one.version();
  const page = await one.newPage();
  try {
    if (elsewhere !== undefined) {
      await page.route(elsewhere.pattern, (route) =>
        route.fulfill({ path: elsewhere.file(route.request().url()), headers: { 'access-control-allow-origin': '*' } }),
      );
    }
    const words = new Promise<string>((resolve, reject) => {
      page.on('console', (message) => {
        if (message.type() === 'log') resolve(message.text());
      });
      page.on('pageerror', reject);
      setTimeout(() => reject(new Error(`${url} said nothing for a minute`)), 60_000).unref();
    });
    await page.goto(url);
    return await words;
  } finally {
    await page.close();
  }
}
