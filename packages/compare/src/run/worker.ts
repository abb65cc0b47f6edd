/** The entry of a worker thread: begins to trace what is imported and read, and only then imports what runs trials. */
import { join } from 'node:path';
import { Trace } from './trace.ts';

const trace = new Trace(join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? '../own-file.ts' : '../own-file.js'));
trace.start();
const { serve } = await import('./serve.ts');
serve(trace);
