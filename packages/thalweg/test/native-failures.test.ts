/** What the backend `native` does where something is missing, fails, is damaged or in the way: a typed error, or a safe way round. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { adamw } from 'thalweg';
import { nativeCacheFolder } from 'thalweg/native';
import { native } from './support/native.ts';

const root = mkdtempSync(join(tmpdir(), 'thalweg-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
const child = join(import.meta.dirname, 'support/native-child.ts');
let folders = 0;
/** A folder of its own for each test. */
const fresh = (): string => {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  return folder;
};

interface Outcome {
  readonly w?: readonly number[];
  readonly backend?: string;
  readonly name?: string;
  readonly message?: string;
  readonly output?: string;
}

interface Way {
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly missing?: string;
}

/** Takes the steps in a process of its own. */
function take({ environment = {}, flags = [], missing }: Way): Promise<Outcome> {
  const conditions = process.execArgv.filter((one) => one.startsWith('--conditions'));
  const args = ['--disable-warning=ExperimentalWarning', ...conditions, ...flags, child, ...(missing === undefined ? [] : [missing])];
  const env = { ...process.env, CC: '', XDG_CACHE_HOME: '', NODE_OPTIONS: '', TMPDIR: root, ...environment };
  return new Promise((resolve, reject) => {
    const one = spawn(process.execPath, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    let [printed, complaint] = ['', ''];
    one.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    one.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    one.once('error', reject);
    one.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(printed) as Outcome);
      else reject(new Error(`${String(code)}: ${printed} ${complaint}`));
    });
  });
}

/** What the steps give, on another backend. */
const expected = await (async () => {
  const opt = await adamw().init({ w: Float32Array.from({ length: 100 }, (_, i) => i) }, { backend: 'wasm' });
  for (let t = 1; t <= 17; t++) opt.step({ w: Float32Array.from({ length: 100 }, (_, i) => Math.sin(i * t)) });
  return [...opt.params.w];
})();

function assertRight({ w, backend }: Outcome): void {
  assert.equal(backend, 'native');
  assert.deepEqual(w, expected);
}

