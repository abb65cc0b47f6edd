/**
 * The noise of `routines/noise.ts` in WebAssembly SIMD, the same words and the same bits: Philox for four counters side by side, whose words Box and
 * Muller's formulas then take two by two in float64. Pure: bytes out.
 *
 * The function is `run(at, from, to)`, so that threads share the draws by segments of some groups. At `at` lie words of 4 bytes, `noiseArgument`; from
 * `drawsAt` on there is room for the draws of all groups in float64, which whoever copies them rounds to the array's type.
 */
import { Code } from '../assembler/code.ts';
import { encodeModule, type MemoryKind } from '../assembler/module.ts';
import { normals, philoxConstants } from './routines/noise.ts';
import { upperHalf, vectors } from './wasm-elementary.ts';

/** The words of the arguments: the key, the step, the number of the first counter, and how many groups there are. */
export const noiseArgument = { seed: 0, tensor: 1, low: 2, high: 3, counter: 4, groups: 5 } as const;

/** Where the draws begin behind the arguments. */
export const drawsAt = 64;

/** Draws of a group, and groups of a segment. */
export const groupDraws = 16;
export const groupsTogether = 64;

const counters = 4;
const drawBytes = 8;
const [argumentsAt, fromSegment, toSegment] = [0, 1, 2];
/** The lower, and the upper, words of four products of 64 bits in two vectors. */
const lowerWords = [0, 8, 16, 24].flatMap((byte) => [byte, byte + 1, byte + 2, byte + 3]);
const upperWords = lowerWords.map((byte) => byte + 4);
/** The module. */
export function noiseModule(memory: MemoryKind): Uint8Array<ArrayBuffer> {
  const code = new Code(3);
  const [group, end, out] = [code.local('i32'), code.local('i32'), code.local('i32')];
  const f = vectors(code);
  /** Pops a vector into a new local. */
  const kept = (): number => {
    const local = code.local('v128');
    code.set(local);
    return local;
  };
  const argument = (name: keyof typeof noiseArgument): Code => code.get(argumentsAt).load('i32.load', 4 * noiseArgument[name]);

  /** The four words of each of four counters. */
  const philox = (): number[] => {
    argument('counter').get(group).i32(counters).op('i32.mul', 'i32.add', 'i32x4.splat');
    code.v128([0, 1, 2, 3].flatMap((lane) => [lane, 0, 0, 0])).op('i32x4.add');
    const words = [kept()];
    code.i32x4(0);
    words.push(kept());
    for (const name of ['low', 'high', 'seed', 'tensor'] as const) {
      argument(name).op('i32x4.splat');
      words.push(kept());
    }
    let [a = 0, b = 0, c = 0, d = 0, low = 0, high = 0] = words;
    const product = (x: number, factor: number): readonly [lower: number, upper: number] => {
      code.get(x).i32x4(factor).op('i64x2.extmul_low_i32x4_u');
      const first = kept();
      code.get(x).i32x4(factor).op('i64x2.extmul_high_i32x4_u');
      const last = kept();
      code.get(first).get(last).shuffle(lowerWords);
      const lower = kept();
      code.get(first).get(last).shuffle(upperWords);
      return [lower, kept()];
    };
    const next = (x: number, weyl: number): number => {
      code.get(x).i32x4(weyl).op('i32x4.add');
      return kept();
    };
    const mixed = (upper: number, word: number, key: number): number => {
      code.get(upper).get(word).get(key).op('v128.xor', 'v128.xor');
      return kept();
    };
    for (let round = 0; round < philoxConstants.rounds; round++) {
      const [first, second] = [product(a, philoxConstants.factors[0]), product(c, philoxConstants.factors[1])];
      [a, b, c, d] = [mixed(second[1], b, low), second[0], mixed(first[1], d, high), first[0]];
      [low, high] = [next(low, philoxConstants.weyl[0]), next(high, philoxConstants.weyl[1])];
    }
    return [a, b, c, d];
  };

  /** Two words of each of two counters as float64. */
  const widened = (word: number, half: number): number => {
    code.get(word);
    if (half === 1) code.get(word).shuffle(upperHalf);
    code.op('f64x2.convert_low_i32x4_u');
    return kept();
  };

  /** Stores the draws of two counters: of each the first two of its four, or the last. */
  const store = ([first, second]: readonly [number, number], half: number, pair: number): void => {
    for (const counter of [0, 1]) {
      const lane = [0, 1, 2, 3, 4, 5, 6, 7].map((byte) => byte + 8 * counter);
      code
        .get(out)
        .get(first)
        .get(second)
        .shuffle([...lane, ...lane.map((byte) => byte + 16)])
        .store('v128.store', drawBytes * (4 * (2 * half + counter) + 2 * pair));
    }
  };

  code.get(fromSegment).i32(groupsTogether).op('i32.mul').set(group);
  code.get(toSegment).i32(groupsTogether).op('i32.mul').set(end);
  argument('groups').get(end).op('i32.lt_u');
  code.if(() => argument('groups').set(end));
  code.while(
    () => code.get(group).get(end).op('i32.lt_u'),
    () => {
      code.get(argumentsAt).i32(drawsAt).op('i32.add');
      code
        .get(group)
        .i32(groupDraws * drawBytes)
        .op('i32.mul', 'i32.add')
        .set(out);
      const words = philox();
      for (const half of [0, 1]) {
        for (const pair of [0, 1]) {
          const [u, v] = [words[2 * pair] ?? 0, words[2 * pair + 1] ?? 0].map((word) => widened(word, half));
          store(normals(f, u ?? 0, v ?? 0), half, pair);
        }
      }
      code.get(group).i32(1).op('i32.add').set(group);
    },
  );
  return encodeModule(3, code, memory);
}
