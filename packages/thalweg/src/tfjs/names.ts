/**
 * The names of variables. TF.js makes names unique in the whole process, so a layer's kernel is `dense/kernel` in the first model that has one and
 * `dense/kernel_1` in the next, and a variable without a name gets a number. Groups also match names without that number, and a file's parameters are found by
 * the names that variables would have in a new process. Knows texts only.
 */

/** Names for new variables, given in order: their own, but for numbers, and with another number where one of `taken` is called so. */
export function namesFor(given: readonly string[], taken: ReadonlySet<string>): string[] {
  return numbered(given.map((name) => (isNumber(name) ? unnamed : name)), taken); // prettier-ignore
}

/** The names that these would have in a new process, in which nothing else is called so. */
export function freshNames(given: readonly string[]): string[] {
  const all = new Set(given);
  const bases = given.map((name) => {
    const stem = stemOf(name);
    return stem !== name && all.has(stem) ? name : stem;
  });
  return numbered(bases, new Set());
}

/** A name without what TF.js appends: only layers make theirs unique, and those have a slash. */
export function stemOf(name: string): string {
  if (isNumber(name)) return unnamed;
  return name.includes('/') ? name.replace(/_\d+$/, '') : name;
}

/** What a variable without a name is called. */
const unnamed = 'variable';

const isNumber = (name: string): boolean => /^\d+$/.test(name);

/** Each name, with a number where it is taken. */
function numbered(names: readonly string[], taken: ReadonlySet<string>): string[] {
  const used = new Set(taken);
  return names.map((base) => {
    for (let i = 0; ; i++) {
      const candidate = i === 0 ? base : `${base}_${String(i)}`;
      if (used.has(candidate)) continue;
      used.add(candidate);
      return candidate;
    }
  });
}
