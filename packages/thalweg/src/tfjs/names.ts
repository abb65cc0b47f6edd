/**
 * What variables are called here. TF.js makes names unique in the whole process, so the kernel of a layer is `dense/kernel` in the first model that has one and
 * `dense/kernel_1` in the next, and a variable without a name is called by a number. Here each has the name that it would have in a new process, by which
 * groups match and files are read. Knows texts only.
 */

/**
 * Names for new variables, given in order; `taken` are those of the others. A variable is called what it is in TF.js if the name has no number that TF.js
 * may have put there.
 */
export function namesFor(given: readonly string[], taken: ReadonlySet<string>): string[] {
  const used = new Set(taken);
  const all = new Set(given);
  return given.map((name) => {
    const stem = stemOf(name);
    const base = stem !== name && all.has(stem) ? name : stem;
    for (let i = 0; ; i++) {
      const candidate = i === 0 ? base : `${base}_${String(i)}`;
      if (used.has(candidate)) continue;
      used.add(candidate);
      return candidate;
    }
  });
}

/** A name without what TF.js appends: only layers make theirs unique, and those have a slash. */
function stemOf(name: string): string {
  if (/^\d+$/.test(name)) return 'variable';
  return name.includes('/') ? name.replace(/_\d+$/, '') : name;
}
