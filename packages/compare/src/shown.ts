/** Values as messages show them: their type, and enough to recognize them. */

/** Whether a value is an object, arrays and functions apart. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `1 run`, `2 runs`. */
export function counted(count: number, one: string): string {
  return `${String(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** `undefined`, `the string "0.5"`, `the BigInt 3n`, `an array`, `an object (Tensor)`. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'bigint') return `the BigInt ${String(value)}n`;
  if (typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  if (Array.isArray(value))
    return value.length > 0 && value.length < 5 && value.every((one) => typeof one === 'number') ? JSON.stringify(value) : 'an array';
  if (typeof value !== 'object' || value === null) return String(value);
  const { constructor: make } = value;
  return typeof make === 'function' && make !== Object && make.name !== '' ? `an object (${make.name})` : `an object with ${keysOf(value)}`;
}

function keysOf(value: object): string {
  const keys = Object.keys(value);
  return keys.length === 0 ? 'nothing in it' : keys.slice(0, 5).join(', ') + (keys.length > 5 ? ', …' : '');
}

/** A text with the secrets of all addresses in it left out: a command line, or a message of a library. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/\b([a-z]+:\/\/)[^\s/]*@/g, '$1');
}
