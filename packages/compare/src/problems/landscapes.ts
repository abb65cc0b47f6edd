/** Functions of two variables with exact gradients: one parameter `w`, float64, nothing random but the start. */
import { defineProblem } from '../check-problem.ts';
import { random } from '../data/random.ts';
import type { Model, Problem } from '../problem.ts';

/** A function of two variables with its gradient and where to look at it. */
interface Surface {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly value: (x: number, y: number) => number;
  readonly gradient: (x: number, y: number) => readonly [number, number];
  readonly start: readonly [number, number];
  readonly minimum: number;
  readonly minima: readonly (readonly [number, number])[];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const surfaces: readonly Surface[] = [
  {
    id: 'valley',
    title: 'Valley: a long narrow quadratic',
    description:
      'f = ½(x² + 100·y²), a quadratic whose curvatures differ by a factor of 100: a step calm across the valley crawls along it.',
    value: (x, y) => (x * x + 100 * y * y) / 2,
    gradient: (x, y) => [x, 100 * y],
    start: [-4, 1],
    minimum: 0,
    minima: [[0, 0]],
    x: [-5, 2],
    y: [-1.6, 1.6],
  },
  {
    id: 'rosenbrock',
    title: 'Rosenbrock: a curved valley',
    description: 'f = (1 − x)² + 100·(y − x²)², whose minimum (1, 1) lies in a curved valley that is easy to reach and hard to follow.',
    value: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: (x, y) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
    start: [-1.2, 1],
    minimum: 0,
    minima: [[1, 1]],
    x: [-2, 2],
    y: [-1, 3],
  },
  {
    id: 'beale',
    title: 'Beale: plateaus and steep walls',
    description: 'f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)², flat plains beside steep walls; minimum (3, 0.5).',
    value: (x, y) => (1.5 - x + x * y) ** 2 + (2.25 - x + x * y * y) ** 2 + (2.625 - x + x * y ** 3) ** 2,
    gradient: (x, y) => {
      const [a, b, c] = [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y ** 3];
      return [2 * (a * (y - 1) + b * (y * y - 1) + c * (y ** 3 - 1)), 2 * x * (a + 2 * b * y + 3 * c * y * y)];
    },
    start: [1, 1.5],
    minimum: 0,
    minima: [[3, 0.5]],
    x: [-1, 4.5],
    y: [-1.5, 2],
  },
  {
    id: 'himmelblau',
    title: 'Himmelblau: four minima',
    description: 'f = (x² + y − 11)² + (x + y² − 7)², four minima of equal depth: the start decides which is reached.',
    value: (x, y) => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    gradient: (x, y) => [4 * x * (x * x + y - 11) + 2 * (x + y * y - 7), 2 * (x * x + y - 11) + 4 * y * (x + y * y - 7)],
    start: [0, -0.5],
    minimum: 0,
    minima: [
      [3, 2],
      [-2.805118, 3.131312],
      [-3.77931, -3.283186],
      [3.584428, -1.848126],
    ],
    x: [-5, 5],
    y: [-5, 5],
  },
  {
    id: 'saddle',
    title: 'Saddle: a pass between two basins',
    description:
      'f = ½x² + ¼y⁴ − ½y², a saddle at the origin between minima at y = ±1; the start lies close to the ridge, where the slope is faint.',
    value: (x, y) => (x * x) / 2 + y ** 4 / 4 - (y * y) / 2,
    gradient: (x, y) => [x, y ** 3 - y],
    start: [-1.5, 1e-3],
    minimum: -0.25,
    minima: [
      [0, 1],
      [0, -1],
    ],
    x: [-2, 1],
    y: [-1.6, 1.6],
  },
  {
    id: 'rastrigin',
    title: 'Rastrigin: a field of pits',
    description: 'f = 20 + Σ(wᵢ² − 10·cos 2πwᵢ), a bowl full of local minima: most starts lead to one that is not the global one.',
    value: (x, y) => 20 + x * x + y * y - 10 * (Math.cos(2 * Math.PI * x) + Math.cos(2 * Math.PI * y)),
    gradient: (x, y) => [2 * x + 20 * Math.PI * Math.sin(2 * Math.PI * x), 2 * y + 20 * Math.PI * Math.sin(2 * Math.PI * y)],
    start: [2.7, -1.6],
    minimum: 0,
    minima: [[0, 0]],
    x: [-4, 4],
    y: [-4, 4],
  },
];

/** The metric is log₁₀ of the height above the minimum; nothing below this counts: float64 cannot tell 1e-16 from the minimum. */
const floor = 1e-16;

function modelOf(surface: Surface): Model {
  return {
    start(seed) {
      const next = random(seed, 3);
      const spread = surface.id === 'saddle' ? 1e-3 : 0.2;
      return { w: Float64Array.from(surface.start, (x) => x + spread * (next() - 0.5)) };
    },
    gradient(params, grads) {
      const [x = NaN, y = NaN] = params['w']!;
      grads['w']!.set(surface.gradient(x, y));
      return surface.value(x, y);
    },
    evaluate(params) {
      const [x = NaN, y = NaN] = params['w']!;
      return Math.log10(Math.max(surface.value(x, y) - surface.minimum, floor));
    },
  };
}

function problemOf(surface: Surface): Problem {
  const columns = 120;
  const rows = 90;
  const at = ([low, high]: readonly [number, number], i: number, count: number): number => low + ((high - low) * i) / (count - 1);
  const values = Array.from({ length: columns * rows }, (_, i) =>
    Number(surface.value(at(surface.x, i % columns, columns), at(surface.y, Math.floor(i / columns), rows)).toPrecision(5)),
  );
  const metric = { name: 'log₁₀ height', lowerIsBetter: true, unit: '' };
  return defineProblem({
    id: surface.id,
    title: surface.title,
    description: surface.description,
    steps: { quick: 500, standard: 2000, thorough: 5000 },
    batchSize: null,
    tuningMetric: metric,
    testMetric: metric,
    target: -3,
    load: () => modelOf(surface),
    landscape: { x: surface.x, y: surface.y, columns, rows, values, minima: surface.minima },
  });
}

/** The problems valley, rosenbrock, beale, himmelblau, saddle and rastrigin. */
export const landscapes: readonly Problem[] = surfaces.map(problemOf);
