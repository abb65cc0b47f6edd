/** Tables and figures in Markdown. */
import type { Quartiles } from './statistics.ts';

/** A Markdown table; all columns but the first are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** A median with its quartiles, `1.03 (1.01–1.10)`, all with as many decimals as give the median three digits, two below 1. */
export function figure(quartile: Quartiles | null): string {
  if (quartile === null) return '–';
  const [low, middle, high] = quartile.map((value) => number(value, quartile[1]));
  return `${middle ?? ''} (${low ?? ''}–${high ?? ''})`;
}

/** A number with as many decimals as give `scale` three digits, two below 1. */
export function number(value: number, scale = value): string {
  return value.toLocaleString('en', { minimumFractionDigits: decimals(scale), maximumFractionDigits: decimals(scale) });
}

function decimals(scale: number): number {
  const magnitude = Math.floor(Math.log10(Math.abs(scale) || 1));
  return Math.min(5, Math.max(0, magnitude < 0 ? 1 - magnitude : 2 - magnitude));
}
