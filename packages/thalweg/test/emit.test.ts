/** Source to take away: what `emit` refuses, what names become, what is recorded, and the text of whole files. That they compute the right thing is for conformance/ to say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  adam,
  adamw,
  chain,
  clipByGlobalNorm,
  clipByValue,
  cosine,
  DivergenceError,
  groups,
  inspect,
  lion,
  muon,
  noisySgd,
  optimizer,
  OptionError,
  otherwise,
  prodigy,
  radam,
  rmsprop,
  scheduleFreeAdamw,
  sgd,
  sophia,
  tensor,
  ThalwegError,
  UnsupportedError,
  type Method,
} from 'thalweg';
import { emit, emitTo, numpy, optax, pytorch, targets, type TargetName } from 'thalweg/emit';
import { pythonWords } from '../src/emit/identifiers.ts';
import { modelOf } from '../src/emit/model.ts';
import { record, recordedSteps, tensorsOfGroups, usualTensors, type RecordedTensor } from '../src/emit/replay.ts';
import { optionPapers, papers } from '../src/emit/sources.ts';
import { everyMethod } from './support/plan-snapshot.ts';

const python = [numpy, optax, pytorch];

test('a target that there is not is refused with what is meant', () => {
  const wrong = 'pytorc' as TargetName;
  assert.throws(
    () => emit(adamw(), wrong),
    (error: unknown) => error instanceof OptionError && /must be one of .*pytorch.*did you mean pytorch\?/.test(error.message),
  );
  for (const other of [undefined, 3, 'toString', null]) assert.throws(() => emit(adamw(), other as never), OptionError);
  assert.deepEqual(Object.keys(targets).toSorted(), [...new Set(Object.values(targets).map(({ name }) => name))].toSorted());
});

test('what is no method, trains nothing or takes other options is refused', () => {
  for (const target of python) {
    assert.throws(() => emitTo(target, adamw as never), ThalwegError);
    assert.throws(() => emitTo(target, clipByGlobalNorm(1)), /never assigns w/);
    assert.throws(() => emitTo(target, adamw(), { nam: 'x' } as never), /nam is not an option \(did you mean name\?\)/);
    assert.throws(() => emitTo(target, adamw(), { name: 3 } as never), OptionError);
    assert.throws(() => emitTo(target, adamw(), { source: '' }), OptionError);
  }
});

test('what a target cannot say is refused by name', () => {
  const many = groups([
    { match: { rank: 2 }, use: adamw() },
    { match: otherwise, use: sgd() },
  ]);
  const all = groups([{ match: { rank: 2 }, use: chain(clipByValue(1), clipByGlobalNorm(1), adamw()) }, { match: otherwise, use: sgd() }]); // prettier-ignore
  const elsewhere = groups([{ match: { rank: 2 }, use: scheduleFreeAdamw() }, { match: otherwise, use: sgd() }]); // prettier-ignore
  const curved = groups([{ match: { rank: 2 }, use: sophia() }, { match: otherwise, use: sgd() }]); // prettier-ignore
  for (const target of python) {
    const refused: readonly (readonly [method: Method, says: RegExp])[] = [
      [noisySgd(), /noisySgd draws noise/],
      [adamw({ lr: (t) => 1 / t }), /adamw: lr is a JavaScript function; write it as an equation/],
      ...(target === numpy ? ([[many, /has groups/]] as const) : []),
      ...(target === pytorch ? ([[all, /sums values over all groups that earlier equations compute/]] as const) : []),
      ...(target === optax
        ? ([
            [all, /sums over all groups, and optax\.partition/],
            [elsewhere, /is evaluated at other weights/],
            [curved, /takes an input with an array per parameter/],
          ] as const)
        : []),
    ];
    for (const [method, says] of refused)
      assert.throws(
        () => emitTo(target, method),
        (error: unknown) => error instanceof UnsupportedError && says.test(error.message) && error.message.includes(target.name),
      );
  }
});

test('groups that a framework cannot have are refused by name', () => {
  const two = (match: (parameter: { readonly name: string }) => boolean): Method => groups([{ match, use: adamw() }, { match: otherwise, use: adamw({ lr: 1 }), name: 'rest' }]); // prettier-ignore
  const called = groups([{ match: 'a', use: adamw() }, { match: otherwise, use: adamw({ lr: (t) => 1 / t }), name: 'rest' }]); // prettier-ignore
  const unlike = groups([{ match: /\p{L}/u, use: adamw() }, { match: otherwise, use: adamw(), name: 'rest' }]); // prettier-ignore
  for (const target of [optax, pytorch]) {
    assert.throws(
      () =>
        emitTo(
          target,
          two(({ name }) => name === 'a'),
        ),
      /the group adamw matches by a JavaScript function/,
    );
    assert.throws(() => emitTo(target, called), /in the group rest, lr is a JavaScript function; write it as an equation/);
    assert.throws(() => emitTo(target, unlike), /matches .* which has another syntax in Python/);
  }
  const joint = chain(clipByGlobalNorm(1), groups([{ match: 'a', use: adamw() }, { match: otherwise, use: adamw(), name: 'rest' }])); // prettier-ignore
  assert.match(emitTo(optax, joint), /return optax\.chain\(clip_by_global_norm\(\), optax\.partition\(/);
  assert.match(emitTo(pytorch, joint), /name == "a"/);
});

test('a refusal says what to do instead', () => {
  const alike = groups([{ match: 'a', use: adamw() }, { match: otherwise, use: adamw({ lr: 1 }), name: 'the\nrest' }]); // prettier-ignore
  const unlike = groups([{ match: { rank: 2 }, use: muon() }, { match: otherwise, use: adamw() }]); // prettier-ignore
  const conditions = Array.from({ length: 11 }, (_, i) => `a${String(i)} = t mod ${String(i + 2)} == 0 ? g : 2·g`).join('; ');
  const many = optimizer({ name: 'many', hyper: { lr: ['η', 0.1] }, equations: `${conditions}; w ← w − η·(${Array.from({ length: 11 }, (_, i) => `a${String(i)}`).join(' + ')})` })(); // prettier-ignore
  const said: string[] = [];
  for (const [, method] of [...everyMethod(), ['', alike], ['', unlike], ['', many], ['', adamw({ lr: (t) => t })]] as const) {
    for (const target of Object.values(targets)) {
      try {
        target.write(method);
      } catch (error) {
        assert.ok(error instanceof UnsupportedError, String(error));
        said.push(error.message);
      }
    }
  }
  const kinds = [
    [/has groups/, /; emit the method (without groups, and use it once per group|of each group as a file of its own)/],
    [/draws noise/, /; emit the method without it, and add noise in the program that uses the file$/],
    [/^emit to wgsl: .* uses \w+, and the target/, /; every other target supports it$/],
    [/more than 64 outcomes/, /; every other target supports them$/],
    [/is a JavaScript function/, /; write it as an equation, schedule\(/],
  ] as const;
  for (const [problem, remedy] of kinds) {
    const own = said.filter((message) => problem.test(message));
    assert.ok(own.length > 0, String(problem));
    for (const message of own) assert.match(message, remedy);
  }
  const others = said.filter((message) => message.includes('\n') || !kinds.some(([problem]) => problem.test(message)));
  assert.deepEqual([...new Set(others)], [], 'a new kind of refusal is listed above, with what to do instead');
});

test('in PyTorch β₁, β₂, … are one tuple, whatever the method, unless one of them follows a schedule', () => {
  let tuples = 0;
  for (const [title, method] of everyMethod()) {
    if (/nois[ey]/i.test(title)) continue;
    const text = emit(method, 'pytorch');
    const several = modelOf(method, 'a test', []).hyper.filter(({ id }) => /^beta\d$/.test(id));
    const given = /def __init__\(self, (.*)\):/.exec(text)?.[1] ?? assert.fail(title);
    if (several.length > 1) {
      assert.ok(given.includes(`betas=(${several.map(({ value }) => String(value)).join(', ')})`), title);
      assert.doesNotMatch(text, /beta\d=|"beta\d"/, title);
      tuples += 1;
    } else assert.doesNotMatch(text, /betas/, title);
  }
  assert.ok(tuples > 20);
  const scheduled = emit(adamw({ beta1: cosine({ peak: 0.9, total: 9 }) }), 'pytorch');
  assert.match(scheduled, /beta1=beta1_schedule, beta2=0\.999/);
  const own = optimizer({ name: 'mine', hyper: { beta1: ['β₁', 0.9], beta2: ['β₂', 0.5, '[0, 2)'], beta4: ['β₄', 0.1] }, equations: 'betas ← β₁·betas + g; w ← w − β₂·β₄·betas' })(); // prettier-ignore
  assert.match(emit(own, 'pytorch'), /beta1=0\.9, beta2=0\.5, beta4=0\.1/, 'a number is missing, so they are not β₁ … βₙ');
  const named = optimizer({ name: 'mine', hyper: { beta2: ['β₂', 0.5, '[0, 2)'], beta1: ['β₁', 0.9] }, equations: 'betas ← β₁·betas + g; w ← w − β₂·betas' })(); // prettier-ignore
  assert.match(
    emit(named, 'pytorch'),
    /betas=\(0\.9, 0\.5\)[^]*beta1, beta2 = betas\n[^]*beta1, beta2 = group\["betas"\][^]*betas_ = state\["betas_"\]/,
  );
});

test('groups may follow schedules of their own, or a constant', () => {
  const [one, two] = [cosine({ peak: 1, total: 9 }), cosine({ peak: 2, total: 9 })];
  const method = groups([
    { match: 'a', use: adamw({ lr: 0.5 }) },
    { match: 'b', use: adamw({ lr: one }), name: 'second' },
    { match: 'c', use: adamw({ lr: two }), name: 'a "third"' },
    { match: otherwise, use: adamw({ lr: cosine({ peak: 1, total: 9 }) }), name: 'rest' },
  ]);
  for (const target of [pytorch, optax]) {
    const text = emitTo(target, method);
    assert.equal(text.match(/^def \w+_schedule\(/gm)?.length, 2, 'schedules that are alike are one function');
    for (const part of ['def second_lr_schedule(', 'def a_third_lr_schedule(']) assert.ok(text.includes(part), part);
    assert.equal(text.match(/second_lr_schedule[,)]/g)?.length, 2, target.name);
  }
  assert.match(emitTo(pytorch, method), /"lr": second_lr_schedule, "betas": \(0\.9, 0\.999\)/);
});

/** The names that a Python text assigns, and its keyword arguments. */
function identifiersOf(text: string): string[] {
  const code = text.replaceAll(/"""[^]*?"""/g, '').replaceAll(/"[^"\n]*"/g, '""');
  return [...code.matchAll(/(?<![\w.])([^\s()[\]{}=,.:*+/<>@%-]+)(?= ?=(?!=))/g)].map(([, name = '']) => name);
}

