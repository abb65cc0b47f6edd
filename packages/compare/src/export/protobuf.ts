/** Writes messages of protocol buffers, field by field. Knows no message. */

/** A field of a message, as its bytes. */
export type Field = Uint8Array;

/** A message, or a text or bytes, in field `number`. */
export function bytes(number: number, value: string | Uint8Array | readonly Field[]): Field {
  const content = typeof value === 'string' ? new TextEncoder().encode(value) : value instanceof Uint8Array ? value : message(value);
  return message([varint((number << 3) | 2), varint(content.length), content]);
}

/** A whole number of 0 or more, or a boolean, in field `number`. */
export function integer(number: number, value: number | boolean): Field {
  return message([varint(number << 3), varint(Number(value))]);
}

/** A number of 8 bytes in field `number`. */
export function double(number: number, value: number): Field {
  const content = new Uint8Array(8);
  new DataView(content.buffer).setFloat64(0, value, true);
  return message([varint((number << 3) | 1), content]);
}

/** A number of 4 bytes in field `number`. */
export function float(number: number, value: number): Field {
  const content = new Uint8Array(4);
  new DataView(content.buffer).setFloat32(0, value, true);
  return message([varint((number << 3) | 5), content]);
}

/** A message of these fields. */
export function message(fields: readonly Field[]): Uint8Array {
  const whole = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const field of fields) {
    whole.set(field, at);
    at += field.length;
  }
  return whole;
}

function varint(value: number): Uint8Array {
  const digits: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...digits, rest]);
    digits.push((rest % 128) + 128);
  }
}
