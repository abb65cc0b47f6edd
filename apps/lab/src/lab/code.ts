/** The race as TypeScript that runs in Node with the published packages and prints the same numbers. Knows plain data only. */
import { findEntry } from '@thalweg/guide';
import type { Entrant } from '../race/entrant.ts';
import { paceCode } from '../race/pace.ts';
import type { SurfaceSpec } from './spec.ts';
import type { LabState } from './state.ts';

/** The program. The parser of typed formulas is fetched only when there is one. */
export async function asCode({ entrants, surface, start, steps, noise, batch, seed }: LabState): Promise<string> {
  const library = new Set<string>();
  const guide = new Set(['trace']);
  const calls = entrants.map((one) => {
    const { code, imports, fromGuide } = callOf(one, steps);
    for (const name of imports) (fromGuide.has(name) ? guide : library).add(name);
    return `  ${JSON.stringify(one.key)}: ${code},`;
  });
  const ground = await groundOf(surface);
  for (const name of ground.imports) guide.add(name);
  const spread = noise / Math.sqrt(batch);
  return [
    ...(library.size === 0 ? [] : [`import { ${[...library].sort().join(', ')} } from 'thalweg';`]),
    `import { ${[...guide].sort().join(', ')} } from '@thalweg/guide';`,
    '',
    ground.code,
    `const start = [${start.join(', ')}];`,
    'const methods = {',
    ...calls,
    '};',
    'for (const [name, method] of Object.entries(methods)) {',
    `  const run = await trace(method, objective, start, { steps: ${String(steps)}${spread > 0 ? `, noise: ${String(spread)}, seed: ${String(seed)}` : ''} });`,
    '  console.log(name, run.loss[run.rows - 1]);',
    '}',
    '',
  ].join('\n');
}

function callOf(
  { id, values, pace, own }: Entrant,
  steps: number,
): { readonly code: string; readonly imports: readonly string[]; readonly fromGuide: ReadonlySet<string> } {
  const { lr } = values;
  const rate = lr === undefined ? undefined : paceCode(pace, lr, steps);
  const options = Object.entries(values).map(
    ([name, value]) => `${name}: ${name === 'lr' && rate !== undefined ? rate.code : String(value)}`,
  );
  const fromGuide = new Set(['averagedMomentum']);
  if (own !== undefined) {
    const hyper = Object.entries(own.hyper).map(
      ([name, [symbol, value]]) => `${name}: [${JSON.stringify(symbol)}, ${String(value)}, '(-∞, ∞)']`,
    );
    const lines = own.equations.split('\n').map((line) => `      ${line.replaceAll(/[`\\]|\$(?=\{)/g, '\\$&')}`);
    const code = `optimizer({\n    name: 'own',\n    hyper: { ${hyper.join(', ')} },\n    equations: \`\n${lines.join('\n')}\n    \`,\n  })({ ${options.join(', ')} })`;
    return { code, imports: ['optimizer', ...(rate?.imports ?? [])], fromGuide };
  }
  const { factory, fixed } = findEntry(id).call;
  return {
    code: `${factory}({ ${[...options, ...(fixed === '' ? [] : [fixed])].join(', ')} })`,
    imports: [factory, ...(rate?.imports ?? [])],
    fromGuide,
  };
}

async function groundOf(spec: SurfaceSpec): Promise<{ readonly code: string; readonly imports: readonly string[] }> {
  if (spec.kind === 'valley') {
    return { code: `const { objective } = valley(${String(spec.condition)}, ${String(spec.angle)});`, imports: ['valley'] };
  }
  if (spec.kind === 'named') {
    return { code: `const { objective } = surfaces.find(({ id }) => id === ${JSON.stringify(spec.id)})!;`, imports: ['surfaces'] };
  }
  const { formulaCode } = await import('./formula.ts');
  return { code: formulaCode(spec.text), imports: [] };
}
