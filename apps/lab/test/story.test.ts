/** The story's own parts without a browser: its mathematics is typeset, its questions have the answers that runs give, guesses are scored. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  adagradRates,
  best,
  claims,
  constantSteps,
  coordinate,
  decayByScale,
  figure,
  flipRate,
  orthogonalized,
  randomGuesses,
  rmspropSteps,
  sentences,
  sentenceSurface,
  shrinking,
  shrinkTwelve,
  springRun,
  stepOnSentence,
  trace,
  valley,
  wordCounts,
  words,
} from '@thalweg/guide';
import fc from 'fast-check';
import katex from 'katex';
import { adagrad, rmsprop, scheduleFreeSgd, sgd } from 'thalweg';
import { columns, Guess, onScale, worthOf, type Scale } from '../src/guide/guess.ts';
import { lineage } from '../src/guide/lineage.ts';
import { meanings } from '../src/guide/meanings.ts';
import study from '../src/guide/study.json' with { type: 'json' };
import { questionIds, questions, type Question, type QuestionId } from '../src/guide/questions.ts';
import { unbroken } from '../src/parts/unbroken.ts';
import { rowOf, total } from '../src/guide/total.ts';
import { wrongIn } from '../src/guide/wrong.ts';
import { colourOfSymbol, texOf, withSymbols } from '../src/parts/tex.ts';

const folder = join(import.meta.dirname, '../src/guide');
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.svelte'))
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
/** All mathematics within the sentences of the guide. */
const typed = [
  ...sources.flatMap(({ text }) => [...text.matchAll(/<M\s+t="([^"]*)"/g)].map(([, found]) => found!)),
  ...questionIds.flatMap((id) =>
    [questions[id].ask, questions[id].because, ...questions[id].answers].flatMap((text) => text.split('$').filter((_, i) => i % 2 === 1)),
  ),
  ...Object.values(wrongIn).flatMap((all) => all.flatMap(({ says }) => says.split('$').filter((_, i) => i % 2 === 1))),
];

describe('mathematics within sentences', () => {
  test('all of it is typeset, without an error and without a sign that the typesetter does not know', () => {
    assert.ok(typed.length > 100);
    for (const text of typed) {
      const warnings: string[] = [];
      const strict = (code: string): 'ignore' => {
        if (code === 'unknownSymbol') warnings.push(text);
        return 'ignore';
      };
      katex.renderToString(withSymbols(texOf(text)), { throwOnError: true, trust: true, strict });
      assert.deepEqual(warnings, [], text);
    }
  });
  test('no sentence of a chapter has a symbol that is not typeset', () => {
    for (const { name, text } of sources.filter((one) => one.name.endsWith('Chapter.svelte'))) {
      const sentencesOf = text.slice(text.indexOf('</script>')).match(/<(p|li)>[\s\S]*?<\/\1>/g) ?? [];
      for (const one of sentencesOf) {
        const words = one
          .replaceAll(/<M\s[^>]*\/>/g, '')
          .replaceAll(/\{[^{}]*\}/g, '')
          .replaceAll(/<[^>]*>/g, '');
        assert.doesNotMatch(words, /[ηβλεκ∇√ŷ]/u, name);
      }
    }
  });
  test('what is typed becomes what the library prints', () => {
    assert.equal(texOf('w − η·m̂/(√v̂ + ε)'), 'w - \\eta \\cdot \\hat{m}/(\\sqrt{\\hat{v}} + \\varepsilon )');
    assert.equal(texOf('1 − β₁ᵗ'), '1 - \\beta_{1}^{t}');
    assert.equal(texOf('√(9 + 16)'), '\\sqrt{9 + 16}');
    assert.equal(texOf('√v₁ + √v̂₁'), '\\sqrt{v_{1}} + \\sqrt{\\hat{v}_{1}}');
  });
  test('each symbol that has a colour has a meaning, and marking symbols changes nothing else', () => {
    for (const symbol of 'w g \\eta m \\hat{m} v \\hat{v} G \\beta \\beta_{1} \\beta_{2} \\lambda \\varepsilon t'.split(' '))
      assert.ok(symbol in meanings && colourOfSymbol(symbol) !== undefined, symbol);
    const tex = '\\begin{aligned}\nm &\\leftarrow \\beta_{1} m + \\operatorname{NewtonSchulz}_{n}\\left(u\\right)\n\\end{aligned}';
    assert.equal(withSymbols(tex).replaceAll(/\{\\htmlClass\{[^}]*\}\{((?:[^{}]|\{[^}]*\})*)\}\}/g, '$1'), tex);
  });
});

