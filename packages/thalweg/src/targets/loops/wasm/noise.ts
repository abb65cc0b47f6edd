/**
 * The noise of `routines/noise.ts` in WebAssembly, bit for bit: four counters a turn, each of which gives four draws. Pure: bytes out.
 *
 * The function is `run(at, from, to)` as every kernel's, so that threads share a tensor by its segments of `noiseSegment` elements. At `at` lie
 * words of 8 bytes: the address of the result, its length, seed, hash and step. Draws behind the end fall into the padding.
 */
import { Code } from './assembler/code.ts';
import { encodeModule, type MemoryKind } from './assembler/module.ts';
import { bytesOf, type DType } from '../../../plan/dtype.ts';
import { word } from '../convention.ts';
import { factors, normals, rounds, weyl } from '../routines/noise.ts';
import { doubles, each, store, type Parts } from './arithmetic.ts';

/** The words at `at`. */
const [resultWord, lengthWord, seedWord, hashWord, stepWord] = [0, 1, 2, 3, 4];

/** Elements of a segment. */
export const noiseSegment = 4096;

/** Counters of a turn: as many keep a processor busy, since each is a long chain of instructions. */
const ways = 4;

/** Bytes of two lanes of 32 bits, the others being zero. */
const pair = (low: number, high: number): number[] =>
  [low, high, 0, 0].flatMap((lane) => [0, 8, 16, 24].map((shift) => (lane >>> shift) & 0xff));
const lanes = (...numbers: readonly number[]): number[] => numbers.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));

/** The module for one element type. */
export function noiseModule(dtype: DType, memory: MemoryKind): Uint8Array<ArrayBuffer> {
  const [argumentsAt, counter, end] = [0, 1, 2];
  const code = new Code(3);
  const { address } = memory;
  const [at, target, last] = [code.local(address), code.local(address), code.local('i32')];
  const f = doubles(code);
  const widened = (local: number): Code => (address === 'i64' ? code.get(local).op('i64.extend_i32_u') : code.get(local));
  const offset = (value: number): Code => (address === 'i64' ? code.i64(value) : code.i32(value));
  const given = (index: number, half = 0): Code => code.get(at).load('v128.load32_splat', word * index + 4 * half);
  /** Takes the first lanes of one vector and the second of another. */
  const both = (): number => store(code.v128(pair(-1, 0)).op('v128.bitselect'));

  widened(argumentsAt).set(at);
  // Counters, of four elements each, instead of segments.
  for (const local of [counter, end])
    code
      .get(local)
      .i32(noiseSegment / 4)
      .op('i32.mul')
      .set(local);
  code
    .get(at)
    .load('i32.load', word * lengthWord)
    .i32(3)
    .op('i32.add')
    .i32(2)
    .op('i32.shr_u')
    .set(last);
  code.get(last).get(end).op('i32.lt_u');
  code.if(() => code.get(last).set(end));
  code.get(at).load(`${address}.load`, word * resultWord);
  widened(counter);
  offset(4 * bytesOf[dtype])
    .op(`${address}.mul`, `${address}.add`)
    .set(target);
  given(seedWord);
  given(hashWord);
  const keys = [both()];
  while (keys.length < rounds)
    keys.push(
      store(
        code
          .get(keys.at(-1) ?? 0)
          .v128(pair(...weyl))
          .op('i32x4.add'),
      ),
    );
  code.get(counter).op('i32x4.splat');
  given(stepWord);
  const index = both();
  const high = store(given(stepWord, 1).v128(pair(0, -1)).op('v128.and'));

  code.while(
    () => code.get(counter).get(end).op('i32.lt_u'),
    () => {
      // The words a and c of each counter in one vector, b and d in another.
      let x: Parts = Array.from({ length: ways }, (_, way) => store(code.get(index).v128(pair(way, 0)).op('i32x4.add')));
      let y: Parts = [high];
      for (const key of keys) {
        const products = each(code, [x], () => code.v128(pair(...factors)).op('i64x2.extmul_low_i32x4_u'));
        const upper = each(code, [products, products], () => code.shuffle(lanes(3, 1, 0, 0)));
        x = each(code, [upper, y, [key]], () => code.op('v128.xor', 'v128.xor'));
        y = each(code, [products, products], () => code.shuffle(lanes(2, 0, 0, 0)));
      }
      const [first, second] = [x, y].map((words) => each(code, [words], () => code.op('f64x2.convert_low_i32x4_u')));
      const [even, odd] = normals(f, first ?? [], second ?? []);
      even.forEach((a, way) => {
        const b = odd[way] ?? 0;
        code.get(counter).i32(way).op('i32.add').get(end).op('i32.lt_u');
        code.if(() => {
          code.get(target);
          if (dtype === 'float32') {
            for (const half of [a, b]) code.get(half).op('f32x4.demote_f64x2_zero');
            code.shuffle(lanes(0, 4, 1, 5)).store('v128.store', 16 * way);
          } else {
            code
              .get(a)
              .get(b)
              .shuffle(lanes(0, 1, 4, 5))
              .store('v128.store', 32 * way);
            code
              .get(target)
              .get(a)
              .get(b)
              .shuffle(lanes(2, 3, 6, 7))
              .store('v128.store', 32 * way + 16);
          }
        });
      });
      code.get(index).v128(pair(ways, 0)).op('i32x4.add').set(index);
      code.get(target);
      offset(4 * ways * bytesOf[dtype])
        .op(`${address}.add`)
        .set(target);
      code.get(counter).i32(ways).op('i32.add').set(counter);
    },
  );
  return encodeModule(code, memory);
}
