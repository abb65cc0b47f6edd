/**
 * The temporary files beside a file that is being replaced. Their names say who writes them, so that those of killed processes can be told from those of
 * processes still writing. Knows names and processes; knows no optimizer.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Those that this thread is writing. */
const atWork = new Set<string>();

/** So many bytes of a file's name are in its part's, which must not be longer than the 255 that systems allow. */
const longestBeginning = 200;
/** What nobody has written to for so long has no writer, whatever its name says: the number may be another process's by now. */
const day = 24 * 60 * 60 * 1000;

/** What follows the beginning of the file's name: machine, process and a number of its own; or what earlier versions wrote. */
const signature = /^\.(?:([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.part$/;

/** The name of a part of the file `base`. */
export function partName(base: string): string {
  return `${beginning(base)}.${machine()}-${String(process.pid)}-${randomBytes(4).toString('hex')}.part`;
}

/** Does something while the part `path` counts as being written. */
export async function keep(path: string, work: () => Promise<void>): Promise<void> {
  atWork.add(path);
  try {
    await work();
  } finally {
    atWork.delete(path);
  }
}

/** Removes what killed writers left of the file `base`. What cannot be removed stays: saving does not depend on it. */
export async function clearStale(folder: string, base: string): Promise<void> {
  const start = beginning(base);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const signed = name.startsWith(start) ? signature.exec(name.slice(start.length)) : null;
    if (signed === null) continue;
    const path = join(folder, name);
    const changed = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (changed === undefined || atWork.has(path)) continue;
    if (Date.now() - changed > day || isDead(signed[1], Number(signed[2]), changed)) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Whether a process of this machine that wrote last at the time `changed` is surely gone. */
function isDead(on: string | undefined, pid: number, changed: number): boolean {
  if (on !== machine()) return false;
  // Another thread of this process, or a process that had this number before: the first of a container always has the same.
  if (pid === process.pid) return changed < Date.now() - 1000 * process.uptime() - 2000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

let ownMachine: string | undefined;

function machine(): string {
  return (ownMachine ??= createHash('sha256').update(hostname()).digest('hex').slice(0, 8));
}

function beginning(base: string): string {
  let out = '';
  for (const character of base) {
    if (Buffer.byteLength(out + character) > longestBeginning) break;
    out += character;
  }
  return out;
}
