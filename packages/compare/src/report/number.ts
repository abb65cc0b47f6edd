/** Numbers as all reports write them: real minus signs, equal decimals down a column. Knows nothing of what they measure. */

/** Writes one number of a column. */
export type Format = (value: number | null) => string;

/** Stands where there is no number. */
export const none = '–';

/** A number in at most `digits` significant digits. */
export function number(value: number | null, digits = 3): string {
  if (value === null || Number.isNaN(value)) return none;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
    return `${signed(String(Number(mantissa)))}×10${superscript(Number(exponent))}`;
  }
  return signed(thousands(String(Number(value.toPrecision(digits)))));
}

/** One way of writing for all numbers of a column: as many decimals as give the largest three digits; of those below a tenth of it, as many as give them three. */
export function column(values: readonly (number | null)[], digits = 3): Format {
  const finite = values.filter((value) => value !== null && Number.isFinite(value)).map((value) => Math.abs(value ?? 0));
  const largest = Math.max(0, ...finite);
  const least = Math.min(largest, ...finite.filter((value) => value > 0));
  // A column over many magnitudes has no common number of decimals.
  if (largest < 1e-3 || largest >= 1e6 || largest > 1e4 * least) return (value) => number(value, digits);
  if (finite.every(Number.isInteger)) return (value) => (value === null ? none : signed(thousands(String(value))));
  return (value) => {
    if (value === null) return none;
    const magnitude = Math.abs(value);
    if (magnitude !== 0 && magnitude < Math.min(1e-3, largest / 10)) return number(value, digits);
    const like = magnitude === 0 || magnitude >= largest / 10 ? largest : magnitude;
    return signed(thousands(value.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(like))))));
  };
}

/** The unit in which the largest of these durations reads best, and how to write them in it. */
export function durations(seconds: readonly (number | null)[]): { readonly unit: string; readonly format: Format } {
  const largest = Math.max(0, ...seconds.map((value) => value ?? 0));
  const [unit, factor] = largest >= 0.1 || largest === 0 ? (['s', 1] as const) : largest >= 1e-4 ? (['ms', 1e3] as const) : (['µs', 1e6] as const);
  const scaled = (value: number | null): number | null => (value === null ? null : value * factor);
  const format = column(seconds.map(scaled));
  return { unit, format: (value) => format(scaled(value)) };
}

/** A learning rate as it is typed. */
export function rateText(lr: number): string {
  return String(Number(lr.toPrecision(4)));
}

/** `p = 0.018`; very small ones without digits that mean nothing. */
export function probability(p: number | null): string {
  if (p === null) return `p ${none}`;
  if (p < 1e-3) return 'p < 0.001';
  return `p = ${number(p, 2)}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** Text that begins as a sentence does. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function signed(text: string): string {
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text.replace('-', '−');
}

function thousands(text: string): string {
  const [whole = '', decimals] = text.split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

function superscript(exponent: number): string {
  return String(exponent).replaceAll(/./g, (digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit))));
}
