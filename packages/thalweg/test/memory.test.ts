/** Memory: a user's own of either address size, one that is too small, and addresses of 64 bits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adamw,
  chain,
  clipByGlobalNorm,
  groups,
  lamb,
  OptionError,
  otherwise,
  sgd,
  tensor,
  UnsupportedError,
  type InitOptions,
} from 'thalweg';

const method = chain(clipByGlobalNorm(0.5), groups([{ match: { rank: 2 }, use: lamb() }, { match: otherwise, use: adamw() }])); // prettier-ignore

async function train(options: InitOptions): Promise<number[]> {
  const opt = await method.init({ W: tensor([300, 120]), b: tensor([40_000]), c: tensor([3]) }, options);
  for (const w of Object.values(opt.params)) w.forEach((_, i) => (w[i] = Math.sin(i + 1)));
  for (let t = 1; t <= 3; t++) {
    for (const g of Object.values(opt.grads)) g.forEach((_, i) => (g[i] = Math.cos(i * t)));
    opt.step();
  }
  return Object.values(opt.params).flatMap((w) => [...w]);
}

/** A memory with addresses of 64 bits, which the DOM's types do not know yet. */
function wide(pages: number, shared: boolean): WebAssembly.Memory {
  return new WebAssembly.Memory({
    address: 'i64',
    initial: BigInt(pages),
    maximum: BigInt(pages),
    shared,
  } as unknown as WebAssembly.MemoryDescriptor);
}

test('any memory of the user gives the same bits, and what lies before the offset stays', async () => {
  const expected = await train({ threads: 1 });
  const memories = [
    [new WebAssembly.Memory({ initial: 100 }), 1],
    [new WebAssembly.Memory({ initial: 100, maximum: 100, shared: true }), 2],
    [wide(100, false), 1],
    [wide(100, true), 2],
  ] as const;
  for (const [memory, threads] of memories) {
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0xa5);
    assert.deepEqual(await train({ memory: { memory, offset: 70_001 }, threads }), expected);
    assert.ok(bytes.subarray(0, 70_001).every((byte) => byte === 0xa5));
    assert.deepEqual(await train({ memory, threads }), expected);
  }
});

test('the views lie in the memory that was handed in', async () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const opt = await sgd().init({ w: Float32Array.of(1, 2) }, { memory });
  assert.equal(opt.params.w.buffer, memory.buffer);
  assert.equal(new Float32Array(memory.buffer, opt.params.w.byteOffset, 2)[1], 2);
});

test('a memory that is too small or of no use is refused in words', async () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const init = (options: InitOptions) => sgd().init({ w: tensor([100_000]) }, options);
  await assert.rejects(init({ memory }), (error) => error instanceof UnsupportedError && /2 arrays \(w, g\) need 0.8 MiB, and the given memory has 0.1 MiB from byte 0 on; it must have at least 13 pages/.test(error.message)); // prettier-ignore
  await assert.rejects(
    init({ memory: new WebAssembly.Memory({ initial: 13 }), threads: 2 }),
    /memory is not shared, and several threads need/,
  );
  await assert.rejects(init({ memory, backend: 'fround' }), /memory is not used by the backend fround/);
  await assert.rejects(init({ memory: { memory, offset: -1 } }), /memory has the offset -1/);
  await assert.rejects(init({ memory: {} as never }), OptionError);
});

test('a model larger than the machine is refused before memory is touched', async () => {
  await assert.rejects(adamw().init({ w: tensor([3e9]) }), /4 arrays .* need 44.7 GiB, and one memory has 16.0 GiB/);
  await assert.rejects(sgd().init({ w: tensor([1e12]) }, { backend: 'fround' }), /need 746\d\.\d GiB, and the machine has \d+\.\d GiB/);
});
