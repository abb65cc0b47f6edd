/** Bundles an entry for a target with webpack: node webpack.js ENTRY TARGET FOLDER. */
import webpack from 'webpack';

const [entry, target, path] = process.argv.slice(2);
webpack({ mode: 'production', entry: { program: entry }, target, output: { path, filename: '[name].js' } }, (failure, stats) => {
  console.log(failure?.stack ?? stats.toString({ all: false, errors: true, warnings: true }));
  process.exitCode = failure !== null || stats.hasErrors() ? 1 : 0;
});
