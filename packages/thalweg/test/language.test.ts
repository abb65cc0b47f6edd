/** What texts mean: spellings, precedence, kinds; and what is said of texts that mean nothing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { adam, chain, clipByGlobalNorm, clipByValue, EquationError, l2, optimizer, schedule, sgd, type Method } from 'thalweg';
import { programOf } from '../src/define/program.ts';
import { printGraph } from '../src/language/graph.ts';
import { spell } from '../src/language/symbol.ts';
import { variable } from '../src/language/variable.ts';

const hyper = { lr: ['η', 0.1], beta1: ['β₁', 0.9, '[0, 1)'], eps: ['ε', 1e-8] } as const;
const define = (equations: string): Method => optimizer({ name: 'mine', hyper, equations })();

/** The graph as text: two texts with the same meaning have the same. */
const meaning = (equations: string): string => printGraph(programOf(define(equations).groups[0]!).writes);

function refusal(equations: string): EquationError {
  try {
    define(equations);
  } catch (error) {
    assert.ok(error instanceof EquationError, String(error));
    return error;
  }
  assert.fail(`was accepted: ${equations}`);
}

describe('spellings', () => {
  const same: readonly (readonly [string, string])[] = [
    ['m ← β₁·m + (1 − β₁)·g\nw ← w − η·m', 'm <- beta1*m + (1 - beta1)*g; w <- w - eta*m'],
    ['w ← w − η·g', 'w <- w - lr*g'],
    ['m̂ = g\nw ← w − m̂', 'm_hat = g\nw <- w - m_hat'],
    ['ĝ = g\nw ← w − ĝ', 'g\u0302 = g\nw ← w − \u011d'],
    ['w ← w − g/(√|g| + ε)', 'w <- w - g/(sqrt(abs(g)) + ϵ)'],
    ['w ← w − η⋅g', 'w ← w − η·g'],
    ['w ← w – η×g', 'w ← w - η*g'],
    ['μ = g\nw ← w − µ', 'mu = g\nw ← w − mu'],
    ...[
      '𝐦 ← 𝛽₁·𝒎 + (1 − 𝜷₁)·𝐠²; 𝐦̂ = 𝑚/(1 − 𝛽₁ᵗ); 𝐰 ← 𝑤 − 𝜂·𝐦̂ − 0.5/2·(𝑡 ≤ 3 ? 𝔤 : 𝗐)',
      'ｍ ← ｂｅｔａ１＊ｍ ＋ （１－β₁）＊ｇ²；m̂ ＝ ｍ／（１−β₁ᵗ）； ｗ ← ｗ − η·m̂ − ０．５／２＊（ｔ ＜＝ ３ ？ ｇ ： ｗ）',
      'm ← β₁∗m + (1 — β₁)⊙g²; m̂ = m∕(1 – β₁ᵗ); w ← w – η×m̂ − 0.5/2·(t ⩽ 3 ? g : w)',
    ].map((text) => [text, 'm ← β₁·m + (1 − β₁)·g²; m̂ = m/(1 − β₁ᵗ); w ← w − η·m̂ − 0.5/2·(t <= 3 ? g : w)'] as const),
    ['w ← w −\u200bη·g', 'w ← w − η·g'],
    ['w ← w − g²', 'w ← w − g^2'],
    ['w ← w − g·β₁ᵗ⁺¹', 'w ← w − g·β₁^(t + 1)'],
    ['w ← w − g·‖g‖_all', 'w ← w − g·norm_all(g)'],
    ['w ← w − g·⟨g, w⟩', 'w ← w − g·inner(g, w)'],
    ['w ← w − g·||g||', 'w ← w − g·‖g‖'],
    ['w ← w − |√|g||', 'w ← w − abs(sqrt(abs(g)))'],
    ['w ← (t ≥ 3 ? g : w)', 'w <- t >= 3 ? g : w'],
    ['w ← w − g # a comment\n\n', '\n  w ← w − g // another'],
    ['w ← w −\n g', 'w ← w − g'],
    ['w ← (w\n − g)', 'w ← w − g'],
    ['vₘₐₓ ← max(vₘₐₓ, g)\nw ← w − vₘₐₓ', 'v_max ← max(v_max, g)\nw ← w − v_max'],
  ];
  test('a symbol is declared in either letters, and a name has one spelling', () => {
    const of = (symbol: string): string => printGraph(programOf(optimizer({ name: 'mine', hyper: { lr: [symbol, 0.5] }, equations: 'w ← w − η·g' })().groups[0]!).writes);
    assert.equal(of('𝜂'), of('η'));
    assert.deepEqual(['𝛃₁', 'ℎ₂', '𝐦̂', 'ｖₘₐₓ', 'ℓ'].map(spell), ['beta1', 'h2', 'm_hat', 'v_max', 'l']);
  }); // prettier-ignore
  for (const [one, other] of same) test(`${one.replaceAll('\n', '; ')} is ${other.replaceAll('\n', '; ')}`, () => assert.equal(meaning(one), meaning(other)));

  test('a name has one identity in every spelling', () => {
    for (const [written, spelled] of [['β₁', 'beta1'], ['m̂', 'm_hat'], ['ŵ', 'w_hat'], ['ρ∞', 'rho_inf'], ['ε', 'epsilon'], ['eps', 'epsilon'], ['v̂_max', 'v_hat_max']] as const) {
      assert.equal(spell(written), spelled);
    }
  });
}); // prettier-ignore

