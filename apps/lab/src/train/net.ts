/** Brings a network and its data into a worker. Knows no page and no optimizer. */
import { digitsNetwork, firstImages, wordsNetwork, type Corpus, type Images, type Network, type Score } from '@thalweg/compare/models';
import { fetchDigits, fetchText } from '../parts/data.ts';
import type { Arrays } from './arrays.ts';
import { learnt, type Learnt } from './learnt.ts';
import type { NetId } from './setup.ts';

/** A network with its data. */
export interface Trainee extends Pick<Network<never>, 'start' | 'gradient'> {
  /** Loss and error on the validation data. */
  readonly validate: (params: Arrays) => Score;
  /** The loss on a fixed sample of the training data: the height of the map. */
  readonly height: (params: Arrays) => number;
  /** What there is to look at; nothing of networks that have no picture. */
  readonly look?: (params: Arrays) => Learnt;
}

/** Fetches the data of a network. `base` is the address of the page. */
export async function loadNet(id: NetId, base: string): Promise<Trainee> {
  if (id === 'digits') {
    const { train, validation } = await fetchDigits(base);
    return { ...trainee(digitsNetwork(train), validation, firstImages(train, 1000)), look: (params) => learnt(params, validation) };
  }
  const { vocabulary, train, validation } = await fetchText(base);
  return trainee(wordsNetwork(vocabulary.length, train), validation, firstBags(train, 1500));
}

/** A network with what it is validated and what its map is measured on. */
export function trainee<Data>(network: Network<Data>, validation: Data, sample: Data): Trainee {
  return {
    ...network,
    validate: (params) => network.measure(params, validation),
    height: (params) => network.measure(params, sample).loss,
  };
}

/** The first paragraphs of a text. */
export function firstBags({ words, values, labels }: Corpus, most: number): Corpus {
  return { words: words.slice(0, most), values: values.slice(0, most), labels: labels.subarray(0, most) };
}

/** The images from place `from` on. */
export function lastImages({ pixels, labels, count }: Images, from: number): Images {
  return { pixels: pixels.slice((from * pixels.length) / count), labels: labels.slice(from), count: count - from };
}

/** The paragraphs from place `from` on. */
export function lastBags({ words, values, labels }: Corpus, from: number): Corpus {
  return { words: words.slice(from), values: values.slice(from), labels: labels.slice(from) };
}
