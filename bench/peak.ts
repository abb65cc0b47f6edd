/** The most that WebAssembly SIMD computes here: products and sums that depend on nothing but their own chain, made by the assembler of the library. */
import { Code } from '../packages/thalweg/src/targets/loops/wasm/assembler/code.ts';
import { encodeModule, interfaceNames } from '../packages/thalweg/src/targets/loops/wasm/assembler/module.ts';

/** Chains enough to fill the latency of a product and a sum, and few enough for sixteen registers. */
const chains = 12;
const unrolled = 8;
const turnFlops = chains * unrolled * 4 * 2;

function peakModule(): Uint8Array<ArrayBuffer> {
  const code = new Code(1);
  const counter = code.local('i32');
  const sums = Array.from({ length: chains }, () => code.local('v128'));
  const [factor, summand] = [code.local('v128'), code.local('v128')];
  code.f32x4(0.999).set(factor).f32x4(0.001).set(summand);
  code.while(
    () => code.get(counter).get(0).op('i32.lt_u'),
    () => {
      for (let turn = 0; turn < unrolled; turn++) {
        for (const sum of sums) code.get(sum).get(factor).op('f32x4.mul').get(summand).op('f32x4.add').set(sum);
      }
      code.get(counter).i32(1).op('i32.add').set(counter);
    },
  );
  // Stored, so that nothing can be left out.
  for (const [i, sum] of sums.entries()) code.i32(16 * i).get(sum).store('v128.store'); // prettier-ignore
  return encodeModule(code, { address: 'i32', shared: false });
}

/** A function that measures it once, in GFLOP/s, on the thread that calls it. */
export function peak(): () => number {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(peakModule()), {
    [interfaceNames.module]: { [interfaceNames.memory]: memory },
  });
  const run = instance.exports[interfaceNames.run] as (turns: number) => void;
  const turns = 300_000;
  for (let i = 0; i < 20; i++) run(turns / 10);
  return () => {
    const started = process.hrtime.bigint();
    run(turns);
    return (turns * turnFlops) / Number(process.hrtime.bigint() - started);
  };
}