describe('precedence', () => {
  const same: readonly (readonly [string, string])[] = [
    ['−g²', '−(g²)'],
    ['g − w − ε', '(g − w) − ε'],
    ['g / w / ε', '(g / w) / ε'],
    ['g / w·ε', '(g / w)·ε'],
    ['2^3^2·g', '(2^(3^2))·g'],
    ['√g + ε', '(√g) + ε'],
    ['√g·w', '(√g)·w'],
    ['g·−w', 'g·(−w)'],
    ['t > 1 ? g : t > 0 ? w : ε', 't > 1 ? g : (t > 0 ? w : ε)'],
    ['g mod 2 + 1', '(g mod 2) + 1'],
  ];
  for (const [one, other] of same) test(`${one} is ${other}`, () => assert.equal(meaning(`w ← ${one}`), meaning(`w ← ${other}`)));
});

describe('kinds of states follow from what is assigned', () => {
  const kindOf = (equations: string, state: string): unknown =>
    programOf(define(equations).groups[0]!).states.get(variable('state', `mine.${state}`))?.kind;
  const update = '\nw ← w − η·g';
  test('array', () => assert.equal(kindOf(`m ← m + g${update}`, 'm'), 'array'));
  test('one per tensor', () => assert.equal(kindOf(`n ← max(n, ‖g‖)${update}`, 'n'), 'tensor'));
  test('one in all', () => assert.equal(kindOf(`n ← n + ‖g‖_all${update}`, 'n'), 'all'));
  test('one that needs no array', () => assert.equal(kindOf(`p ← p·β₁ + t${update}`, 'p'), 'host'));
  test('through another state', () => assert.equal(kindOf(`a ← b\nb ← g${update}`, 'a'), 'array'));
});