describe('questions', () => {
  const chosen: Partial<Record<QuestionId, () => Promise<number>>> = {
    'problem.basins': async () => {
      const run = await trace(sgd({ lr: 0.1 }), (await import('@thalweg/guide')).basins.objective, [1.6, 0.8], { steps: 600 });
      return run.w.at(-2)! < -0.5 ? 0 : run.w.at(-2)! > 0.5 ? 1 : 2;
    },
    'sgd.zigzag': async () => {
      const run = await trace(sgd({ lr: 1.7 / 30 }), valley(30).objective, [-4, 1], { steps: 200 });
      const across = coordinate(run, run.w, 1).filter((y) => Math.abs(y) > 1e-12);
      return Math.abs(run.w.at(-1)!) > 1 ? 2 : flipRate(across) === 1 ? 1 : 0;
    },
    'sgd.batch': () => Promise.resolve([32, 64, 256].findIndex((size) => Math.sqrt(size / 16) === 4)),
    'momentum.best': () => Promise.resolve([0.96, 0.82, 0.1].findIndex((left) => Math.abs(left - best(100).factor) < 0.005)),
    'adagrad.corner': async () => {
      const run = await trace(adagrad({ lr: 0.5 }), valley(50).objective, [-4, 1], { steps: 1 });
      const [along, across] = [Math.abs(run.w[2]! - run.w[0]!), Math.abs(run.w[3]! - run.w[1]!)];
      return Math.abs(along - across) < 1e-6 ? 1 : along < across ? 0 : 2;
    },
    'rmsprop.first': async () =>
      [1, 3, 32].findIndex((value, i, all) => i === all.length - 1 || value > 31) &&
      (Math.abs((await rmspropSteps(0.999, 1))[0]! - 32) < 1 ? 2 : -1),
    'rmsprop.bounce': async () => {
      const run = await trace(rmsprop({ lr: 0.1 }), valley(50).objective, [-4, 1], { steps: 600 });
      const height = Math.max(...coordinate(run, run.w, 1).subarray(-50).map(Math.abs));
      return height < 0.01 ? 0 : Math.abs(height - 0.05) < 0.005 ? 1 : 2;
    },
    'adam.uncorrected': async () => {
      const [first] = await constantSteps({ m: false, v: false }, 0.9, 0.999, 1);
      return first! < 0.9 ? 0 : first! > 1.1 ? 2 : 1;
    },
    'decay.which': async () => {
      const [small, large] = (await decayByScale([0.1, 10])).map(({ inAdam }) => inAdam);
      return small! / large! > 90 && small! / large! < 110 ? 1 : small! < large! ? 2 : 0;
    },
    'adamw.twelve': async () => {
      const last = (await shrinkTwelve('adamw')).at(-1)!;
      return last.every((weight) => Math.abs(weight - 0.16) < 0.005) ? 1 : last.at(-1)! > 0.5 ? 2 : 0;
    },
    'beyond.muon': async () => {
      const [made] = await orthogonalized([1e-5]);
      return made! >= 0.3 && made! < 1.2 ? 0 : Math.abs(made! - 0.005) < 5e-4 ? 1 : 2;
    },
    'beyond.noise': async () => {
      const options = { steps: 600, noise: 1, seed: 1 };
      const objective = valley(10).objective;
      const plain = (await trace(sgd({ lr: 0.05 }), objective, [-4, 1], options)).loss.at(-1)!;
      assert.equal(plain.toFixed(3), '0.017', 'the question says so');
      const run = await trace(scheduleFreeSgd({ lr: 0.05 }), objective, [-4, 1], { ...options, anatomy: true });
      const z = run.names.get('z')!.subarray(-2);
      const mean = objective(run.w.subarray(-2).map((w, i) => (w - 0.1 * z[i]!) / 0.9), new Float64Array(2)); // prettier-ignore
      return mean > plain / 2 ? 0 : mean > 1e-6 ? 1 : 2;
    },
    'decay.data': () => {
      const lines = JSON.parse(readFileSync(join(import.meta.dirname, '../public/evidence.json'), 'utf8')) as {
        id: string;
        figure: string;
      }[];
      const said = lines.find(({ id }) => id === 'decay.norm')!.figure;
      const [news, newsDecayed, old, oldDecayed] = /new paragraphs (\S+) and (\S+), on those learned from (\S+) and (\S+)/
        .exec(said.replaceAll('−', '-'))!
        .slice(1)
        .map(Number);
      return Promise.resolve(newsDecayed! < news! ? (oldDecayed! > old! ? 1 : 0) : 2);
    },
  };
  for (const [id, answer] of Object.entries(chosen)) {
    test(`${id}: the answer that counts as right is what the run does`, async () =>
      assert.equal(await answer(), questions[id as QuestionId].right));
  }
  test('the numbers in the reasons are those of runs', async () => {
    const spring = await springRun(0.95, 0.05, 60);
    assert.equal(Math.min(...spring).toFixed(2), '-0.70');
    assert.equal((1 / Math.sqrt(1001)).toFixed(3), '0.032');
    const rates = await adagradRates(1000, (t) => (t === 1 ? 100 : 1));
    assert.ok(rates.every((rate) => Math.abs(rate - 0.01) < 5e-4));
    assert.equal((0.1 / Math.sqrt(0.001)).toFixed(1), '3.2');
    assert.equal((3.4445 ** 5).toFixed(0), '485');
    assert.equal(1 - shrinking.lr * shrinking.decay, 0.997);
    assert.equal((0.997 ** shrinking.steps).toFixed(2), ((await shrinkTwelve('adamw')).at(-1)![0]!).toFixed(2)); // prettier-ignore
    const valleyClaim = claims.find(({ id }) => id === 'momentum.valley');
    assert.ok(valleyClaim?.kind === 'mathematics');
    const { values } = await valleyClaim.measure({ text: () => Promise.reject(new Error('none')) });
    assert.deepEqual([values['plain'], values['heavy']], [231, 45]);
  });
  test('each has a reason, and an answer among its answers', () => {
    for (const id of questionIds) {
      const { answers, right, because, chapter, tells }: Question = questions[id];
      assert.ok(id.startsWith(`${chapter}.`) && because.length > 30);
      for (const claim of tells)
        assert.ok(
          claims.some((one) => one.id === claim && one.chapter === chapter),
          claim,
        );
      assert.ok(answers.length === 0 || answers[right] !== undefined, id);
      for (const text of [questions[id].ask, because, ...answers]) assert.equal(text.split('$').length % 2, 1, id);
    }
  });
});

