/** Runs the bundle that is named in workerd, as on the edge, and tells what it answers; to a body, where one is given. */
import { Miniflare } from 'miniflare';

const [, , scriptPath, body] = process.argv;
const worker = new Miniflare({ modules: true, scriptPath, compatibilityDate: '2026-01-01' });
const response = await worker.dispatchFetch('http://localhost/', body === undefined ? {} : { method: 'POST', body });
console.log(await response.text());
await worker.dispose();
