/** Aborts a synchronous function by a timer in an engine without the callbacks named on the command line, as browsers and small runtimes are. */
for (const name of process.argv.slice(2)) if (!Reflect.deleteProperty(globalThis, name) || name in globalThis) throw new Error(name);
const { minimize, sgd } = await import('thalweg');

const stop = new AbortController();
setTimeout(() => stop.abort(), 1);
let left = 3000;
const { reason } = await minimize(
  (_: Float64Array, g: Float64Array) => {
    if (left-- === 0) throw new Error('nobody stopped it');
    for (const end = performance.now() + 1; performance.now() < end;);
    g.fill(1);
    return 1;
  },
  Float64Array.of(0),
  { optimizer: sgd(), steps: 1e9, signal: stop.signal },
);
process.stdout.write(reason);