test('names of every script, words of the language and names that files need for themselves become identifiers, each another', () => {
  const words = ['lambda', 'def', 'state', 'w_', 'g_', 'None', 'np', 'torch', 'jnp', 'math', 'sum', 'zip', 'key', 'group', 'self', 'р', 'п̂', '权', 'x′', 'Σ', '_', '__init__', 'update', 't_']; // prettier-ignore
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...words), { minLength: 3, maxLength: 5 }),
      fc.constantFrom('lambda', 'class', 'm', 'weightDecay'),
      ([a = 'a', b = 'b', c = 'c'], option) => {
        // prettier-ignore
        fc.pre(![a, b, c].includes(option));
        const made = optimizer({
          name: 'lambda',
          hyper: { lr: ['η', 0.1], [option]: ['ζ', 0.5] },
          equations: `${a} ← ζ·${a} + g\n${b} = ${a}·2\n${c} ← ${b} + ${c}\nw ← w − η·${c}`,
        })();
        for (const target of python) {
          const ids = identifiersOf(emitTo(target, made));
          for (const id of ids) assert.match(id, /^[A-Za-z_]\w*$/, `${target.name}: ${id}`);
          const own = target === numpy ? 'np' : target === optax ? 'jnp|jax' : 'torch';
          const reserved = new RegExp(`^(lambda|def|None|class|${own}|math|sum|zip|self)$`);
          for (const id of ids) assert.doesNotMatch(id, reserved, `${target.name}: ${id}`);
          const model = modelOf(made, 'a test', ['w', 'g', 't']);
          const used = [...model.lines.map(({ target: { id } }) => id), ...model.hyper.map(({ id }) => id)].filter((id) => id !== 'w');
          assert.equal(new Set(used).size, used.length);
        }
      },
    ),
  );
});

