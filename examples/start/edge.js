// An edge function that fits a line to the points of a request. It runs wherever a module with a `fetch` handler does: Cloudflare Workers
// (`npx wrangler dev edge.js`, port 8787), `deno serve edge.js` (8000), `bun edge.js` (3000). After `npm install thalweg`, try it:
//
//   curl localhost:8787 --json '[[0, 1], [1, 3], [2, 5]]'
//
// Some of these platforms allow compiling WebAssembly, others do not. The library uses it where possible, with bit-identical results either way, so
// nothing has to be configured. Keep models small, since a request has little time.

import { lbfgs, minimize } from 'thalweg';

/** The least-squares line. */
async function fit(points) {
  const squares = (w, g) => {
    g.fill(0);
    let loss = 0;
    for (const [x, y] of points) {
      const error = w[0] * x + w[1] - y;
      loss += error ** 2;
      g[0] += 2 * error * x;
      g[1] += 2 * error;
    }
    return loss;
  };
  const { w, loss } = await minimize(squares, Float64Array.of(0, 0), { optimizer: lbfgs(), steps: 100 });
  return { slope: w[0], offset: w[1], loss };
}

const isPoint = (point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);

export default {
  async fetch(request) {
    const points = await request.json().catch(() => undefined);
    const right = Array.isArray(points) && points.length >= 2 && points.length <= 1000 && points.every(isPoint);
    if (!right) return new Response('Send 2 to 1,000 points as JSON: [[x, y], …]\n', { status: 400 });
    return Response.json(await fit(points));
  },
};
