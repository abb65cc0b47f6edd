/** Runs the program in a thread of the user's own. */
import { Worker } from 'node:worker_threads';

new Worker(new URL('../program.js', import.meta.url));