describe('numbers in the chapters', () => {
  test('are those of the sentences and of the arithmetic that they stand for', async () => {
    assert.equal(sentences.length, 37);
    assert.equal(words.length, 31);
    assert.deepEqual(wordCounts.filter(([word]) => ['the', 'superb'].includes(word)), [['the', 30], ['superb', 1]]); // prettier-ignore
    assert.ok(randomGuesses(300).at(-1)! > 0.6);
    assert.ok(Math.abs(2 ** 31 - 2e9) < 2e8, 'two thousand million');
    assert.equal((1 - 0.5 / 30).toFixed(3), '0.983');
    assert.equal(Math.round(Math.log(0.5) / Math.log(1 - 0.5 / 30)), 41);
    assert.equal((99 / 101).toFixed(2), '0.98');
    assert.equal(1e6 / 32, 31250);
    assert.equal(Math.round(100 * 0.9 ** 44), 1);
    assert.equal((1 - 0.9 ** 7).toFixed(1), '0.5');
    assert.equal(0.1 * 100 ** 2, 1000);
    assert.equal(Math.ceil(Math.log(0.02 / 1000) / Math.log(0.9)), 103);
    assert.equal((0.999 ** 1000).toFixed(2), '0.37');
    assert.equal(figure(-Math.log(0.1), 2) + figure(-Math.log(0.01), 2), '2.34.6');
    const twelve = (await shrinkTwelve('sgd')).at(-1)!;
    const leftOver = 0.3 - 0.2991;
    assert.ok(Math.abs(0.997 * 0.3 - 0.2991) < 1e-9);
    for (const [i, gradient] of [
      [0, 0.03],
      [11, 30],
    ] as const) {
      const kept = 0.997 ** shrinking.steps;
      const moved = ((gradient / 30) * leftOver * (1 - kept)) / (1 - 0.997 ** 2);
      assert.ok(Math.abs(twelve[i]! - (kept + moved)) < 1e-6, 'what decay leaves, and 0.0009 of each pair of gradients of 30');
    }
    const met = (await stepOnSentence(adagrad({ lr: 0.3 }), 'the music was superb, a gem', 1)).find(({ word }) => word === 'gem')!;
    assert.equal(met.history, 0);
    assert.ok(Math.abs(met.moved - 0.3) < 1e-6, 'a step adds its own g² before it divides');
    const end = await trace(sgd({ lr: 1 }), sentenceSurface.objective, sentenceSurface.start, { steps: 5000 });
    const [minimum] = sentenceSurface.minima;
    assert.ok(Math.hypot(end.w.at(-2)! - minimum![0], end.w.at(-1)! - minimum![1]) < 1e-3, String(end.w.subarray(-2)));
  });
  test('the lineage has one flaw and one mend for each method, in the order of the chapters', () => {
    assert.equal(new Set(lineage.map(({ name }) => name)).size, lineage.length);
    for (const { flaw, mend } of lineage) assert.ok(flaw.length > 5 && mend.length > 5);
  });
});

