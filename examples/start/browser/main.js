// A page with a bundler. Copy index.html and this file into a folder, then:
//
//   npm init -y && npm install thalweg vite && npx vite
//
// Any other bundler works too, without configuration; the bundle contains only the optimizers that are imported.

import { adam, tensor } from 'thalweg';

const out = document.querySelector('#out');

// Noisy points near y = 3·x + 0.5.
const points = Array.from({ length: 50 }, (_, i) => ({ x: i / 25 - 1, y: 3 * (i / 25 - 1) + 0.5 + 0.1 * Math.sin(50 * i) }));

const opt = await adam({ lr: 0.1 }).init({ slope: tensor([1]), offset: tensor([1]) });
const { slope, offset } = opt.params; // live views: they change with every step
const { grads } = opt;

function step() {
  opt.zeroGrad();
  for (const { x, y } of points) {
    const error = slope[0] * x + offset[0] - y;
    grads.slope[0] += (2 * error * x) / points.length;
    grads.offset[0] += (2 * error) / points.length;
  }
  opt.step();
}

// One step per frame, so that the page shows the progress and stays responsive.
function frame() {
  step();
  const line = `y = ${slope[0].toFixed(2)}·x + ${offset[0].toFixed(2)}`;
  out.textContent = `step ${opt.t}: ${line}`;
  if (opt.t < 200) requestAnimationFrame(frame);
  else console.log(line, opt.backend); // 'wasm', or 'fround' if the page's Content-Security-Policy forbids WebAssembly
}
requestAnimationFrame(frame);
