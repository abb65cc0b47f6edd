/** Trains, tells, and then makes a mistake that nobody catches. */
import { adamw } from 'thalweg';
import { train } from './train.js';

function mistake() {
  adamw({ lrr: 1 });
}

void train().then((result) => {
  console.log(`RESULT ${JSON.stringify(result)}`);
  setTimeout(mistake);
});
