/**
 * The equations with the numbers of one step in the place of the names. The result is text in the same language, so that the library
 * typesets it. Knows equations and traces; knows no page.
 */
import { figure, type Trace } from '@thalweg/guide';
import { optimizer, spell, type Method } from 'thalweg';

/** One equation with live numbers. */
export interface LiveLine {
  readonly latex: string;
  readonly value: number;
}

const name = /[\p{Ll}\p{Lu}](?:\p{M}|[₀-₉0-9_∞]|[\u2090-\u209c]|[\p{Ll}\p{Lu}])*/gu;
const functions = new Set([
  'sign',
  'min',
  'max',
  'exp',
  'log',
  'cos',
  'floor',
  'sqrt',
  'abs',
  'norm',
  'inner',
  'sum',
  'mod',
  'norm_all',
  'norm_group',
  'sum_all',
]);

/** Each line of the method's equations at row `row` for one coordinate; lines with norms, which mix coordinates, show their value only. */
export function liveLines(method: Method, trace: Trace, row: number, index: number): LiveLine[] {
  if (row < 1 || row >= trace.rows || method.parts.length !== 1) return [];
  const lines = method.equations
    .split(/[\n;]/)
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const targets = [...new Set(lines.map(targetOf).filter((target) => target !== 'g' && target !== 'w'))];
  const at = (target: string, when: number): number => {
    if (target === 'w') return trace.w[when * trace.size + index]!;
    if (target === 'g') return trace.g[when * trace.size + index]!;
    return trace.names.get(spell(target))?.[when * trace.size + index] ?? NaN;
  };
  const known = new Map<string, number>([
    ['t', row],
    ['w', at('w', row - 1)],
    ['g', at('g', row)],
    ['π', Math.PI],
    ['s', 1],
  ]);
  for (const target of targets) known.set(target, at(target, row - 1));
  const [bound] = method.groups[0]?.parts ?? [];
  for (const { name: option, symbol } of bound?.part.hyper ?? []) {
    const value = bound?.values.get(option);
    const now = typeof value === 'number' ? value : typeof value === 'function' ? value(row) : (value?.at(row) ?? NaN);
    known.set(symbol, now);
    known.set(option, now);
  }
  return lines.map((line) => {
    const target = targetOf(line);
    const value = at(target, row);
    const [, left = '', right = ''] = /^(.*?(?:←|<-|=))(.*)$/su.exec(line) ?? [];
    known.set(target, value);
    const mixes = /[‖⟨]|norm|inner|sum|\bf\b|f_min/.test(right);
    const before = new Map(known);
    if (target === 'w' || trace.names.has(spell(target))) before.set(target, at(target, row - 1));
    const numbers = mixes
      ? plain(value)
      : right
          .replaceAll(name, (word) => (functions.has(word) || !before.has(word) ? word : plain(before.get(word)!)))
          .replaceAll('ᵗ', `^(${String(row)})`);
    return { latex: typeset(`${left} ${numbers}`) ?? typeset(`${left} ${plain(value)}`) ?? '', value };
  });
}

function targetOf(line: string): string {
  return /^\s*(\S+?)\s*(?:←|<-|=)/u.exec(line)?.[1] ?? '';
}

/** A number as the language reads it, in brackets where it is negative. */
function plain(value: number): string {
  if (!Number.isFinite(value)) return '0';
  const text = figure(value).replaceAll('−', '-');
  return value < 0 ? `(${text})` : text;
}

function typeset(equation: string): string | undefined {
  try {
    return optimizer({ name: 'live', hyper: {}, equations: equation })().latex();
  } catch {
    return undefined;
  }
}