describe('errors point at the place', () => {
  const cases: readonly (readonly [equations: string, line: number, column: number, message: RegExp])[] = [
    ['w ← w − η·gg', 1, 11, /gg is not known; write a product as g·g/],
    ['w ← w − ηg', 1, 9, /ηg is not known; write a product as η·g/],
    ['w ← w − β₁w', 1, 9, /write a product as β₁·w/],
    ['w ← w − η·ĝw', 1, 11, /ĝw is not known/],
    ['w ← w − λ·w', 1, 9, /λ is not known; declare a hyperparameter as hyper: \{ name: \['λ', 0\] \}\n/],
    ['w ← w − β·g', 1, 9, /β is not known \(did you mean beta1\?\)/],
    ['w ← w − η·θ', 1, 11, /θ is not known; the parameter is called w\n/],
    ['w ← w − bate1·g', 1, 9, /bate1 is not known; declare a hyperparameter/],
    ['w ← w − btea1·g', 1, 9, /btea1 is not known \(did you mean beta1\?\)/],
    ['w ← w − g**2', 1, 10, /a power is written with \^/],
    ['w := w − g', 1, 3, /write ← or <- to assign w or a state, = for a temporary/],
    ['w ← erf(g)', 1, 5, /there is no function erf; there are abs, sign, sqrt, [^\n]*noise; a product/],
    ['m ← g\nw ← w − η·betta1', 2, 11, /betta1 is not known \(did you mean beta1\?\)/],
    ['w ← w − 2η', 1, 10, /write a product as 2·η/],
    ['w ← w − η g', 1, 11, /a product is written with ·/],
    ['w ← w − (g', 1, 11, /expected \) to close the \(/],
    ['w ← w − |g', 1, 11, /expected \| to close/],
    ['w ← w − ‖g·2', 1, 13, /expected ‖ to close/],
    ['w ← ', 1, 5, /did not expect the end of the text/],
    ['w w', 1, 3, /expected ← or =/],
    ['← g', 1, 1, /expected a name to assign to/],
    ['w ← w − x\nx = g', 1, 9, /read before it has a value/],
    ['x = g\nx ← w\nw ← x', 1, 1, /either a state/],
    ['w = g', 1, 1, /assign it with ←/],
    ['g ← w\nw ← g', 1, 1, /replace it with =/],
    ['t ← 3\nw ← g', 1, 1, /t is predefined/],
    ['η ← 3\nw ← g', 1, 1, /η is predefined/],
    ['w ← t > 3', 1, 5, /a comparison is not a number/],
    ['w ← t ? g : w', 1, 5, /a condition needs a comparison/],
    ['w ← g·‖η‖', 1, 7, /needs an array/],
    ['w ← foo(g)', 1, 5, /there is no function foo/],
    ['w ← sqr(g)', 1, 5, /did you mean sqrt\?/],
    ['w ← max(g)', 1, 5, /max takes 2 arguments, not 1/],
    ['w ← sqrt_all(g)', 1, 5, /there is no function/],
    ['w ← ‖g‖_foo', 1, 8, /_group or _all/],
    ['w ← g $ 2', 1, 7, /has no meaning here/],
    ['w ← t > 1 ? g', 1, 14, /expected : between/],
    ['w ← .', 1, 5, /needs a digit/],
    ['m̂ = g\nw ← m̂ + q', 2, 9, /q is not known/],
    ['𝐰 ← 𝑤 − 𝐠 · 𝑞', 1, 13, /: 𝑞 is not known/],
    ['w ← g ＄ 2', 1, 7, /"\$" has no meaning here/],
    ['𝐰 ← 𝐰 − 𝟎·g', 1, 9, /"𝟎" has no meaning here/],
  ];
  for (const [equations, line, column, message] of cases) {
    test(equations.replaceAll('\n', '; '), () => {
      const error = refusal(equations);
      assert.match(error.message, message);
      assert.deepEqual([error.line, error.column], [line, column]);
      assert.ok(error.message.startsWith('mine, line '));
      const [, shown = '', caret = ''] = error.message.split('\n');
      assert.match(caret, /^ *\^+$/);
      assert.equal(caret.indexOf('^'), shown.indexOf('|') + 2 + column - 1, 'the caret stands under the column');
    });
  }

  test('a message shows signs of full width as they were written', () => {
    const text = 'ｗ ← ｗ ＋ ｑ';
    const { message, span } = refusal(text);
    assert.ok(message.startsWith(`mine, line 1, column 9: ｑ is not known`) && message.includes(`\n  1 | ${text}\n`), message);
    assert.equal(text.slice(span.start, span.end), 'ｑ');
  });

  test('init of a state that is never assigned', () => {
    assert.throws(() => optimizer({ name: 'mine', hyper, init: { z: 'w' }, equations: 'w ← w − g' })(), /init names z/);
  });

  test('what init and evaluate may not read is not what somebody forgot to declare', () => {
    const equations = 'z ← z + m; m ← m + g; x = g; w ← w − z·x';
    for (const name of ['t', 'g', 'm', 'z', 'x']) {
      const message = new RegExp(`: mine, init of z, line 1, column 5: ${name} cannot be read here; only w and hyperparameters can`);
      assert.throws(() => optimizer({ name: 'mine', hyper, init: { z: `w + ${name}` }, equations })(), message);
    }
    for (const name of ['g', 'x']) {
      const message = new RegExp(`: mine, evaluate, line 1, column 5: ${name} cannot be read here; only w, states and hyperparameters can`);
      assert.throws(() => optimizer({ name: 'mine', hyper, evaluate: `w + ${name}`, equations })(), message);
    }
    assert.throws(
      () => optimizer({ name: 'mine', hyper, init: { z: 'q' }, equations })(),
      /init of z, .*: q is not known; declare a hyperparameter/,
    );
  });
});

