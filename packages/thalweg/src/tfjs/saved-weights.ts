/**
 * An optimizer as weights in a model's file: `iter`, as in TF.js and Keras, and the checkpoint, byte for byte. TF.js has no byte type that it preserves, so
 * four bytes are packed into each integer, which is written and read exactly.
 */
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { describe, isRecord } from '../language/options.ts';
import { CheckpointError } from '../language/run-error.ts';
import { fromUtf8, toUtf8 } from '../language/utf8.ts';
import type { Declared } from './bindings.ts';
import type { NamedTensor, Saved } from './engine.ts';

const checkpoint = 'thalweg/checkpoint';

/** The weights. */
export function toWeights(t: number, saved: Saved | undefined): NamedTensor[] {
  const iterations = { name: 'iter', tensor: outside(Int32Array.of(t), []) };
  if (saved === undefined) return [iterations];
  const header = toUtf8(JSON.stringify(saved.declared));
  const lengths = Int32Array.of(header.length, saved.bytes.length);
  const bytes = new Uint8Array(4 * Math.ceil((lengths.byteLength + header.length + saved.bytes.length) / 4));
  bytes.set(new Uint8Array(lengths.buffer));
  bytes.set(header, lengths.byteLength);
  bytes.set(saved.bytes, lengths.byteLength + header.length);
  const words = new Int32Array(bytes.buffer);
  return [iterations, { name: checkpoint, tensor: outside(words, [words.length]) }];
}

/** A tensor that is read as any other, and that takes no place in TF.js's memory: what saves a model disposes of none. */
function outside(values: Int32Array, shape: number[]): Tensor {
  const made = tensor(values, shape, 'int32');
  made.dispose();
  const own = {
    data: () => Promise.resolve(values.slice()),
    dataSync: () => values.slice(),
    clone: () => tensor(values.slice(), shape, 'int32'),
  };
  return Object.assign(made, own);
}

/** What weights hold; undefined where they are of an optimizer that had not stepped. Throws a CheckpointError where they are of something else. */
export async function fromWeights(owner: string, weights: readonly NamedTensor[]): Promise<Saved | undefined> {
  const found = weights.find(({ name }) => name === checkpoint);
  if (found === undefined) {
    const [iterations, ...others] = weights;
    if (iterations?.name === 'iter' && others.length === 0 && (await iterations.tensor.data())[0] === 0) return undefined;
    const names = weights.map(({ name }) => name).join(', ');
    throw new CheckpointError(owner, [`these weights are of another optimizer: they have no ${checkpoint}, but ${names || 'nothing'}`]);
  }
  const words = await found.tensor.data();
  const bytes = new Uint8Array(Int32Array.from(words).buffer);
  const [header = 0, length = 0] = words;
  const from = 8 + header;
  if (words.length < 2 || header < 0 || length < 0 || from + length > bytes.length)
    throw new CheckpointError(owner, [`${checkpoint} was cut short: it has ${String(bytes.length)} bytes`]);
  return { declared: readDeclared(owner, bytes.subarray(8, from)), bytes: bytes.slice(from, from + length) };
}

function readDeclared(owner: string, json: Uint8Array): Declared[] {
  let list: unknown;
  try {
    list = JSON.parse(fromUtf8(json));
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list)) throw new CheckpointError(owner, [`${checkpoint} does not say which parameters it is of`]);
  return list.map((one: unknown) => {
    const { name, shape, batch } = isRecord(one) ? one : {};
    if (typeof name === 'string' && isShape(shape) && typeof batch === 'number') return { name, shape, batch };
    throw new CheckpointError(owner, [`${checkpoint} has ${describe(one)} where the name and shape of a parameter should be`]);
  });
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
