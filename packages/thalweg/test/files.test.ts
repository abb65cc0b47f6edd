/** Saving to disk: whole or not at all, through links, with the mode of the file that is replaced, and without what killed writers left. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { adamw, sgd, tensor, ThalwegError } from 'thalweg';
import { loadFile, saveFile } from 'thalweg/node';

const root = await mkdtemp(join(tmpdir(), 'thalweg-files-'));
after(() => rm(root, { recursive: true, force: true }));

let folders = 0;
async function folder(): Promise<string> {
  const path = join(root, String(folders++));
  await mkdir(path);
  return path;
}

const make = (value: number, length = 100) => sgd({ momentum: 0.9 }).init({ w: new Float64Array(length).fill(value) });
const isThe = (code: string) => (error: unknown) => error instanceof ThalwegError && error.code === code;
const parts = async (path: string): Promise<string[]> => (await readdir(path)).filter((name) => name.endsWith('.part'));
const codeOf = (wanted: string, path: string) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error && 'path' in error);
  assert.equal(error.code, wanted);
  assert.equal(error.path, path);
  assert.ok(error.message.includes(path) && !error.message.includes('.part'), error.message);
  return true;
};

test('a file that training overtakes is not written: the old one stays, and the promise says so', async () => {
  const path = join(await folder(), 'model.safetensors');
  const opt = await make(1, 200_000);
  await saveFile(opt, path);
  const before = await readFile(path);
  const changes: Record<string, () => unknown> = {
    'a step': () => {
      opt.grads.w.fill(1);
      opt.step();
    },
    'many steps later': async () => {
      for (let i = 0; i < 5; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        opt.step();
      }
    },
    'an assignment to the last element': () => (opt.params.w[199_999] = 7),
    'a load': () => opt.load(before),
  };
  for (const [what, change] of Object.entries(changes)) {
    const saving = saveFile(opt, path);
    const changed = change();
    await assert.rejects(saving, isThe('overtaken'), what);
    await changed;
    assert.ok(before.equals(await readFile(path)), what);
    assert.deepEqual(await parts(join(path, '..')), [], what);
  }
  await opt.load(before);
  await saveFile(opt, path);
  assert.ok(before.equals(await readFile(path)));
});

test('what does not change a byte that is saved may be done meanwhile, and the file is what the optimizer was when it was asked for', async () => {
  const path = join(await folder(), 'model.safetensors');
  const opt = await make(1);
  const expected = await opt.save();
  const saving = saveFile(opt, path);
  opt.hyper.lr = 0.5;
  opt.grads.w.fill(3);
  opt.freeze('w');
  opt.step();
  await saving;
  assert.ok(Buffer.from(expected).equals(await readFile(path)));
});

test('parts that are written elsewhere say in the end that they were overtaken', async () => {
  const opt = await make(1);
  assert.throws(() => {
    let count = 0;
    for (const part of opt.chunks()) if (part.length > 0 && count++ === 1) opt.params.w[0] = 5;
  }, isThe('overtaken'));
});

test('a link is followed, also one that leads nowhere yet or to another folder, and the file keeps its mode', async () => {
  const [here, there] = [await folder(), await folder()];
  const opt = await make(1);
  await writeFile(join(there, 'real'), 'old', { mode: 0o640 });
  await chmod(join(there, 'real'), 0o640);
  await symlink(join(there, 'real'), join(here, 'direct'));
  await symlink('direct', join(here, 'of a link'));
  await symlink(there, join(here, 'folder'));
  await symlink('../' + there.slice(root.length + 1) + '/new', join(here, 'dangling'));
  for (const path of ['direct', 'of a link', 'folder/real', 'dangling']) {
    await saveFile(opt, join(here, path));
    const again = await make(0);
    await loadFile(again, join(here, path));
    assert.equal(again.params.w[5], 1, path);
  }
  assert.equal((await stat(join(there, 'real'))).mode & 0o777, 0o640);
  for (const path of ['direct', 'of a link', 'folder', 'dangling']) assert.ok((await lstat(join(here, path))).isSymbolicLink(), path);
  assert.equal(await readlink(join(here, 'of a link')), 'direct');
  assert.ok((await lstat(join(there, 'new'))).isFile());
  for (const mode of [0o600, 0o444, 0o755]) {
    await chmod(join(there, 'real'), mode);
    await saveFile(opt, join(here, 'direct'));
    assert.equal((await stat(join(there, 'real'))).mode & 0o777, mode);
  }
  assert.deepEqual(await parts(there), []);
});

test('what cannot be saved to or loaded from says so about the path that was given', async () => {
  const here = await folder();
  const opt = await make(1);
  const missing = join(here, 'no', 'such', 'folder', 'model');
  await assert.rejects(saveFile(opt, missing), codeOf('ENOENT', missing));
  await assert.rejects(loadFile(opt, missing), codeOf('ENOENT', missing));
  await writeFile(join(here, 'file'), 'x');
  const below = join(here, 'file', 'model');
  await assert.rejects(saveFile(opt, below), codeOf('ENOTDIR', below));
  await symlink('circle', join(here, 'circle'));
  await assert.rejects(saveFile(opt, join(here, 'circle')), codeOf('ELOOP', join(here, 'circle')));
  const tooLong = join(here, 'x'.repeat(300));
  await assert.rejects(saveFile(opt, tooLong), codeOf('ENAMETOOLONG', tooLong));
  for (const path of [here, '/dev/null']) {
    await assert.rejects(saveFile(opt, path), isThe('file'));
    await assert.rejects(loadFile(opt, path), isThe('file'));
  }
  const ill = [['', opt], ['a\0b', opt], [3, opt], [undefined, opt], [new URL('https://example.org/a'), opt], [opt, 'path'], ['path', {}], ['path', null]]; // prettier-ignore
  for (const [path, of] of ill) {
    await assert.rejects(saveFile(of as typeof opt, path as string), isThe('file'));
    await assert.rejects(loadFile(of as typeof opt, path as string), isThe('file'));
  }
  assert.deepEqual((await readdir(here)).sort(), ['circle', 'file']);
});

test('names as long as systems allow, and paths as URLs', async () => {
  const here = await folder();
  const opt = await make(1);
  for (const name of ['x'.repeat(255), 'ß'.repeat(127), '\u{1f600}'.repeat(63), 'a b#?%.safetensors']) {
    await saveFile(opt, pathToFileURL(join(here, name)));
    await loadFile(opt, pathToFileURL(join(here, name)));
    await rm(join(here, name));
  }
  assert.deepEqual(await readdir(here), []);
});

test('a writer that fails, as on a full disk, leaves the old file and nothing else', async () => {
  const path = join(await folder(), 'model');
  const opt = await make(1);
  await saveFile(opt, path);
  const before = await readFile(path);
  const full = {
    *chunks() {
      yield new Uint8Array(10);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    },
  };
  await assert.rejects(saveFile(full, path), codeOf('ENOSPC', path));
  assert.ok(before.equals(await readFile(path)));
  assert.deepEqual(await parts(join(path, '..')), []);
});

/** A process that saves a large file again and again. */
function writer(path: string, value: number) {
  const script = `
    import { sgd } from 'thalweg';
    import { saveFile } from 'thalweg/node';
    const opt = await sgd().init({ w: new Float64Array(500_000).fill(${String(value)}) });
    for (let k = 0; ; k++) { await saveFile(opt, ${JSON.stringify(path)}); if (k === 0) console.log('saving'); }`;
  const conditions = process.execArgv.filter((one) => one.startsWith('--conditions'));
  return spawn(process.execPath, [...conditions, '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('what killed writers left is removed by the next save, and nothing that another is writing', async () => {
  const here = await folder();
  const path = join(here, 'model');
  const opt = await make(3, 500_000);
  await saveFile(opt, path);
  // Killed where a part is there, which may take some tries.
  for (let tries = 0; (await parts(here)).length === 0; tries++) {
    assert.ok(tries < 50, 'no part was ever left');
    const child = writer(path, 4);
    await once(child.stdout, 'data');
    while ((await parts(here)).length === 0 && child.exitCode === null);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const [left = ''] = await parts(here);
  // Of another file, of another machine, of what users call so: none of them is ours to remove.
  const others = [
    'model.part',
    'model.1.part',
    'models' + left.slice('model'.length),
    left.replace(/^model\.[0-9a-f]{8}/, 'model.00000000'),
  ];
  for (const name of others) await writeFile(join(here, name), '');
  // One of a living process, one of this process in its life before, one that is older than a day.
  const alive = left.replace(/-\d+-/, `-${String(process.ppid)}-`);
  const before = left.replace(/-\d+-/, `-${String(process.pid)}-`);
  const [old, first] = [alive.replace(/[0-9a-f]{8}\.part$/, '00000000.part'), 'model.01234567-89ab-cdef-0123-456789abcdef.part'];
  for (const name of [alive, before, old, first]) await writeFile(join(here, name), '');
  const started = Date.now() / 1000 - process.uptime();
  await utimes(join(here, before), started - 60, started - 60);
  for (const name of [old, first]) await utimes(join(here, name), started - 100_000, started - 100_000);
  await saveFile(opt, path);
  assert.deepEqual((await readdir(here)).sort(), ['model', ...others, alive].sort());
  await loadFile(opt, path);
});

test('two processes and many calls that save the same file do not remove what the others write', async () => {
  const here = await folder();
  const path = join(here, 'model');
  const child = writer(path, 8);
  let failed = '';
  child.stdout.on('data', (text) => (failed += String(text)));
  await once(child.stdout, 'data');
  const opt = await make(9, 500_000);
  for (let i = 0; i < 5; i++) {
    await Promise.all([1, 2, 3].map(() => saveFile(opt, path)));
    assert.equal(child.exitCode, null, 'the other process failed');
    const again = await sgd().init({ w: tensor([500_000], { dtype: 'float64' }) });
    await again.load(await readFile(path), { only: 'params' });
    assert.ok([8, 9].includes(again.params.w[0] ?? 0));
    assert.ok(again.params.w.every((value) => value === again.params.w[0]));
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(failed, 'saving\n');
  await saveFile(opt, path);
  assert.deepEqual(await readdir(here), ['model']);
});

test('a file that ends while it is read is no bare error', async () => {
  const path = join(await folder(), 'model');
  const opt = await adamw().init({ w: tensor([10]) });
  await saveFile(opt, path);
  assert.ok(existsSync(path));
  const lying: Pick<typeof opt, 'loadFrom'> = {
    loadFrom: (source, options) => opt.loadFrom({ ...source, size: source.size + 8 }, options),
  };
  await assert.rejects(loadFile(lying, path), ThalwegError);
});
