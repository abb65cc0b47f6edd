/**
 * A method costs nothing until it is asked something: counted are the characters that the lexer looks at and the nodes that are made. And what need not be
 * read at each call has been read here: every definition of the library, in all its variants.
 */
import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import * as library from 'thalweg';
import { adamw, chain, clipByGlobalNorm, groups, Method, muon, OptionError, optimizer, otherwise, sgd, tensor } from 'thalweg';
import { programOf } from '../src/define/program.ts';
import { checkDefinition } from '../src/define/check-definition.ts';
import { Graph } from '../src/language/graph.ts';

interface Work {
  readonly characters: number;
  readonly nodes: number;
}

/** Counts what is read and built while `run` runs. */
async function work(run: () => unknown): Promise<Work> {
  // The lexer asks for the character at each place; nothing else does while a method is made.
  const [characters, nodes] = [mock.method(String, 'fromCodePoint').mock, mock.method(Graph.prototype, 'node').mock];
  try {
    await run();
    return { characters: characters.callCount(), nodes: nodes.callCount() };
  } finally {
    characters.restore();
    nodes.restore();
  }
}

const nothing: Work = { characters: 0, nodes: 0 };
const clipped = (): Method => chain(clipByGlobalNorm(1), adamw({ lr: 3e-4 }));
const grouped = (): Method =>
  groups([
    { match: { rank: 2 }, use: muon() },
    { match: otherwise, use: clipped(), name: 'rest' },
  ]);

const factories = Object.entries<unknown>(library).flatMap(([name, make]) =>
  typeof make === 'function' && 'definition' in make ? [[name, make as unknown as Factory] as const] : [],
);

interface Factory {
  (options?: object): Method;
  readonly definition: {
    readonly hyper: Readonly<Record<string, readonly [symbol: string, fallback: number, range?: string]>>;
    readonly variants?: Readonly<Record<string, false | readonly string[]>>;
  };
}

test('making, chaining and grouping methods of the library reads no text and builds no graph', async () => {
  assert.ok(factories.length > 40);
  for (const [name, make] of factories) assert.deepEqual(await work(() => make()), nothing, name);
  assert.deepEqual(await work(() => chain(clipByGlobalNorm(1), adamw())), nothing);
  assert.deepEqual(await work(() => chain(clipByGlobalNorm(1, { compat: 'torch' }), grouped())), nothing);
  assert.ok((await work(() => programOf(clipped().groups[0]!))).nodes > 20, 'this counts');
});

test('names and rates of a method cost a reading of its text and no graph; LaTeX neither asks for more', async () => {
  // Of equations that no test before has read: methods of the same ones share what is told of them.
  const method = chain(clipByGlobalNorm(1), library.nadam());
  const first = await work(() => [method.hyper, method.trains, method.inputs]);
  assert.ok(first.characters > 0);
  assert.equal(first.nodes, 0);
  assert.deepEqual(await work(() => [method.hyper, method.trains, method.inputs]), nothing);
  assert.deepEqual(await work(() => chain(clipByGlobalNorm(1), library.nadam({ lr: 0.3 })).hyper), nothing);
  assert.equal((await work(() => method.latex())).nodes, 0);
});

test('a method is read and built once, however often it is bound', async () => {
  const method = chain(clipByGlobalNorm(1), library.adan());
  const init = async (): Promise<void> => (await method.init({ w: tensor([3]) })).dispose();
  const [first, second, third] = [await work(init), await work(init), await work(init)];
  assert.ok(first.characters > 0);
  assert.equal(second.characters, 0);
  assert.deepEqual(second, third);
  assert.ok(second.nodes < first.nodes);
});

describe('what a user defines is read where it is made', () => {
  const mine = (equations: string): Method => optimizer({ name: 'mine', hyper: { lr: ['η', 0.1] }, equations })();
  test('at the call, and again where it is chained and can be wrong again', async () => {
    assert.ok((await work(() => mine('w ← w − η·g'))).nodes > 0);
    const right = mine('w ← w − η·g');
    assert.ok((await work(() => chain(clipByGlobalNorm(1), right))).nodes > 0);
    assert.throws(() => mine('w ← w − η·q'), library.EquationError);
  });
  test('what is rewritten is read as far as its grammar, and whole when it is bound', async () => {
    assert.throws(() => sgd().rewrite(() => 'w ← w −'), library.EquationError);
    const wrong = sgd().rewrite(() => 'w ← w − q');
    await assert.rejects(wrong.init({ w: tensor([1]) }), library.EquationError);
  });
});

/** Every choice of words for the variants. */
function choices(variants: readonly (readonly [string, false | readonly string[]])[]): Readonly<Record<string, unknown>>[] {
  let all: Readonly<Record<string, unknown>>[] = [{}];
  for (const [key, words] of variants) {
    const each: readonly unknown[] = words === false ? [false, true] : words;
    all = all.flatMap((others) => each.map((word) => ({ ...others, [key]: word })));
  }
  return all;
}

describe('every definition of the library is right in all its variants', () => {
  for (const [name, make] of factories) {
    test(name, () => {
      const { hyper, variants = {} } = make.definition;
      checkDefinition(make.definition);
      let built = 0;
      for (const words of choices(Object.entries(variants))) {
        // Equations leave out what is multiplied by 0: with each hyperparameter at its default, at 0 and at something else.
        for (const [key, value] of [
          ['', 0],
          ...Object.keys(hyper).flatMap(
            (one) =>
              [
                [one, 0],
                [one, 0.5],
              ] as const,
          ),
        ] as const) {
          // prettier-ignore
          try {
            for (const group of make(key === '' ? words : { ...words, [key]: value }).groups) programOf(group);
            built += 1;
          } catch (error) {
            if (!(error instanceof OptionError)) throw error;
          }
        }
      }
      assert.ok(built > 0);
    });
  }
  test('and those that a function of a number makes', () => {
    const { clipByNorm, clipByRms, clipByValue, l2, weightDecay } = library;
    const made = [
      clipByGlobalNorm(2),
      clipByGlobalNorm(2, { compat: 'torch' }),
      clipByNorm(2),
      clipByRms(2),
      clipByValue(2),
      l2(2),
      weightDecay(0.2),
    ];
    for (const method of made) assert.ok(programOf(method.groups[0]!).hyper.length === 1, method.name);
  });
});
