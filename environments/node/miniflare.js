/** Runs the bundle that is named in workerd, as on the edge, and tells what it answers. */
import { Miniflare } from 'miniflare';

const worker = new Miniflare({ modules: true, scriptPath: process.argv[2], compatibilityDate: '2026-01-01' });
const response = await worker.dispatchFetch('http://localhost/');
console.log(await response.text());
await worker.dispose();
