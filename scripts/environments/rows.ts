/** All rows of the table. */
import { browser } from './browser.ts';
import { bundlers } from './bundlers.ts';
import { checks } from './checks.ts';
import { frameworks } from './frameworks.ts';
import { mistakes } from './mistakes.ts';
import type { Row } from './row.ts';
import { runtimes } from './runtimes.ts';
import { starts } from './starts.ts';

/** The rows in the order of the table. */
export const rows: readonly Row[] = [...runtimes, ...bundlers, ...browser, ...frameworks, ...mistakes, ...starts, ...checks];
