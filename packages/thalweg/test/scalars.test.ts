/**
 * Numbers of a step as expressions: whoever visits them computes what the code of a step computes, bit for bit, those that wait for sums included, and
 * prints them for another language.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chain, clipByGlobalNorm, lamb, optimizer, prodigy, type Method } from 'thalweg';
import { programOf } from '../src/define/program.ts';
import type { Node } from '../src/language/graph.ts';
import { operations } from '../src/language/op.ts';
import { elements } from '../src/language/operations/elements.ts';
import { cohorts } from '../src/plan/cohort.ts';
import { isNormal } from '../src/plan/dtype.ts';
import { planFor, prepare, type Plan } from '../src/plan/plan.ts';
import { leafOf, scalarExpressions, visitScalar, type ScalarLeaf, type ScalarVisitor } from '../src/plan/scalar.ts';
import { compileScalars } from '../src/targets/loops/scalars.ts';
import { methods, planOf } from './support/plan-snapshot.ts';
import { randomEquations } from './support/random-program.ts';

const runs = Number(process.env['THALWEG_FUZZ'] ?? 150);

/** The meaning of numbers in float64, given those of the leaves. */
const reference = (leaf: (leaf: ScalarLeaf) => number): ScalarVisitor<number> => ({
  constant: (value) => value,
  leaf,
  operation: (op, [a = 0, b = 0, c = 0]) => elements[op].value(a, b, c),
  normal: (x, dtype) => Number(isNormal(x, dtype)),
  compow: (b, t) => (b > 0 ? -Math.expm1(t * Math.log(b)) : 1 - b ** t),
});

/** Compares the code of a plan with the reference, for some values of the leaves, for one tensor and for several that differ in theirs. */
function compare({ scalars }: Plan, valueOf: (leaf: ScalarLeaf) => number): number {
  for (const tensors of [1, 3]) {
    const { step, place, size } = compileScalars(scalars, tensors);
    const values = new Float64Array(size);
    const expected = Array.from({ length: tensors }, () => new Map<Node, number>());
    for (const { node, kind } of scalars) {
      const leaf = leafOf(node);
      expected.forEach((made, j) => {
        const of = (operand: Node): number => made.get(operand)!;
        const given = leaf === undefined ? undefined : valueOf(leaf) + (kind === 'tensor' ? j : 0);
        if (given !== undefined && (kind === 'tensor' || j === 0)) values[place.get(node)! + j] = given;
        made.set(node, given ?? visitScalar(node, reference(valueOf), of));
      });
    }
    step(() => true)(values);
    for (const { node, kind } of scalars) {
      for (let j = 0; j < (kind === 'tensor' ? tensors : 1); j++) {
        assert.ok(Object.is(values[place.get(node)! + j], expected[j]!.get(node)), node.op);
      }
    }
  }
  return scalars.length;
}

/** Some number for a leaf; names and sums of the same text have the same. */
const someNumber = (leaf: ScalarLeaf): number => {
  const text = leaf.kind === 'sum' ? String(leaf.sum.attribute) : 'of' in leaf ? leaf.of.key : leaf.name;
  return leaf.kind === 'time' ? 16 : ((Array.from(text).reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 9973, 7) % 97) + 1) / 100;
};

test('the code of every optimizer and transform', () => {
  let compared = 0;
  for (const [, method] of methods()) {
    try {
      compared += compare(planOf(method, [6, 4], 16, true), someNumber);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'UnsupportedError')) throw error;
    }
  }
  assert.ok(compared > 2500, String(compared));
});

test('the code of random programs', () => {
  fc.assert(
    fc.property(randomEquations, fc.boolean(), (equations, outcome) => {
      const hyper = { lr: ['η', 0.01], beta: ['β', 0.9, '[0, 1)'] } as const;
      const method = optimizer({ name: 'random', hyper, init: { c: '2·w − η' }, equations })();
      for (const { program } of method.groups.flatMap((group) => cohorts(programOf(group), new Map([['w', [5]]])))) {
        const variants = prepare(program, 'float32', { gated: true });
        compare(planFor(variants, variants.conditions.map(() => outcome)), someNumber); // prettier-ignore
      }
    }),
    { numRuns: Math.ceil(runs / 3) },
  );
});

/** Source of a language with infix operators; sums are read from what a pass left on the device. */
const source = (plan: Plan): ScalarVisitor<string> => ({
  constant: String,
  leaf: (leaf) => {
    if (leaf.kind === 'sum') return `sums[${String(plan.passes.flatMap(({ sums }) => sums).indexOf(leaf.sum))}]`;
    return 'of' in leaf ? String(leaf.of).replaceAll(/\W/g, '_') : leaf.kind === 'time' ? 't' : leaf.name;
  },
  operation: (op, [a = '', b = '', c = '']) => {
    const { text } = operations[op];
    if (text.as === 'infix') return `(${a} ${text.token} ${b})`;
    return text.as === 'choice'
      ? `select(${c}, ${b}, ${a})`
      : text.as === 'prefix'
        ? `-${a}`
        : `${op}(${[a, b].filter(Boolean).join(', ')})`;
  },
  normal: (x, dtype) => `isNormal_${dtype}(${x})`,
  compow: (b, t) => `compow(${b}, ${t})`,
});

/** The numbers that wait for sums and that a pass is given, as source. */
function late(method: Method): string[] {
  const [group = assert.fail()] = method.groups;
  const [{ program } = assert.fail()] = cohorts(programOf(group), new Map([['w', [6, 4]]]));
  const plan = planFor(prepare(program, 'float32', { exact: false }), []);
  const made = scalarExpressions(plan.scalars, source(plan));
  const written = [...plan.scalarWrites].map(([state, node]) => `${String(state)} = ${made.get(node) ?? ''}`);
  const given = plan.passes
    .flatMap(({ scalars }) => scalars)
    .filter((node) => plan.scalars.some((slot) => slot.node === node && slot.level > 0));
  return [...given.map((node) => made.get(node) ?? ''), ...written];
}

test('what waits for sums can be written out for a device', () => {
  const [clipping, trust, ...more] = late(chain(clipByGlobalNorm(1), lamb()));
  assert.deepEqual(more, []);
  assert.equal(clipping, 'select((maxNorm / sqrt(sums[0])), 1, (sqrt(sums[0]) <= maxNorm))');
  assert.equal(trust, '(lr * select(1, select(1, (sqrt(sums[1]) / sqrt(sums[2])), (0 < sqrt(sums[2]))), (0 < sqrt(sums[1]))))');
  const distance = late(prodigy()).find((text) => text.startsWith('prodigy.d ='));
  assert.match(
    distance ?? '',
    /^prodigy\.d = select\(prodigy_d, max\(prodigy_d, \(\(coefficient .* \/ sums\[0\]\)\), \(0 < sums\[0\]\)\)$/,
  );
});
