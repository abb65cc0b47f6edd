/** As program.js, by require. */
const { adamw } = require('thalweg');
const { train } = require('../train.js');

function mistake() {
  adamw({ lrr: 1 });
}

void train().then((result) => {
  console.log(`RESULT ${JSON.stringify(result)}`);
  setTimeout(mistake);
});
