/** What a page bundles that trains with one optimizer in TF.js on a GPU: the size of it is measured. */
export { adamw } from 'thalweg';
export { tfjsOptimizer } from 'thalweg/tfjs/ops';
