/** Versions as npm orders them: three numbers, and perhaps what comes before the release, such as `-rc.1`. */

export interface Version {
  readonly numbers: readonly [number, number, number];
  /** The parts after the hyphen; none for a release. */
  readonly before: readonly (number | string)[];
}

/** Reads `1.2.3` or `1.2.3-rc.1`; undefined where it is something else. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, rest] = match;
  const parts = rest?.split('.') ?? [];
  if (parts.some((part) => /^0\d+$/.test(part))) return undefined;
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    before: parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  };
}

/** Below 0 where `a` is the lower, above 0 where it is the higher. */
export function compareVersions(a: Version, b: Version): number {
  for (const i of [0, 1, 2] as const) if (a.numbers[i] !== b.numbers[i]) return a.numbers[i] - b.numbers[i];
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  for (const [i, one] of a.before.entries()) {
    const other = b.before[i];
    if (other === undefined) return 1;
    if (one === other) continue;
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    // Numbers come before words.
    if (typeof one !== typeof other) return typeof one === 'number' ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return a.before.length - b.before.length;
}

/** The name under which npm offers it: what comes before a release is not what `npm install` takes. */
export function distTag({ before }: Version): string {
  return before.length === 0 ? 'latest' : 'next';
}
