/** The rules that `npm run imports` holds say one direction of imports between the folders of the library, and refuse what is against it. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const library = 'packages/thalweg/src';
// The tool's file has no types.
const { default: config, allowed } = (await import(join(import.meta.dirname, '../dependency-cruiser.config.mjs'))) as {
  readonly default: { readonly forbidden: readonly { readonly name: string; readonly from: Side; readonly to: Side }[] };
  readonly allowed: Readonly<Record<string, readonly string[]>>;
};
const layers = Object.keys(allowed);
const layerOf = (path: string): string => layers.find((layer) => path === layer || path.startsWith(`${layer}/`)) ?? assert.fail(path);

interface Side {
  readonly path?: string;
  readonly pathNot?: string;
  readonly dependencyTypesNot?: readonly string[];
}

/** The rules between folders that refuse an import. */
function refusing(from: string, to: string, kind = 'import'): string[] {
  const fits = ({ path = '', pathNot, dependencyTypesNot = [] }: Side, file: string): boolean =>
    new RegExp(path).test(file) && (pathNot === undefined || !new RegExp(pathNot).test(file)) && !dependencyTypesNot.includes(kind);
  const between = config.forbidden.filter(({ name }) => name.endsWith('-imports') || name === 'define-loads-the-runtime');
  return between.filter((rule) => fits(rule.from, `${library}/${from}`) && fits(rule.to, `${library}/${to}`)).map(({ name }) => name);
}

test('every folder has its place, and none is above one that is above it', () => {
  const folders = new Set(
    globSync(`${library}/**/*.ts`, { cwd: join(import.meta.dirname, '..') }).map((file) => dirname(file).slice(library.length + 1)),
  );
  for (const folder of folders) if (folder !== '') layerOf(folder);
  const below = (layer: string, path: readonly string[] = []): void => {
    assert.ok(!path.includes(layer), `${[...path, layer].join(' imports ')}: no direction`);
    for (const one of allowed[layer]!) below(layerOf(one), [...path, layer]);
  };
  for (const layer of layers) below(layer);
});

test('an import between folders is refused unless the table has it', () => {
  for (const from of layers) {
    for (const to of layers) {
      const right = from === to || allowed[from]!.some((one) => layerOf(one) === to);
      const some = allowed[from]!.find((one) => layerOf(one) === to) ?? to;
      const file = some === to ? `${to}/x.ts` : `${some}.ts`;
      assert.equal(refusing(`${from}/x.ts`, file).length === 0, right, `${from} to ${to}`);
    }
  }
});

test('a definition reaches the runtime from two files alone, by types and by an import() that is waited for', () => {
  for (const to of ['optimizer/start.ts', 'device/device.ts', 'plan/plan.ts', 'targets/loops/scalars.ts']) {
    assert.notDeepEqual(refusing('define/method.ts', to, 'type-only'), [], to);
    assert.notDeepEqual(refusing('define/method.ts', to, 'dynamic-import'), [], to);
    assert.notDeepEqual(refusing('define/start.ts', to), [], to);
    assert.deepEqual(refusing('define/start.ts', to, 'dynamic-import'), []);
  }
});
