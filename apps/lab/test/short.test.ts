/** Links hold a whole state of the lab in few characters, and what a link says is what was set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { catalogue, defaults, surfaces } from '@thalweg/guide';
import { charts, checkState, decodeState, encodeState, firstView, LinkError, tools, type LabState } from '../src/lab/state.ts';
import { shapes, steady } from '../src/race/pace.ts';

const entry = fc.constantFrom(...catalogue);
const entrants = fc.uniqueArray(entry, { minLength: 1, maxLength: 8 }).chain((entries) =>
  fc.tuple(
    ...entries.map((one) =>
      fc
        .record({ shown: fc.boolean(), suffix: fc.constantFrom('', '-2', '-3'), shape: fc.constantFrom(...shapes), change: fc.double({ min: 1e-3, max: 0.9, noNaN: true }), at: fc.nat(3) })
        .map(({ shown, suffix, shape, change, at }) => {
          const values = defaults(one);
          const name = one.knobs[at]?.name;
          return { key: `${one.id}${suffix}`, id: one.id, label: one.label, values: name === undefined ? values : { ...values, [name]: change }, pace: { ...steady, shape }, shown };
        }),
    ),
  ),
); // prettier-ignore
const states: fc.Arbitrary<LabState> = fc.record({
  surface: fc.oneof(
    fc.constantFrom(...surfaces).map(({ id }) => ({ kind: 'named', id }) as const),
    fc.record({ kind: fc.constant('valley' as const), condition: fc.double({ min: 1, max: 100, noNaN: true }), angle: fc.constant(0.5) }),
    fc.record({ kind: fc.constant('formula' as const), text: fc.string({ maxLength: 40 }), reach: fc.constantFrom(1, 4) }),
  ),
  start: fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.integer({ min: -5, max: 5 })),
  steps: fc.integer({ min: 1, max: 5000 }),
  noise: fc.constantFrom(0, 0.5),
  batch: fc.constantFrom(1, 32),
  seed: fc.constantFrom(1, 7),
  t: fc.integer({ min: 0, max: 5000 }),
  entrants,
  view: fc.record({
    solid: fc.boolean(),
    tool: fc.constantFrom(...tools),
    chart: fc.constantFrom(...charts),
    chosen: fc.constantFrom('adam', 'sgd-2'),
    axis: fc.constantFrom(0 as const, 1 as const),
  }),
});

test('a link says what was set, and says it again in the same text', () => {
  fc.assert(
    fc.property(states, (state) => {
      const expected = checkState(JSON.parse(JSON.stringify(state)));
      const text = encodeState(state);
      assert.deepEqual(decodeState(text), expected);
      assert.equal(encodeState(decodeState(text)), text);
    }),
  );
});

test('links of former days, which hold everything, are read as they were', () => {
  fc.assert(
    fc.property(states, (state) => {
      const whole = Buffer.from(JSON.stringify(state)).toString('base64url');
      assert.deepEqual(decodeState(whole), checkState(JSON.parse(JSON.stringify(state))));
    }),
  );
});

test('six optimizers with rates of three digits are a link of under 300 characters, wherever the site stands', () => {
  const ids = ['sgd', 'sgd-momentum', 'adagrad', 'rmsprop', 'adam', 'adamw'];
  const race: LabState = {
    surface: { kind: 'named', id: 'rosenbrock' },
    start: surfaces.find(({ id }) => id === 'rosenbrock')!.start,
    steps: 600,
    noise: 0,
    batch: 1,
    seed: 1,
    t: 0,
    entrants: ids.map((id, i) => {
      const one = catalogue.find((other) => other.id === id)!;
      return {
        key: id,
        id,
        label: one.label,
        values: { ...defaults(one), lr: Number((0.00123 * (i + 1)).toPrecision(3)) },
        pace: steady,
        shown: true,
      };
    }),
    view: firstView,
  };
  const link = `https://an-organization.github.io/thalweg/lab/#?s=${encodeState(race)}`;
  assert.ok(link.length < 300, String(link.length));
});

test('whatever a short link holds, it is used or refused as a link is', () => {
  fc.assert(
    fc.property(fc.record({ f: fc.anything(), x: fc.anything(), n: fc.anything(), o: fc.anything(), v: fc.anything() }), (hostile) => {
      const text = Buffer.from(JSON.stringify(hostile)).toString('base64url');
      try {
        decodeState(text);
      } catch (error) {
        assert.ok(error instanceof LinkError, String(error));
      }
    }),
  );
});
