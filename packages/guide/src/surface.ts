/** Functions of a few variables with their gradients, and the curvature at a point. Knows nothing of optimizers. */

/** A function to minimize: writes its gradient at `w` into `g` and returns its value. */
export type Objective = (w: Float64Array, g: Float64Array) => number;

/** A function of two variables and where to look at it. */
export interface Surface {
  readonly id: string;
  readonly label: string;
  /** As the map names it, in LaTeX. */
  readonly latex: string;
  readonly objective: Objective;
  /** Its height alone, where that is cheaper. */
  readonly height?: (x: number, y: number) => number;
  readonly start: readonly [number, number];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly minima: readonly (readonly [number, number])[];
  /** Of a valley, its measures. */
  readonly valley?: { readonly condition: number; readonly angle: number };
}

/** A quadratic with curvature 1 along one axis and `condition` along the other, turned by `angle` (radians). */
export function valley(condition: number, angle = 0): Surface {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return {
    id: 'valley',
    label: 'Valley',
    latex: 'f(w) = \\tfrac12\\,w^\\top H\\,w',
    objective: (w, g) => {
      const along = c * w[0]! + s * w[1]!;
      const across = condition * (c * w[1]! - s * w[0]!);
      g[0] = c * along - s * across;
      g[1] = s * along + c * across;
      return (along * along + (across * across) / condition) / 2;
    },
    start: [-4, 1],
    x: [-5, 2.5],
    y: [-2, 2],
    minima: [[0, 0]],
    valley: { condition, angle },
  };
}

/** Two basins, the left one deeper. */
export const basins: Surface = {
  id: 'basins',
  label: 'Two basins',
  latex: 'f(x, y) = \\tfrac14x^4 - \\tfrac12x^2 + \\tfrac15x + \\tfrac12y^2',
  objective: (w, g) => {
    const [x, y] = [w[0]!, w[1]!];
    g[0] = x ** 3 - x + 0.2;
    g[1] = y;
    return x ** 4 / 4 - (x * x) / 2 + 0.2 * x + (y * y) / 2;
  },
  start: [1.6, 0.8],
  x: [-2, 2],
  y: [-1.2, 1.2],
  minima: [
    [-1.0881, 0],
    [0.8794, 0],
  ],
};

/** Rosenbrock's function of two or more coordinates, each with the next: Σ (1 − wᵢ)² + 100·(wᵢ₊₁ − wᵢ²)². */
export const rosenbrock: Objective = (w, g) => {
  let sum = 0;
  g.fill(0);
  for (let i = 0; i + 1 < w.length; i++) {
    const [x, y] = [w[i]!, w[i + 1]!];
    const off = y - x * x;
    g[i]! += -2 * (1 - x) - 400 * x * off;
    g[i + 1]! += 200 * off;
    sum += (1 - x) ** 2 + 100 * off ** 2;
  }
  return sum;
};

const curved: Surface = {
  id: 'rosenbrock',
  label: 'Rosenbrock',
  latex: 'f(x, y) = (1 - x)^2 + 100\\,(y - x^2)^2',
  objective: rosenbrock,
  start: [-1.2, 1],
  x: [-2, 2],
  y: [-1, 3],
  minima: [[1, 1]],
};

const beale: Surface = {
  id: 'beale',
  label: 'Beale',
  latex: 'f(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2',
  objective: (w, g) => {
    const [x, y] = [w[0]!, w[1]!];
    const [a, b, c] = [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y ** 3];
    g[0] = 2 * (a * (y - 1) + b * (y * y - 1) + c * (y ** 3 - 1));
    g[1] = 2 * x * (a + 2 * b * y + 3 * c * y * y);
    return a * a + b * b + c * c;
  },
  start: [1, 1.5],
  x: [-1, 4.5],
  y: [-1.5, 2],
  minima: [[3, 0.5]],
};

const himmelblau: Surface = {
  id: 'himmelblau',
  label: 'Himmelblau',
  latex: 'f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2',
  objective: (w, g) => {
    const [x, y] = [w[0]!, w[1]!];
    const [a, b] = [x * x + y - 11, x + y * y - 7];
    g[0] = 4 * x * a + 2 * b;
    g[1] = 2 * a + 4 * y * b;
    return a * a + b * b;
  },
  start: [0, -0.5],
  x: [-5, 5],
  y: [-5, 5],
  minima: [
    [3, 2],
    [-2.805118, 3.131312],
    [-3.77931, -3.283186],
    [3.584428, -1.848126],
  ],
};

const saddle: Surface = {
  id: 'saddle',
  label: 'Saddle',
  latex: 'f(x, y) = \\tfrac12x^2 + \\tfrac14y^4 - \\tfrac12y^2',
  objective: (w, g) => {
    const [x, y] = [w[0]!, w[1]!];
    g[0] = x;
    g[1] = y ** 3 - y;
    return (x * x) / 2 + y ** 4 / 4 - (y * y) / 2;
  },
  start: [-1.5, 0.01],
  x: [-2, 1],
  y: [-1.6, 1.6],
  minima: [
    [0, 1],
    [0, -1],
  ],
};

const rastrigin: Surface = {
  id: 'rastrigin',
  label: 'Rastrigin',
  latex: 'f(w) = 20 + \\textstyle\\sum_i\\left(w_i^2 - 10\\cos 2\\pi w_i\\right)',
  objective: (w, g) => {
    let value = 20;
    for (let i = 0; i < 2; i++) {
      g[i] = 2 * w[i]! + 20 * Math.PI * Math.sin(2 * Math.PI * w[i]!);
      value += w[i]! ** 2 - 10 * Math.cos(2 * Math.PI * w[i]!);
    }
    return value;
  },
  start: [2.7, -1.6],
  x: [-4, 4],
  y: [-4, 4],
  minima: [[0, 0]],
};

/** The landscapes that have a name. The valley's condition number is 50 here; `valley` makes others. */
export const surfaces: readonly Surface[] = [valley(50), basins, curved, himmelblau, beale, saddle, rastrigin];

/** The Hessian of a function of two variables at a point, by central differences of its gradient: [h₀₀, h₀₁, h₁₁]. */
export function hessian(objective: Objective, point: readonly [number, number]): [number, number, number] {
  const column = (axis: 0 | 1): [number, number] => {
    const h = 1e-5 * Math.max(1, Math.abs(point[axis]));
    const at = (sign: number): Float64Array => {
      const [w, g] = [Float64Array.from(point), new Float64Array(2)];
      w[axis] = point[axis] + sign * h;
      objective(w, g);
      return g;
    };
    const [high, low] = [at(1), at(-1)];
    return [(high[0]! - low[0]!) / (2 * h), (high[1]! - low[1]!) / (2 * h)];
  };
  const [[a, b], [c, d]] = [column(0), column(1)];
  return [a, (b + c) / 2, d];
}

/** The largest eigenvalue of D^(−½)·H·D^(−½), where `scale` is the diagonal of D, 1 by default. */
export function largestCurvature([a, b, d]: readonly [number, number, number], scale: readonly [number, number] = [1, 1]): number {
  const [p, q, r] = [a / scale[0], b / Math.sqrt(scale[0] * scale[1]), d / scale[1]];
  return (p + r) / 2 + Math.hypot((p - r) / 2, q);
}
