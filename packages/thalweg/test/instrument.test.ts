/** A method with probes takes the same steps, and what its probes tell adds up: each equation, computed from the numbers of its names, gives its value. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  chain,
  adam,
  clipByGlobalNorm,
  cosine,
  groups,
  inspect,
  instrument,
  l2,
  muon,
  numberNode,
  optimizer,
  otherwise,
  printExpression,
  schedule,
  spell,
  sgd,
  substitute,
  tensor,
  type Expression,
  type Form,
  type Method,
  type Optimizer,
} from 'thalweg';
import { everyMethod } from './support/plan-snapshot.ts';

const own = optimizer({
  name: 'own',
  hyper: { lr: ['η', 0.1], beta: ['β', 0.9] },
  init: { z: '2·w' },
  equations: `
    probe = g +
      w # of two lines
    probe = probe·2; z ← z·β + probe // twice
    m_hat = z / (1 - beta^(t + 1)) + (t mod 3 == 0 ? ‖g‖ : sum(|w|))
    w <- w - s·lr*m_hat`,
}); // prettier-ignore

const matrices = groups([
  { match: 'W', use: chain(l2(0.1), muon()) },
  { match: otherwise, use: sgd({ momentum: 0.9 }), name: 'rest' },
]);
const methods: readonly (readonly [string, Method])[] = [
  ...everyMethod(),
  ['own', own({ lr: cosine({ peak: 0.1, total: 8 }) })],
  ['adam twice', chain(clipByGlobalNorm(0.5), adam({ lr: cosine({ peak: 0.1, total: 8 }) }), adam({ lr: 0.2, l2: 0.1 }))],
  ['groups', matrices],
];

/** A step with some gradient. */
function step(opt: Optimizer, inputs: readonly string[]): void {
  for (const name of Object.keys(opt.grads)) {
    const [g, w] = [opt.grads[name]!, opt.params[name]!];
    g.forEach((_, i) => (g[i] = Math.sin(opt.t + i) + w[i]! / 2));
  }
  const hessian = Object.fromEntries(Object.entries(opt.grads).map(([name, g]) => [name, g.map((x) => x * x)]));
  opt.step(opt.grads, inputs.includes('loss') ? { loss: 3 } : inputs.includes('hessian') ? { hessian } : {});
}

const nodesOf = (expression: Expression): Expression[] =>
  expression.kind === 'apply' ? [expression, ...expression.operands.flatMap(nodesOf)] : [expression];

describe('probes', () => {
  for (const [name, method] of methods) {
    test(name, async () => {
      const start = async (one: Method): Promise<Optimizer> => {
        const opt: Optimizer = await one.init(
          { W: tensor([2, 2], { dtype: 'float64' }), ...(name === 'groups' ? { b: Float64Array.of(1) } : {}) },
          { threads: 1 },
        );
        opt.params['W']!.set([0.5, -1.5, 2, 0.25]);
        return opt;
      };
      const { method: probed, inspection, probes } = instrument(method);
      const [plain, opt] = [await start(method), await start(probed)];
      const states = inspect(probed).groups.flatMap(({ parts }) => parts.flatMap((part) => part.states));
      const forms = new Map(states.map(({ symbol, form }) => [symbol.key!, form]));
      let checked = 0;
      for (let t = 1; t <= 7; t++) {
        step(plain, method.inputs);
        step(opt, method.inputs);
        assert.deepEqual(opt.params, plain.params, `step ${String(t)}`);
        inspection.groups.forEach(({ parts, name: group }, i) => {
          const parameter = group === 'rest' ? 'b' : 'W';
          parts.forEach(({ equations, hyper }, j) => {
            const { before, values, inside } = probes[i]![j]!;
            for (let element = 0; element < opt.params[parameter]!.length; element++) {
              const at = (key: string): number | undefined => {
                const form = forms.get(key);
                const [row, column] = [Math.floor(element / 2), element % 2];
                const places: Readonly<Partial<Record<Form, number>>> = { rc: element, r1: row, '1c': column };
                const place = form === undefined ? 0 : places[form];
                const kept = opt.state[key]!;
                return place === undefined ? undefined : (kept[parameter] ?? kept['value'] ?? kept[group])![place];
              };
              const numbers = hyper.flatMap(({ option, symbol, value }) =>
                typeof value === 'number'
                  ? ([
                      [spell(symbol), value],
                      [spell(option), value],
                    ] as const)
                  : [],
              );
              const known = new Map<string, number | undefined>([
                ['t', t],
                ['pi', Math.PI],
                ...numbers,
                ...[...before].map(([symbol, key]) => [symbol, at(key)] as const),
              ]);
              equations.forEach(({ equation, target, text }, k) => {
                const number = (node: Expression): Expression | undefined => {
                  const key = inside.get(node);
                  const value = key !== undefined ? at(key) : node.kind === 'name' ? known.get(node.name) : undefined;
                  return value === undefined ? undefined : numberNode(value);
                };
                const [expected, numbers] = [at(values[k]!), printExpression(substitute(equation.value, number))];
                known.set(target.name, expected);
                // What is made of squares, which have no element for each of the parameter's, or of what a division by zero gave, cannot be checked so.
                const unknown = nodesOf(equation.value).some(
                  (node) => node.kind === 'name' && known.get(node.name) === undefined && number(node) === undefined,
                );
                if (expected === undefined || unknown || /NaN|Infinity/.test(numbers + String(expected))) return;
                const computed = schedule(numbers).at(t);
                assert.ok(Math.abs(computed - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${text} is ${String(expected)}, and ${numbers} is ${String(computed)}`); // prettier-ignore
                checked += 1;
              });
            }
          });
        });
      }
      assert.ok(checked > 0);
      plain.dispose();
      opt.dispose();
    });
  }
});
