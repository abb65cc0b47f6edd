/**
 * Type checks that work across realms (a test runner's sandbox, an iframe, `node:vm`), where `instanceof` is false for valid values. Knows JavaScript only.
 */

/** Reads the internal name of a typed array; undefined for anything else, whatever it calls itself. */
const typedName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag) ?? {};

/** The name of the class of a typed array, `'Float32Array'` say; undefined for a value that is none. */
export function typedArrayName(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? (typedName.get?.call(value) as string | undefined) : undefined;
}

/** Whether a value is a Float32Array. */
export function isFloat32(value: unknown): value is Float32Array {
  return typedArrayName(value) === 'Float32Array';
}

/** Whether a value is a Float64Array. */
export function isFloat64(value: unknown): value is Float64Array {
  return typedArrayName(value) === 'Float64Array';
}

/** Whether a value is a Uint16Array. */
export function isUint16(value: unknown): value is Uint16Array {
  return typedArrayName(value) === 'Uint16Array';
}

/** Whether a value is a regular expression. */
export function isRegExp(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === '[object RegExp]' && typeof Reflect.get(Object(value) as object, 'source') === 'string';
}

/** Whether memory is shared between threads. */
export function isShared(buffer: ArrayBufferLike): boolean {
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
}

/** Whether a value is a WebAssembly.Memory. */
export function isMemory(value: unknown): value is WebAssembly.Memory {
  if (typeof WebAssembly === 'undefined') return false;
  try {
    return Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, 'buffer')?.get?.call(value) !== undefined;
  } catch {
    return false; // The getter refuses whatever is no memory.
  }
}