test('a schedule that needs an array is refused where it is written, and no other text', () => {
  const ofArrays = ['‖t‖', 'sum(t)', '⟨t, t⟩', 'norm_all(t)', 't @ t', 'tᵀ', 'rowMean(t)', 'colMax(t)', 'newtonSchulz(t, 1, 1, 1, 1, 1)', 'inverseRoot(t, 2, 1)', 'eigenvectors(t)', 'orthonormal(t)', 'noise(1)'];
  for (const text of ofArrays)
    assert.throws(() => schedule(`1 + ${text}`), (error) => error instanceof EquationError && error.column === 5 && error.message.includes('a function of t has no arrays'), text);
  for (const text of ['t mod 3', '|t|', 'sign(t)', 'exp(t)', 't > 3 ? 1 : 2', 'floor(t/2)', 'min(t, 3)', 'cos(t)', 'log(t)', '√t', 'tᵗ']) assert.ok(Number.isFinite(schedule(text).at(3)), text);
}); // prettier-ignore

test('hostile texts are refused without breaking the stack (how large one may be is in compiler.test.ts)', () => {
  for (const text of ['w ← ' + '('.repeat(50_000), 'w ← ' + '−'.repeat(4000) + 'g', 'w ← g' + ' + g'.repeat(50_000), '\n;'.repeat(50_000) + 'w ← ', 'w ← g^' + 'g^'.repeat(3000) + 'g', 'w ← ' + 'x'.repeat(100_000)]) {
    assert.throws(() => define(text), EquationError);
  }
  assert.ok(define('w ← g' + ' + g'.repeat(490)).latex().length > 0);
}); // prettier-ignore

test('the longest chain of operations that is allowed runs', async () => {
  const opt = await define('x = g\n' + ('x = x' + ' + g'.repeat(490) + '\n').repeat(3) + 'w ← w − x').init({ w: Float64Array.of(0) });
  opt.step({ w: Float64Array.of(1) });
  assert.equal(opt.params.w[0], -1471);
});

test('random text is read or refused, and never breaks anything else', () => {
  const words = fc.constantFrom('w', 'g', 'm', '←', '=', '+', '·', '/', '^', '²', 'ᵗ', '(', ')', '‖', '|', '√', '?', ':', '<', '\n', '1', '2.5', 'η', '_all', 'max', ',', '⟨', '⟩', '−', '¤');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
      try {
        define(parts.join(' '));
      } catch (error) {
        assert.ok(error instanceof EquationError, String(error));
      }
    }),
    { numRuns: 500 },
  );
}); // prettier-ignore

