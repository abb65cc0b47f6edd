/** One run of a comparison: a network trained by one optimizer from one seed, told by the two halves of the validation data. Works in workers. */
import { digitsNetwork, firstImages, hasDiverged, wordsNetwork, type Network } from '@thalweg/compare/models';
import { ThalwegError } from 'thalweg';
import { fetchDigits, fetchText } from '../parts/data.ts';
import { methodOf } from '../race/entrant.ts';
import type { TrialJob, TrialResult } from '../work/jobs.ts';
import type { Arrays } from './arrays.ts';
import { firstBags, lastBags, lastImages } from './net.ts';
import type { NetId } from './setup.ts';

/** A network with the two halves: rates are chosen by one, and what is reported is measured on the other. */
interface Judged extends Pick<Network<never>, 'start' | 'gradient'> {
  readonly choose: (params: Arrays) => number;
  readonly report: (params: Arrays) => number;
}

const loaded = new Map<NetId, Promise<Judged>>();

function load(net: NetId, base: string): Promise<Judged> {
  const known = loaded.get(net) ?? (net === 'digits' ? digits(base) : words(base));
  loaded.set(net, known);
  return known;
}

function judged<Data>(network: Network<Data>, first: Data, second: Data): Judged {
  return {
    ...network,
    choose: (params) => network.measure(params, first).loss,
    report: (params) => network.measure(params, second).errorPercent,
  };
}

async function digits(base: string): Promise<Judged> {
  const { train, validation } = await fetchDigits(base);
  const half = validation.count >> 1;
  return judged(digitsNetwork(train), firstImages(validation, half), lastImages(validation, half));
}

async function words(base: string): Promise<Judged> {
  const { vocabulary, train, validation } = await fetchText(base);
  const half = validation.labels.length >> 1;
  return judged(wordsNetwork(vocabulary.length, train), firstBags(validation, half), lastBags(validation, half));
}

/** Trains to the end; null where the run diverged, or the optimizer refuses its values. */
export async function trial({ net, base, entrant, steps, seed }: TrialJob): Promise<TrialResult | null> {
  return train(await load(net, base), entrant, steps, seed);
}

async function train(network: Judged, entrant: TrialJob['entrant'], steps: number, seed: number): Promise<TrialResult | null> {
  try {
    const method = methodOf(entrant, steps);
    const opt = await method.init(network.start(seed), { nonFinite: 'propagate' });
    try {
      const grads = opt.grads as Arrays;
      const needsLoss = method.inputs.includes('loss');
      let first = NaN;
      for (let step = 1; step <= steps; step++) {
        const loss = network.gradient(opt.params, grads, seed, step);
        if (step === 1) first = loss;
        if (hasDiverged(loss, first)) return null;
        opt.step(grads, needsLoss ? { loss } : {});
      }
      const loss = network.choose(opt.params);
      return Number.isFinite(loss) ? { loss, error: network.report(opt.params) } : null;
    } finally {
      opt.dispose();
    }
  } catch (error) {
    if (error instanceof ThalwegError) return null;
    throw error;
  }
}
