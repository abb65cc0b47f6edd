/** The target `optax`: an `optax.GradientTransformation`. */
import { UnsupportedError } from '../language/run-error.ts';
import { Method } from '../define/method.ts';
import { jointSums } from './blocks.ts';
import { familiesOf, partition, valuesOf, type Family } from './groups.ts';
import { Identifiers, pascal, snake } from './identifiers.ts';
import { jaxHelpers } from './jax-library.ts';
import type { Model } from './model.ts';
import { optaxWords, Transformation, type TransformationNames } from './optax/transformation.ts';
import { docstring, helperFunctions } from './python.ts';
import { optaxTest, testWords } from './self-test.ts';
import { commonOptions, type EmitOptions, type Target } from './target.ts';

const target = 'emit to optax';

/** An `optax.GradientTransformation`, for JAX. */
export const optax: Target = {
  name: 'optax',
  about: 'an optax.GradientTransformation, for JAX',
  extension: 'py',
  options: commonOptions,
  write: (method, options = {}) => {
    const [only, ...others] = familiesOf(method);
    if (only === undefined) throw new RangeError(`${method.name} has no parameters`);
    if (method.groups.length > 1) return fileOfGroups(method, [only, ...others], options);
    const title = options.name ?? only.title;
    const { make, state } = namesFor(new Identifiers([...optaxWords(), ...testWords]), options.name ?? only.id, title);
    const one = new Transformation(only.method, { make, state, prefix: '' });
    return fileOf(method, [one], make, [], options);
  },
};

function namesFor(free: Identifiers, id: string, title: string): Omit<TransformationNames, 'prefix'> {
  return { make: free.give(snake(id, 'emitted')), state: free.give(`${pascal(title, 'Emitted')}State`) };
}

/** A file with a function that makes one transformation of all groups: what is chained before them, and a partition. */
function fileOfGroups(whole: Method, families: readonly Family[], options: EmitOptions): string {
  const title = options.name ?? families.map((one) => one.id).join('_');
  const free = new Identifiers([...optaxWords(), ...testWords, 'label_of']);
  const groups = free.give(`${snake(title, 'emitted')}_groups`);
  const before = sharedBefore(whole);
  const inner = before === undefined ? families : familiesOf(before.rest);
  const named = (method: Method, id: string, spelled: string): Transformation => {
    const names = namesFor(free, id, spelled);
    return new Transformation(method, { ...names, prefix: families.length > 1 ? `${names.make}_` : '' });
  };
  const first = before === undefined ? [] : [named(before.prefix, before.prefix.parts.map(({ name }) => name).join('_'), before.prefix.parts.map(({ name }) => name).join('_'))]; // prettier-ignore
  const each = inner.map((family) => named(family.method, family.id, family.title));
  const all = [...first, ...each];
  for (const { model } of each) check(model, whole, families.length > 1);
  const entries = inner.flatMap((family, i) =>
    family.groups.map((group) => {
      const { schedules, writer, names, model } = each[i]!;
      const usual = model.hyper.map((one) => schedules.valueOf(one, writer.needs));
      const own = valuesOf(group, model, schedules, writer, target).filter(({ value }, at) => value !== usual[at]);
      return { group, text: `${names.make}(${own.map(({ hyper, value }) => `${hyper.id}=${value}`).join(', ')})` };
    }),
  );
  const lines = partition(entries, groups, first.map(({ names }) => `${names.make}()`)); // prettier-ignore
  return fileOf(whole, all, groups, lines, options);
}

/** The parts that stand before all groups and change gradients alone, as a method of their own, and the method without them. */
function sharedBefore({ name, groups }: Method): { readonly prefix: Method; readonly rest: Method } | undefined {
  const [first] = groups;
  const shared = first?.parts.findIndex((part) => !part.shared) ?? 0;
  const parts = first?.parts.slice(0, shared) ?? [];
  if (first === undefined || parts.length === 0 || parts.some(({ part }) => /(^|[\n;])\s*w\s*(←|<-)/.test(part.equations))) return undefined;
  const owner = parts.map(({ part }) => part.name).join('_');
  return {
    prefix: new Method(owner, [{ ...first, parts }]),
    rest: new Method(name, groups.map((group) => ({ ...group, parts: group.parts.slice(shared) }))),
  };
} // prettier-ignore

/** Refuses what a partition hides from its transformations: the parameters of other groups. */
function check({ lines, inputs, evaluate }: Model, { name }: Method, differ: boolean): void {
  const refuse = (problem: string): never => {
    throw new UnsupportedError(target, `${name} ${problem}, and optax.partition passes each group only its own parameters; emit the groups without it`);
  };
  if (lines.some(({ equation }) => jointSums(equation.value).some(({ scope }) => scope === 'all'))) refuse('sums over all groups');
  if (inputs.some(({ isArray }) => isArray)) refuse('takes an input with an array per parameter');
  if (differ && evaluate !== undefined) refuse('is evaluated at other weights than it trains');
} // prettier-ignore

function fileOf(whole: Method, all: readonly Transformation[], make: string, groups: readonly string[], options: EmitOptions): string {
  const models = all.map(({ model }) => model);
  const written = all.map((one) => one.lines());
  const needs = (what: string): void => all[0]?.writer.needs(what);
  const test = optaxTest({ whole, models, needs, make, grouped: groups.length > 0 });
  const needed = new Set(all.flatMap(({ writer }) => [...writer.needed]));
  return `${[
    ...docstring(models, options, 'for Optax', [`Use: ${make}() as any transformation of Optax: alone, or in optax.chain.`], whole),
    '',
    'import math',
    ...(groups.some((line) => line.includes('re.')) ? ['import re'] : []),
    ...(models.some(({ isJoint }) => isJoint) ? ['from types import SimpleNamespace'] : []),
    'from typing import NamedTuple',
    '',
    'import jax',
    'import jax.numpy as jnp',
    'import optax',
    ...helperFunctions(needed, jaxHelpers),
    ...written.flatMap(({ schedules, state, functions }) => [...schedules, '', '', ...state, '', '', ...functions]),
    ...groups,
    ...test,
  ].join('\n')}\n`;
}
