/** What an edge function bundles that steps one optimizer: the size of it is measured. */
export { adamw, init } from 'thalweg/small';
