/** Loads a model with its optimizer from a file and prints the losses of some more steps: a process of its own for `tfjs.test.ts`. */
import { readFileSync } from 'node:fs';
import 'thalweg/tfjs';
import { fit, loaded, tf, use } from './tfjs.ts';

const [backend = 'cpu', path = '', steps = '1'] = process.argv.slice(2);
await use(backend);
const { weights, ...json } = JSON.parse(readFileSync(path, 'utf8')) as Omit<tf.io.ModelArtifacts, 'weightData'> & { weights: string };
const model = await loaded({ ...json, weightData: new Uint8Array(Buffer.from(weights, 'base64')).buffer });
console.log(JSON.stringify(await fit(model, Number(steps))));
