/** The options of a param group in a file compared with those of a group here: which differ, and the code that makes an optimizer with the file's options. */
import type { Bound } from './bind.ts';
import { families, idle, type Family, type Plain } from './families.ts';
import type { FileGroup } from './layout.ts';

/** The optimizer of a param group: by its class, and Adam with decoupled decay is AdamW. */
export function familyOf({ optimizer, options }: FileGroup): Family | undefined {
  const torch = optimizer === 'Adam' && options['decoupled_weight_decay'] === true ? 'AdamW' : optimizer;
  return families.find((family) => family.torch === torch);
}

/** The value at a place such as `betas.1`; undefined where there is none. */
export function valueAt(options: FileGroup['options'], place: string): Plain | undefined {
  const [key = '', index] = place.split('.');
  const value = options[key];
  return index === undefined ? value : Array.isArray(value) ? (value as readonly number[])[Number(index)] : undefined;
}

/** What a file's group has, in the words of the option here; undefined for a value that PyTorch does not have. */
function choiceOf([torch, pairs]: Family['choices'][string], options: FileGroup['options']): string | boolean | undefined {
  const value = options[torch] ?? pairs[0]?.[0] ?? null;
  return pairs.find(([one]) => one === value)?.[1];
}

/** What differs between a group of a file and one here, besides the values of hyperparameters that both have. */
export function optionDifferences({ family, read, choices }: Bound, group: FileGroup, maximize: boolean): string[] {
  const { options } = group;
  const out: string[] = [];
  const known = new Set(Object.values(family.hyper).map((place) => place.split('.')[0] ?? ''));
  for (const [here, place] of Object.entries(family.hyper)) {
    const value = valueAt(options, place);
    if (typeof value === 'number' ? !read.has(here) && value !== 0 : read.has(here))
      out.push(`${place} is ${python(value)} in the file, ${read.has(here) ? 'and must be a number' : `and there is no ${here} here`}`);
  }
  for (const [here, choice] of Object.entries(family.choices)) {
    const [torch] = choice;
    known.add(torch);
    const theirs = choiceOf(choice, options);
    if (theirs !== choices[here])
      out.push(`${torch} is ${python(options[torch])} in the file, and here ${here} is ${String(choices[here])}`);
  }
  for (const [torch, only] of Object.entries(family.fixed)) {
    known.add(torch);
    const value = options[torch];
    if (value !== undefined && value !== only) out.push(`${torch} is ${python(value)} in the file, and what is here has ${python(only)}`);
  }
  const ascends = options['maximize'] ?? false;
  if (ascends !== maximize) out.push(`maximize is ${python(ascends)} in the file, and here it is ${String(maximize)}`);
  for (const [key, value] of Object.entries(options)) {
    if (known.has(key) || idle.has(key) || key === 'maximize' || value === null || value === false) continue;
    out.push(`${key} is ${python(value)} in the file, an option that is not known here; remove it from the group if it changes no step`);
  }
  return out;
}

/** How the optimizer of a file's group is made here. */
export function methodLine(family: Family, { options }: FileGroup): string {
  const hyper = Object.entries(family.hyper).flatMap(([here, place]) => {
    const value = valueAt(options, place);
    return typeof value === 'number' && (value !== 0 || here === 'weightDecay') ? [`${here}: ${String(value)}`] : [];
  });
  const choices = Object.entries(family.choices).flatMap(([here, choice]) => {
    const value = choiceOf(choice, options);
    return value === undefined || value === choice[1][0]?.[1]
      ? []
      : [`${here}: ${typeof value === 'string' ? `'${value}'` : String(value)}`];
  });
  return `${family.name}({ ${[...hyper, ...choices].join(', ')} })`;
}

/** A value as Python prints it. */
function python(value: Plain | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return Array.isArray(value) ? `(${value.join(', ')})` : String(value);
}
