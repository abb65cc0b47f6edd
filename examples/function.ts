/**
 * Minimize a function with a gradient that you write: Rosenbrock's function, from its usual starting point, with two optimizers.
 *
 * Measured: Adam is within 1e-6 of the minimum after 3,930 steps, SGD within 3e-5 after 5,000.
 */
import { adam, minimize, sgd, type Objective } from 'thalweg';

const rosenbrock: Objective = (w, g) => {
  const [x = 0, y = 0] = w;
  g[0] = -2 * (1 - x) - 400 * x * (y - x * x);
  g[1] = 200 * (y - x * x);
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
};

for (const optimizer of [adam({ lr: 0.02 }), sgd({ lr: 5e-4, momentum: 0.9 })]) {
  const { w, loss, steps } = await minimize(rosenbrock, Float64Array.of(-1.2, 1), { optimizer, steps: 5000, tolerance: 1e-6 });
  console.log(
    `${optimizer.name.padEnd(5)} ${String(steps).padStart(5)} steps  w = [${[...w].map((x) => x.toFixed(6)).join(', ')}]  loss = ${loss.toExponential(2)}`,
  );
}