/** A program that stands for a compiler. */
function compiler(script: string): string {
  const path = join(fresh(), 'cc');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

const cached = (home: string): string[] => globSync(join(home, 'thalweg/native/*/kernel.so'));

for (const [what, way, problem] of [
  ['no compiler', { environment: { PATH: '' } }, /needs a C compiler, and found no cc, gcc or clang in PATH \(.*install.*\); the backend wasm needs none/],
  ['a CC that names nothing', { environment: { CC: 'no-such-cc -O1' } }, /found no program no-such-cc, which CC names/],
  ['node:ffi turned off', { flags: ['--no-experimental-ffi'] }, /node:ffi, which is off or missing in v.*--no-experimental-ffi/],
  ['an older Node', { missing: 'node:ffi' }, /node:ffi, which is off or missing in .*use Node 26\.1 or later/],
  ['what is no Node', { missing: 'node:module' }, /the backend native needs Node 26\.1 and thalweg\/native, which did not load/],
  ['no permission', { flags: ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-child-process'] }, /needs the permission --allow-ffi/],
  ['no permission to run a compiler', { flags: ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-ffi'] }, /needs the permission --allow-child-process/],
] as const) {
  test(`${what} is an error that says what is needed`, native, async () => {
    const { name, message = '' } = await take(way);
    assert.equal(name, 'UnsupportedError');
    assert.match(message, problem);
  });
} // prettier-ignore

test('a compiler that fails: its message is shown, cut to a screen, and all of it is in the error', native, async () => {
  const CC = compiler('i=0; while [ $i -lt 300 ]; do echo "kernel.c:$i: error: no such thing" >&2; i=$((i+1)); done; exit 3');
  const home = fresh();
  const { name, message = '', output = '' } = await take({ environment: { CC, XDG_CACHE_HOME: home } });
  assert.equal(name, 'CompilerError');
  assert.match(message, /^the C compiler .*\/cc exited with code 3; set CC to another/);
  assert.match(message, /kernel\.c:11: error: no such thing\n {2}… and 288 more lines, in error\.output$/);
  assert.equal(output.split('\n').length, 301);
  assert.deepEqual(readdirSync(join(home, 'thalweg/native')), [], 'nothing is left of it');
});

for (const [what, script, problem] of [
  ['is killed', 'kill -9 $$', /CompilerError: .* was killed by SIGKILL/],
  ['makes nothing', 'exit 0', /CompilerError: .* produced no library/],
  [
    'makes nonsense',
    'while [ "$1" != -o ]; do shift; done; echo nonsense > "$2"',
    /UnsupportedError: .*the compiled kernel .* cannot be loaded/,
  ],
] as const) {
  test(`a compiler that ${what} is a typed error`, native, async () => {
    const { name = '', message = '' } = await take({ environment: { CC: compiler(script), XDG_CACHE_HOME: fresh() } });
    assert.match(`${name}: ${message}`, problem);
  });
}

test('a library that does not load any more, as after a move to another system, is compiled again', native, async () => {
  const home = fresh();
  assertRight(await take({ environment: { XDG_CACHE_HOME: home } }));
  for (const library of cached(home)) {
    writeFileSync(library, 'nonsense');
    writeFileSync(join(library, '../kernel.copy'), 'nonsense');
  }
  assertRight(await take({ environment: { XDG_CACHE_HOME: home } }));
});

test('a compiler that does not know the processor, and arguments in CC that would break arithmetic', native, async () => {
  const refuses = compiler('case "$*" in *-march=native*|*-mcpu=native*) echo "unknown argument" >&2; exit 1;; esac; exec cc "$@"');
  assertRight(await take({ environment: { CC: refuses, XDG_CACHE_HOME: fresh() } }));
  assertRight(await take({ environment: { CC: 'cc -Ofast -ffast-math -ffp-contract=fast', XDG_CACHE_HOME: fresh() } }));
});

test('a compiler in a folder with spaces, alone, quoted or with arguments', native, async () => {
  const path = join(fresh(), 'my "own" tools');
  mkdirSync(path);
  const count = join(fresh(), 'count');
  writeFileSync(join(path, 'my cc'), `#!/bin/sh\necho "$1" >> ${count}\nexec cc "$@"\n`, { mode: 0o755 });
  const cc = join(path, 'my cc');
  for (const [CC, first] of [
    [cc, /^-(?!D)/],
    [`  ${cc}  `, /^-(?!D)/],
    [`'${cc}' -DA`, /^-DA$/],
    [`${cc.replaceAll(/[ "]/g, '\\$&')} "-DA= 1"`, /^-DA= 1$/],
  ] as const) {
    writeFileSync(count, '');
    assertRight(await take({ environment: { CC, XDG_CACHE_HOME: fresh() } }));
    assert.match(readFileSync(count, 'utf8').split('\n')[0] ?? '', first, CC);
  }
});

test('where HOME names no absolute path, the cache is in the home that the system knows, not where the process runs', native, () => {
  const said = process.env['HOME'];
  try {
    for (const HOME of ['', 'relative', './x']) {
      process.env['HOME'] = HOME;
      assert.equal(nativeCacheFolder({}), join(userInfo().homedir, '.cache/thalweg/native'));
    }
  } finally {
    if (said === undefined) delete process.env['HOME'];
    else process.env['HOME'] = said;
  }
});

test('the cache is private, and a second process compiles nothing', native, async () => {
  const home = fresh();
  const count = join(fresh(), 'count');
  const CC = compiler(`echo once >> ${count}; exec cc "$@"`);
  const environment = { CC, XDG_CACHE_HOME: home };
  assertRight(await take({ environment }));
  const libraries = cached(home);
  const compiled = readFileSync(count, 'utf8');
  assert.ok(libraries.length >= 2);
  const mode = (path: string): number => lstatSync(path).mode & 0o777;
  for (const library of libraries) {
    assert.equal(mode(library), 0o600);
    assert.equal(mode(join(library, '../kernel.copy')), 0o600);
    assert.equal(mode(join(library, '..')), 0o700);
  }
  assert.equal(mode(join(home, 'thalweg')), 0o700);
  assertRight(await take({ environment }));
  assert.equal(readFileSync(count, 'utf8'), compiled);
});

for (const [what, damage] of [
  ['changed', (library: string) => writeFileSync(library, readFileSync(library).fill(0x90, 200, 300))],
  ['cut', (library: string) => writeFileSync(library, readFileSync(library).subarray(0, 1000))],
  ['that of another source', (library: string) => writeFileSync(join(library, '../kernel.c'), 'int main(void) { return 0; }')],
  ['without its copy', (library: string) => rmSync(join(library, '../kernel.copy'))],
  ['open for all to write', (library: string) => chmodSync(library, 0o666)],
  [
    'a link',
    (library: string) => {
      const elsewhere = join(fresh(), 'kernel.so');
      writeFileSync(elsewhere, readFileSync(library), { mode: 0o600 });
      rmSync(library);
      symlinkSync(elsewhere, library);
    },
  ],
  [
    'a file in place of its folder',
    (library: string) => {
      rmSync(join(library, '..'), { recursive: true });
      writeFileSync(join(library, '..'), 'no folder');
    },
  ],
] as const) {
  test(`a library that is ${what} is compiled again`, native, async () => {
    const environment = { XDG_CACHE_HOME: fresh() };
    assertRight(await take({ environment }));
    const whole = cached(environment.XDG_CACHE_HOME);
    for (const library of whole) damage(library);
    assertRight(await take({ environment }));
    assert.deepEqual(cached(environment.XDG_CACHE_HOME), whole);
    for (const library of whole) assert.ok(lstatSync(library).isFile() && (lstatSync(library).mode & 0o777) === 0o600);
  });
}

test('where nothing can be kept, a private folder serves, and goes with the process', native, async () => {
  const [file, open, TMPDIR] = [join(fresh(), 'file'), fresh(), fresh()];
  writeFileSync(file, '');
  mkdirSync(join(open, 'thalweg/native'), { recursive: true });
  chmodSync(join(open, 'thalweg/native'), 0o777);
  for (const XDG_CACHE_HOME of [file, open, '/dev/null']) {
    assertRight(await take({ environment: { XDG_CACHE_HOME, TMPDIR } }));
    assert.deepEqual(readdirSync(TMPDIR), []);
  }
  assert.deepEqual(readdirSync(join(open, 'thalweg/native')), [], 'a folder that others may write to is not used');
  const { name, message = '' } = await take({ environment: { XDG_CACHE_HOME: file, TMPDIR: join(file, 'x') } });
  assert.match(`${name ?? ''}: ${message}`, /UnsupportedError: .*cannot store compiled kernels/);
});

test('processes that compile the same kernels at the same time all have whole ones', native, async () => {
  const environment = { XDG_CACHE_HOME: fresh() };
  for (const outcome of await Promise.all([1, 2, 3, 4].map(() => take({ environment })))) assertRight(outcome);
  const left = readdirSync(join(environment.XDG_CACHE_HOME, 'thalweg/native'));
  assert.equal(left.length, cached(environment.XDG_CACHE_HOME).length, left.join());
});
