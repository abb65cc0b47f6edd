/** Writes the measured agreement of every row into README.md, between its markers: `node --conditions=source conformance/report.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { disagreement, run, table, traceOf } from './measure.ts';
import { oracleOf } from './report-row.ts';

const lines = ['| row | oracle | float64 | bound | float32 | bound | looser because |', '| --- | --- | --- | --- | --- | --- | --- |'];
const versions: Record<string, string> = {};
let [worst, worstSingle] = [0, 0];
for (const row of table.cases) {
  const trace = traceOf(row.id);
  const [wide, single] = [disagreement(await run(row, 'wasm', true), trace), disagreement(await run(row, 'wasm', false), trace)];
  [worst, worstSingle] = [Math.max(worst, wide), Math.max(worstSingle, single)];
  Object.assign(versions, trace.versions);
  const oracle = oracleOf(row);
  const figures = [wide, row.tolerance ?? table.tolerance, single, row.float32 ?? table.float32].map((value) => value.toExponential(1));
  lines.push(`| ${[row.id, oracle, ...figures, row.reason ?? ''].join(' | ')} |`);
}
const made = `Oracles: ${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(
    ', ',
  )}. ${table.cases.length} rows; the worst is ${worst.toExponential(1)} in float64 and ${worstSingle.toExponential(1)} in float32.`;
const path = `${import.meta.dirname}/README.md`;
const [before = '', after = ''] = readFileSync(path, 'utf8').split(/<!-- measured -->[\s\S]*<!-- \/measured -->/);
writeFileSync(path, `${before}<!-- measured -->\n\n${made}\n\n${lines.join('\n')}\n\n<!-- /measured -->${after}`);
console.log(`${made}\n\n${lines.join('\n')}`);
