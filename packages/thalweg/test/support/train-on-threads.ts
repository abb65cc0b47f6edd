/** A process that trains on as many threads as it is told and prints the checksum of what it has after that many steps. */
import { crc32 } from 'node:zlib';
import { adamw, chain, clipByGlobalNorm, tensor } from 'thalweg';

const [threads, steps] = process.argv.slice(2).map(Number);
const opt = await chain(clipByGlobalNorm(1), adamw()).init({ w: tensor([3_000_000]) }, { threads: threads ?? 1 });
opt.params.w.forEach((_, i) => (opt.params.w[i] = Math.sin(i)));
opt.grads.w.forEach((_, i) => (opt.grads.w[i] = Math.cos(i) * 10 ** ((i % 9) - 4)));
console.log('training');
while (opt.t < (steps ?? 1)) opt.step();
const arrays = [opt.params, ...Object.values(opt.state)].flatMap((views) => Object.values(views));
console.log(arrays.map(({ buffer, byteOffset, byteLength }) => crc32(Buffer.from(new Uint8Array(buffer, byteOffset, byteLength)))).join());
