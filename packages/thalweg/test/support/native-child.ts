/** Takes some steps on the backend `native` in a process of its own, and prints what became of it as JSON. */
import { adamw, ThalwegError } from 'thalweg';

// As a release of Node without it: the first argument names a module that is not there.
const [, , missing] = process.argv;
if (missing !== undefined) {
  const all = process.getBuiltinModule.bind(process);
  Object.assign(process, { getBuiltinModule: (name: string) => (name === missing ? undefined : all(name)) });
}
try {
  const opt = await adamw().init({ w: Float32Array.from({ length: 100 }, (_, i) => i) }, { backend: 'native' });
  for (let t = 1; t <= 17; t++) opt.step({ w: Float32Array.from({ length: 100 }, (_, i) => Math.sin(i * t)) });
  console.log(JSON.stringify({ w: [...opt.params.w], backend: opt.backend }));
} catch (error) {
  if (!(error instanceof ThalwegError)) throw error;
  const { name, message } = error;
  console.log(JSON.stringify({ name, message, output: 'output' in error ? error.output : '' }));
}
