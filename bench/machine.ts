/** What the figures were measured on. */
import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** A machine's description, one fact an entry. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly vectors: string;
  /** Size of the last cache in bytes, as far as it is known. */
  readonly lastCache: number;
  readonly caches: string;
  readonly memory: string;
  readonly system: string;
  readonly versions: readonly string[];
}

/** Reads what the system tells. */
export function describeMachine(versions: readonly string[]): Machine {
  const [cpu] = cpus();
  const flags = /^flags\s*:\s*(.*)$/m.exec(text('/proc/cpuinfo'))?.[1]?.split(' ') ?? [];
  const widest = flags.includes('avx512f') ? '512 bits (AVX-512)' : flags.includes('avx2') ? '256 bits (AVX2)' : 'unknown';
  const caches = [0, 1, 2, 3, 4].flatMap((index) => {
    const of = (name: string): string => text(`/sys/devices/system/cpu/cpu0/cache/index${String(index)}/${name}`).trim();
    return of('type') === '' || of('type') === 'Instruction' ? [] : [{ level: of('level'), size: of('size') }];
  });
  const last = caches.at(-1)?.size ?? '';
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    vectors: `${widest}; WebAssembly has 128 bits`,
    lastCache: Number.parseInt(last, 10) * (last.endsWith('K') ? 1024 : 1024 ** 2) || 32 * 1024 ** 2,
    caches: caches.map(({ level, size }) => `L${level} ${size}`).join(', '),
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${platform()} ${release()}`,
    versions: [`Node ${process.version}`, `V8 ${process.versions.v8}`, ...packages.map(packageVersion), ...versions],
  };
}

const packages = ['thalweg', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@jax-js/jax'];

function packageVersion(name: string): string {
  const file = join(import.meta.dirname, '..', 'node_modules', name, 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return `${name} ${version}`;
}

/** A file of the system, empty where this system has none. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