test('what a file is called is no word of Python, and hides nothing that the file calls', () => {
  const codeOf = (text: string): string =>
    text
      .replaceAll(/"""[^]*?"""/g, '')
      .replaceAll(/"[^"\n]*"/g, '""')
      .replaceAll(/#.*/g, '');
  const called = { pytorch: /^class (\w+)\(Optimizer\)/m, optax: /^def (\w+)\(.*-> optax/m };
  for (const target of [pytorch, optax]) {
    const nameIn = (code: string): string => called[target.name as keyof typeof called].exec(code)?.[1] ?? assert.fail(code.slice(0, 400));
    const usual = codeOf(emitTo(target, adamw()));
    const words = new Set([...usual.matchAll(/(?<![\w.])[A-Za-z_]\w*/g)].map(([word]) => word).concat(pythonWords, 'class', 'None'));
    for (const word of words) {
      const code = codeOf(emitTo(target, adamw(), { name: word }));
      const name = nameIn(code);
      assert.ok(!pythonWords.includes(name), `${target.name}: ${name}`);
      if (name !== nameIn(usual)) assert.doesNotMatch(usual, new RegExp(`(?<![\\w.])${name}\\(`), `${target.name}: hides ${name}()`);
      for (const [, after] of code.matchAll(new RegExp(`(?<![\\w.])${name}\\b(.?)`, 'g'))) assert.equal(after, '(', `${target.name}: ${name} is something else as well`); // prettier-ignore
    }
  }
});

test('a remainder is written so that Python computes what the library does, also where it is subtracted', () => {
  const mine = (equations: string): Method => optimizer({ name: 'mine', hyper: {}, equations })();
  assert.match(emit(mine('w ← w − g mod (w + 2)'), 'optax'), /update = -\(g - \(w \+ 2\) \* jnp\.floor\(g \/ \(w \+ 2\)\)\)\n/);
  assert.match(emit(mine('w ← w − g mod (w + 2)'), 'numpy'), /w = w - \(g - \(w \+ 2\) \* np\.floor\(g \/ \(w \+ 2\)\)\)\n/);
  // In Python −a % b is (−a) % b.
  assert.match(emit(mine('w ← w − t mod 3·g'), 'optax'), /update = -\(t % 3 \* g\)\n/);
  assert.match(emit(mine('w ← w − 2·g'), 'optax'), /update = -2 \* g\n/);
});

test('noise and sums over all parameters are refused wherever they stand, and a point of evaluation may be a number', () => {
  const mine = (more: object): Method => optimizer({ name: 'mine', hyper: {}, equations: 'q ← q + g; w ← w − q', ...more })();
  for (const target of python) {
    for (const more of [{ init: { q: 'noise(1)' } }, { evaluate: 'w + noise(1)' }, { equations: 'w ← w − noise(1)' }])
      assert.throws(() => emitTo(target, mine(more)), /mine draws noise/);
    assert.throws(
      () => emitTo(target, mine({ init: { q: 'w/‖w‖_all' } })),
      /mine initializes a state by a sum over several parameters, .*; emit it to c/,
    );
    assert.match(emitTo(target, mine({ init: { q: 'w/‖w‖' } })), /RECORDED/);
  }
  assert.throws(() => emit(mine({ evaluate: 'w + noise(1)' }), 'c'), /mine draws noise/);
  assert.match(emit(mine({ evaluate: '3' }), 'pytorch'), /out\[w\] = torch\.zeros_like\(w\) \+ 3\n/);
  assert.match(emit(mine({ evaluate: 'w + q' }), 'pytorch'), /out\[w\] = \(w \+ q\)\.clone\(\)\n/);
});

test('texts of a user cannot leave the docstring', () => {
  const name = 'a """ b \\ import os';
  const made = optimizer({ name, hyper: { lr: ['η', 0.1] }, equations: 'w ← w − η·g' })();
  for (const target of python) {
    const text = emitTo(target, made, { source: '""" + "\\' });
    assert.match(text, /^"""a \\"\\"\\" b \\\\ import os (in|for) \w+\.\n/);
    const quotes = text.replaceAll('\\"', '').match(/"""/g) ?? [];
    assert.equal(quotes.length % 2, 0);
  }
});

test('two parts of one name stay apart', () => {
  const text = emit(chain(sgd({ momentum: 0.9 }), adam()), 'numpy');
  for (const line of ['v2 = beta2 * v2 + (1 - beta2) * g**2', 'w = w - lr * v', '"v2": {}']) assert.ok(text.includes(line), line);
  assert.match(text, /lr=[\d.]+, momentum=0\.9, lr2=0\.001/);
});

/** The weights of the reference backend after each step on what is recorded. */
async function reference(method: Method, tensors: readonly RecordedTensor[]): Promise<number[][]> {
  let element = 0;
  const first = tensors.map(({ shape }) =>
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (((element++ * 7 + 3) % 11) - 5) / 4),
  );
  const start = Object.fromEntries(tensors.map(({ name, shape }, i) => [name, tensor(shape, { values: first[i]! })]));
  const opt = await method.init(start, { backend: 'reference', nonFinite: 'propagate' });
  const out: number[][] = [];
  for (let t = 1; t <= recordedSteps; t++) {
    let i = 0;
    const g = Object.fromEntries(tensors.map(({ name }, k) => [name, first[k]!.map(() => (((t * 5 + i++ * 7) % 13) - 6) / 8)]));
    const inputs = Object.fromEntries(method.inputs.map((name) => [name, name === 'hessian' ? Object.fromEntries(Object.entries(g).map(([k, x]) => [k, x.map((y) => y * y)])) : 2 + (t % 3) / 4])); // prettier-ignore
    opt.step(g, inputs);
    out.push(tensors.flatMap(({ name }) => [...(opt.params[name] ?? [])]));
  }
  opt.dispose();
  return out;
}

const mixed = groups([
  { match: 'head.*', use: lion({ lr: 1e-2 }), name: 'head' },
  { match: /bias|norm/, use: adamw({ lr: 0.1 }), weightDecay: 0, name: 'small' },
  { match: { rank: 2 }, use: muon() },
  { match: otherwise, use: adamw({ lr: 0.2 }), name: 'rest' },
]);

test('what is recorded of groups has the bits of the reference backend, and each group has a tensor', async () => {
  for (const method of [mixed, chain(clipByGlobalNorm(0.5), mixed), chain(clipByValue(0.25), mixed)]) {
    const tensors = tensorsOfGroups(method, (group) => method.groups[group]?.name === 'muon');
    assert.equal(tensors.length, 4);
    assert.deepEqual(record(method, tensors).weights, await reference(method, tensors));
  }
});

test('groups with equations of their own: a class of PyTorch that asks each group for its method, and a partition of Optax', () => {
  const torch = emit(chain(clipByGlobalNorm(1), mixed), 'pytorch');
  assert.match(torch, /^class LionAdamWMuon\(Optimizer\):$/m);
  for (const line of ['def lion_group(params, ', 'def adamw_group(params, ', 'def muon_group(params, ', 'n = torch.sqrt(sum(torch.sum(p.g**2) for p in everything))', 'if group["method"] == "lion":', 'self.step_adamw(group, n)']) assert.ok(torch.includes(line), line); // prettier-ignore
  assert.equal(torch.match(/n = ‖g‖_all/g)?.length, 1, 'what all groups share is told once');
  const jax = emit(chain(clipByGlobalNorm(1), mixed), 'optax', { name: 'mine' });
  for (const line of ['def mine_groups()', '"rest": adamw(lr=0.2, weight_decay=0.01)', '"small": adamw()', '"muon": muon(),', 'class LionState(NamedTuple):']) assert.ok(jax.includes(line), line); // prettier-ignore
});

test('a file cites the papers of the options that were chosen', () => {
  assert.doesNotMatch(emit(adamw(), 'pytorch'), /Liang/);
  assert.match(emit(adamw({ cautious: true }), 'pytorch'), /Liang et al\. 2024/);
  assert.doesNotMatch(emit(adam(), 'c'), /Reddi/);
  assert.match(emit(adam({ amsgrad: true }), 'c'), /Reddi/);
  for (const [name, all] of Object.entries(optionPapers))
    for (const paper of Object.values(all)) assert.ok(papers[name]?.includes(`; ${paper}`), name);
});

test('a class has the spelling of the author, in every target that has classes', () => {
  assert.match(emit(rmsprop(), 'pytorch'), /^class RMSProp\(Optimizer\)/m);
  assert.match(emit(chain(clipByGlobalNorm(1), adamw()), 'pytorch'), /^class ClipByGlobalNormAdamW\(Optimizer\)/m);
  assert.match(emit(adamw(), 'optax'), /^class AdamWState\(NamedTuple\)[^]*^def adamw\(/m);
  const own = optimizer({ name: 'adamw', hyper: { lr: ['η', 0.1] }, equations: 'w ← w − η·g' })();
  assert.match(emit(own, 'pytorch'), /^class Adamw\(Optimizer\)/m);
});

test('in a chain with a norm over all parameters each counts its own steps, unless what they share is made of t', () => {
  const text = emit(chain(clipByGlobalNorm(1), adamw()), 'pytorch');
  assert.match(text, /p\.t = state\["step"\]/);
  assert.doesNotMatch(text, /group\["step"\]/);
  assert.match(emit(chain(clipByGlobalNorm(1), radam()), 'pytorch'), /= group\["step"\]/);
});

test('what is recorded has the bits of the reference backend, for every method', async () => {
  let compared = 0;
  for (const [title, method] of everyMethod()) {
    if (/nois[ey]/i.test(title)) continue;
    const { needsMatrices } = modelOf(method, 'a test', []);
    try {
      assert.deepEqual(record(method, usualTensors(needsMatrices)).weights, await reference(method, usualTensors(needsMatrices)), title);
      compared += 1;
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
    }
  }
  assert.ok(compared > 100, String(compared));
});

test('every method can be said in every target, but for those that draw noise', () => {
  for (const [title, method] of everyMethod()) {
    for (const target of python) {
      if (/nois[ey]/i.test(title)) assert.throws(() => emitTo(target, method), UnsupportedError);
      else assert.match(emitTo(target, method), /raise SystemExit\("these are not the recorded steps"\)\n$/, title);
    }
  }
});

test('where the library refuses vectors, so does every file of Python, and nowhere else', async () => {
  let refusing = 0;
  for (const [title, method] of everyMethod()) {
    if (/nois[ey]/i.test(title)) continue;
    const refuses = await method.init({ b: tensor([3]) }, { backend: 'fround' }).then(
      (opt) => (opt.dispose(), false),
      (error: unknown) => {
        if (error instanceof UnsupportedError && error.message.includes('these equations are for matrices')) return true;
        throw error;
      },
    );
    if (refuses) refusing += 1;
    for (const target of python) {
      const text = emitTo(target, method);
      for (const part of ['= only_matrix(', 'raise ValueError(f"these equations are for matrices, and a parameter has the shape '])
        assert.equal(text.includes(part), refuses, `${title}, ${target.name}: ${part}`);
    }
  }
  assert.ok(refusing > 0);
  // A class refuses them when it is given them, before anything has been trained.
  assert.match(emit(muon(), 'pytorch'), /def add_param_group[^]*only_matrix\([^]*super\(\)\.add_param_group/);
});

test('equations, first values, sources and schedules stand in the file', () => {
  const text = emit(prodigy({ lr: cosine({ peak: 1, total: 100 }) }), 'pytorch');
  for (const part of ['r ← √β₂·r + d / d₀·γ·⟨g, x − w⟩_group', 'Before the first step x = w, d = d₀; other states are 0.', 'arXiv:2306.06101', 'def lr_schedule(t):', 'η(t) = e + (p − e)·(1 + cos(π·min(t, T) / T)) / 2']) assert.ok(text.includes(part), part); // prettier-ignore
  const own = optimizer({ name: 'adamw', hyper: { lr: ['η', 0.1] }, equations: 'w ← w − η·g' })();
  assert.doesNotMatch(emit(own, 'pytorch'), /Source:/, "an optimizer of the user's own cites nothing that it is not");
  assert.match(emit(own, 'pytorch', { source: 'Doe 2026', name: 'Mine' }), /Source: Doe 2026[^]*class Mine\(Optimizer\)/);
  assert.ok(inspect(own).groups.length === 1);
});