describe('the study in the guide', () => {
  const named = new Set(sources.flatMap(({ text }) => [...text.matchAll(/<Studied? of=\{\[([^\]]*)\]\}|<StudyLine of="(\w+)"/g)].flatMap(([, many, one]) => one ?? [...many!.matchAll(/'(\w+)'/g)].map(([, name]) => name!)))); // prettier-ignore
  test('all that it has for the guide is told there, and nothing else', () => {
    assert.deepEqual([...named].toSorted(), Object.keys(study.told).toSorted());
  });
  test('what the guide advises is what the study confirmed', () => {
    // Whoever sees this fail has to write the advice of the last chapter anew.
    const told: Readonly<Record<string, { readonly says: string; readonly verdict?: string }>> = study.told;
    for (const name of ['rare', 'muon', 'nesterov', 'dense', 'falling', 'free', 'best', 'tries'])
      assert.equal(told[name]?.verdict, 'confirmed', name);
    assert.match(told['separate']?.verdict ?? '', /^refuted/, 'AdamW’s chapter says that the choices need not come apart');
    assert.match(study.nearest[0]!.names[0]!, /^NAdamW/);
  });
});

describe('a drawn guess', () => {
  const x: Scale = { low: 1, high: 1000, log: true, ticks: [] };
  const y: Scale = { low: 0.001, high: 1, log: true, ticks: [] };
  test('is worth 1 where it is the run, less the farther it is, and never less than 0', () => {
    const run = (at: number): number => 1 / Math.sqrt(at);
    const exact = new Guess(columns(x).map(run));
    assert.ok(Math.abs(worthOf(x, y, exact, run) - 1) < 1e-12);
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 5, noNaN: true }), fc.double({ min: 0.2, max: 5, noNaN: true }), (a, b) => {
        const worth = (by: number): number => worthOf(x, y, new Guess(exact.values.map((value) => value * by)), run);
        const [near, far] = Math.abs(Math.log(a)) < Math.abs(Math.log(b)) ? [a, b] : [b, a];
        // Where the run touches the end of the axis a guess beyond it would be nearer than it looks; all here stay within.
        if (Math.sign(Math.log(a)) === Math.sign(Math.log(b))) assert.ok(worth(near) >= worth(far) - 1e-9);
        assert.ok(worth(a) >= 0 && worth(a) <= 1);
      }),
    );
  });
  test('dragging sets every column in between, and stays on the axis', () => {
    const drawn = Guess.level(y).drag(y, 2, 5, 2);
    assert.deepEqual(drawn.values.map((value) => Number(onScale(y, value).toFixed(6))), [0.5, 0.5, 1, 1, 1, 1, 0.5, 0.5, 0.5]); // prettier-ignore
  });
});

test('a measured sentence has no line end within an equation or before a unit', () => {
  assert.equal(unbroken('Step 1 is 3.16 η; ηλ = 1.7 in 100 % of them'), 'Step 1 is 3.16\u00a0η; ηλ\u00a0=\u00a01.7 in 100\u00a0% of them');
});

describe('the score', () => {
  test('counts what was given, and shows right, half right, wrong and not answered apart', () => {
    const marks = { a: 1, b: 0.62, c: 0 };
    assert.equal(rowOf(marks, ['a', 'b', 'c', 'd']), '■▣□·');
    assert.deepEqual(total(marks, ['a', 'b', 'c', 'd']), { given: 3, right: 1.6 });
    assert.deepEqual(total({}, questionIds), { given: 0, right: 0 });
  });
});
