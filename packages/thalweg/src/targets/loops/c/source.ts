/**
 * C source under construction: literals that mean exactly the number they stand for, statements that each name a value, and the helper functions that a
 * file needs, each once. Knows no kernel.
 */
import { bytesOf, type DType } from '../../../plan/dtype.ts';

/** The types of values: numbers, and conditions. */
export type CType = 'float' | 'double' | 'int';

/** C's name for the elements of arrays. */
export const typeOf: Readonly<Record<DType, 'float' | 'double'>> = { float32: 'float', float64: 'double' };

/** What functions of math.h end in for a type. */
export const suffixOf = { float: 'f', double: '' } as const;

/** Bytes of a type, as the literal of a size. */
export const sizeOf = (dtype: DType): string => String(bytesOf[dtype]);

/** A number of float64 as a literal of a type, which is that number rounded once. */
export function literal(value: number, type: 'float' | 'double'): string {
  if (Number.isNaN(value)) return type === 'float' ? 'NAN' : '(double)NAN';
  if (!Number.isFinite(value)) return `${value < 0 ? '-' : ''}${type === 'float' ? '' : '(double)'}INFINITY`;
  const digits = Object.is(value, -0) ? '-0' : String(value);
  const text = /[.e]/.test(digits) ? digits : `${digits}.0`;
  if (type === 'double') return text;
  return Math.fround(value) === value ? `${text}f` : `(float)${text}`;
}

/** Statements, each of which declares a value. */
export class Statements {
  readonly lines: string[] = [];
  private readonly prefix: string;

  /** Values are called by `prefix` and a number. */
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Declares a value; returns its name. */
  declare(type: CType, value: string): string {
    const name = `${this.prefix}${String(this.lines.length)}`;
    this.lines.push(`const ${type} ${name} = ${value};`);
    return name;
  }
}

/** A helper: its source, and the helpers that this needs. */
export interface Helper {
  readonly text: string;
  readonly needs?: readonly string[];
}

/** The helpers that a file needs. */
export class Helpers {
  private readonly used = new Map<string, string>();
  private readonly known: (name: string) => Helper;

  /** `known` says what a helper is. */
  constructor(known: (name: string) => Helper) {
    this.known = known;
  }

  /** Has a helper defined; returns its name. */
  use(name: string): string {
    if (this.used.has(name)) return name;
    const { text, needs = [] } = this.known(name);
    for (const other of needs) this.use(other);
    this.used.set(name, text);
    return name;
  }

  /** The source of all of them, each after those it needs. */
  get text(): string {
    return [...this.used.values()].join('\n\n');
  }
}

/** Lines moved to the right. */
export function indented(lines: readonly string[], by = '  '): string[] {
  return lines.flatMap((line) => line.split('\n')).map((line) => (line === '' ? line : by + line));
}
