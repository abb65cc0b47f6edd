/**
 * Uses the packages as they would be published in every environment that the project promises: npm run environments -- [--only NAME,…] [--write].
 * With --write, docs/environments.md says what was found. A row that this machine cannot run is left out with its reason; with CI set, none may be.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asked } from './asked.ts';
import { prepare, root } from './environments/prepare.ts';
import { closePages } from './environments/pages.ts';
import { document, line } from './environments/report.ts';
import type { Outcome, Row } from './environments/row.ts';
import { rows } from './environments/rows.ts';
import { learn } from './environments/said.ts';

/** Runs a row; what goes wrong becomes its outcome. */
async function outcome(row: Row): Promise<Outcome> {
  const started = performance.now();
  const missing = row.missing?.();
  if (missing !== undefined) return { row, missing, ms: 0 };
  try {
    const found = await row.run();
    return { row, found, ms: performance.now() - started };
  } catch (error) {
    return { row, problem: error instanceof Error ? error.message : String(error), ms: performance.now() - started };
  }
}

/** Writes the page of the documentation. */
function write(text: string): void {
  const page = join(root, 'docs/environments.md');
  writeFileSync(page, text);
  execFileSync(join(root, 'node_modules/.bin/prettier'), ['--write', '--log-level=warn', page]);
}

async function main(): Promise<number> {
  const values = asked('npm run environments', 'tests the packed packages in every supported environment', {
    only: { about: 'only environments whose name contains one of these', takes: 'NAME,…' },
    write: { about: 'write the results into docs/environments.md' },
  });
  const only = values.only?.split(',');
  const chosen = rows.filter(({ name }) => only?.some((part) => name.includes(part)) ?? true);
  const started = performance.now();
  prepare();
  console.log(`packed and installed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  await learn();
  const outcomes = new Map<Row, Outcome>();
  const waiting = [...chosen];
  const lane = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const one = await outcome(row);
      outcomes.set(row, one);
      console.log(line(one));
    }
  };
  await Promise.all([lane(), lane()]);
  await closePages();
  const all = chosen.map((row) => outcomes.get(row)!);
  const inCi = (process.env['CI'] ?? '') !== '';
  const failed = all.filter(({ problem, missing }) => problem !== undefined || (inCi && missing !== undefined));
  if (values.write && failed.length === 0 && only === undefined) write(document(all));
  console.log(`\n${String(all.length - failed.length)} passed, ${String(failed.length)} failed`);
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