describe('LaTeX', () => {
  test('Adam prints as in its paper', () => {
    assert.equal(
      adam().latex(),
      String.raw`\begin{aligned}
m &\leftarrow \beta_{1} m + \left(1 - \beta_{1}\right) g \\
v &\leftarrow \beta_{2} v + \left(1 - \beta_{2}\right) g^{2} \\
\hat{m} &= \frac{m}{1 - \beta_{1}^{t}} \\
\hat{v} &= \frac{v}{1 - \beta_{2}^{t}} \\
w &\leftarrow w - \frac{\eta \hat{m}}{\sqrt{\hat{v}} + \varepsilon}
\end{aligned}`,
    );
  });
  test('as written, before any rewriting', () => {
    const latex = (text: string): string => define(`w ← ${text}`).latex().split('\n')[1] ?? '';
    assert.equal(latex('2·3·g'), String.raw`w &\leftarrow 2 \cdot 3 g`);
    assert.equal(latex('g·(w − g)'), String.raw`w &\leftarrow g \left(w - g\right)`);
    assert.equal(latex('1e-8·g'), String.raw`w &\leftarrow 10^{-8} g`);
    assert.equal(latex('(g/w)²'), String.raw`w &\leftarrow \left(\frac{g}{w}\right)^{2}`);
    assert.equal(latex('t > 5 ? g : w'), String.raw`w &\leftarrow \begin{cases} g & \text{if } t > 5 \\ w & \text{otherwise} \end{cases}`);
    assert.equal(latex('‖g‖_all·⟨g, w⟩'), String.raw`w &\leftarrow \left\| g \right\|_{\mathrm{all}} \left\langle g, w \right\rangle`);
  });
  test('an arrow says that a name has another value than before, an equals sign that it has its first', () => {
    const signs = (text: string): string[] =>
      [
        ...define(text)
          .latex()
          .matchAll(/&(=|\\leftarrow)/g),
      ].map(([, sign = '']) => sign);
    assert.match(l2(0.1).latex(), /^g &\\leftarrow g \+ \\lambda w$/m);
    assert.deepEqual(signs('g = max(−η, min(η, g))\nw ← w − g'), ['\\leftarrow', '\\leftarrow']);
    assert.deepEqual(signs('x = g\nx = x + w\nu = x\nw ← w − u'), ['=', '\\leftarrow', '=', '\\leftarrow']);
    assert.deepEqual(signs('x ← x + g\nw ← w − x'), ['\\leftarrow', '\\leftarrow']);
  });
  test('a power of ten that is raised stands in parentheses', () => {
    const latex = (text: string): string => define(`w ← ${text}`).latex().split('\n')[1] ?? '';
    assert.equal(latex('g·(1e-3)²'), String.raw`w &\leftarrow g \left(10^{-3}\right)^{2}`);
    assert.equal(latex('g·2.5e3'), String.raw`w &\leftarrow g \cdot 2.5 \cdot 10^{3}`);
  });
  test('names can be typeset in another way, each where it stands', () => {
    const latex = sgd({ momentum: 0.9 }).latex((name) => `<${name}>`);
    assert.equal(latex.split('\n')[1], String.raw`<v> &\leftarrow <mu> <v> + <g> \\`);
  });
  test('a chain prints its parts in order', () => {
    assert.match(chain(clipByGlobalNorm(1), l2(0.1), adam()).latex(), /c[\s\S]*\\lambda w[\s\S]*\\hat\{m\}/);
    // An equation that is none: what has a value already gets another.
    assert.match(l2(0.1).latex(), /^g &\\leftarrow g \+ \\lambda w$/m);
    assert.match(clipByValue(1).latex(), /^g &\\leftarrow /m);
    assert.match(define('u = g\nv = u\nu = 2·v\nw ← w − u').latex(), /^u &= g \\\\\nv &= u \\\\\nu &\\leftarrow 2 v/m);
  });
});
