/** The guide's test functions of two variables as problems: one parameter `w`, float64; only the starting point is random. */
import { surfaces, valley, type Surface } from '@thalweg/guide';
import { random } from '../data/random.ts';
import type { Arrays, Model, Problem } from '../problem.ts';

/** A test function of the guide with its description, and where it differs from the guide's. */
interface Ground extends Partial<Pick<Surface, 'start' | 'x' | 'y'>> {
  readonly surface: Surface;
  readonly title: string;
  readonly description: string;
  /** The minimum value. */
  readonly minimum: number;
  /** The width of the range of starting points. */
  readonly spread?: number;
}

/** The guide's test function of this name. */
function named(id: string): Surface {
  const found = surfaces.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`there is no landscape ${id}`);
  return found;
}

const grounds: readonly Ground[] = [
  {
    surface: valley(100),
    title: 'Valley: an ill-conditioned quadratic',
    description:
      'f = ½(x² + 100·y²), a quadratic with condition number 100: a learning rate that is stable across the valley is slow along it.',
    minimum: 0,
    x: [-5, 2],
    y: [-1.6, 1.6],
  },
  {
    surface: named('rosenbrock'),
    title: 'Rosenbrock: a curved valley',
    description: 'f = (1 − x)² + 100·(y − x²)², with its minimum at (1, 1) in a curved valley that is easy to reach and hard to follow.',
    minimum: 0,
  },
  {
    surface: named('beale'),
    title: 'Beale: plateaus and steep walls',
    description:
      'f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)², with flat plateaus beside steep walls; minimum at (3, 0.5).',
    minimum: 0,
  },
  {
    surface: named('himmelblau'),
    title: 'Himmelblau: four minima',
    description: 'f = (x² + y − 11)² + (x + y² − 7)², with four minima of equal value; which one is reached depends on the starting point.',
    minimum: 0,
  },
  {
    surface: named('saddle'),
    title: 'Saddle: a saddle point between two minima',
    description:
      'f = ½x² + ¼y⁴ − ½y², with a saddle point at the origin between minima at y = ±1; the starting point is close to the ridge, where the gradient is small.',
    minimum: -0.25,
    start: [-1.5, 1e-3],
    spread: 1e-3,
  },
  {
    surface: named('rastrigin'),
    title: 'Rastrigin: many local minima',
    description:
      'f = 20 + Σ(wᵢ² − 10·cos 2πwᵢ), a bowl with many local minima; most starting points lead to one that is not the global minimum.',
    minimum: 0,
  },
];

/** The metric is log₁₀ of the height above the minimum; heights below 1e-16 are not distinguished. */
const floor = 1e-16;

function modelOf({ surface, start = surface.start, minimum, spread = 0.2 }: Ground): Model {
  const gradient = new Float64Array(2);
  const valueAt = (params: Arrays): number => surface.objective(Float64Array.from(params['w']!), gradient);
  return {
    start(seed) {
      const next = random(seed, 3);
      return { w: Float64Array.from(start, (x) => x + spread * (next() - 0.5)) };
    },
    gradient(params, grads) {
      const value = valueAt(params);
      grads['w']!.set(gradient);
      return value;
    },
    evaluate: (params) => Math.log10(Math.max(valueAt(params) - minimum, floor)),
  };
}

function problemOf(ground: Ground): Problem {
  const { surface, title, description, x = surface.x, y = surface.y } = ground;
  const columns = 120;
  const rows = 90;
  const at = ([low, high]: readonly [number, number], i: number, count: number): number => low + ((high - low) * i) / (count - 1);
  const unused = new Float64Array(2);
  const heights = (): readonly number[] =>
    Array.from({ length: columns * rows }, (_, i) => {
      const point = Float64Array.of(at(x, i % columns, columns), at(y, Math.floor(i / columns), rows));
      return Number(surface.objective(point, unused).toPrecision(5));
    });
  let kept: readonly number[] | undefined;
  const metric = { name: 'log₁₀ height', lowerIsBetter: true, unit: '' };
  return {
    id: surface.id,
    title,
    description,
    steps: { quick: 500, standard: 2000, thorough: 5000 },
    batchSize: null,
    tuningMetric: metric,
    testMetric: metric,
    target: -3,
    load: () => modelOf(ground),
    landscape: {
      x,
      y,
      columns,
      rows,
      // Computed when it is drawn; otherwise every command would wait for six maps. A test checks them as `defineProblem` would.
      get values() {
        kept ??= heights();
        return kept;
      },
      minima: surface.minima,
    },
  };
}

/** The problems valley, rosenbrock, beale, himmelblau, saddle and rastrigin. */
export const landscapes: readonly Problem[] = grounds.map(problemOf);
