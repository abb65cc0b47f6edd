/** The rest of the library's optimizers that can step a point of two coordinates: their knobs are those of their definitions. */
import {
  acprop,
  adabelief,
  adadelta,
  adafactor,
  adamax,
  adan,
  ademamix,
  adopt,
  asgd,
  cocob,
  dAdaptation,
  dog,
  dowg,
  fromage,
  ftrl,
  lars,
  madgrad,
  mars,
  momo,
  momoAdam,
  nadam,
  noisySgd,
  novograd,
  optimisticAdam,
  optimisticSgd,
  prodigy,
  rprop,
  scheduleFreeAdamw,
  signSgd,
  signum,
  simplifiedAdemamix,
  sm3,
  yogi,
  type HyperDeclaration,
  type HyperValue,
  type Method,
} from 'thalweg';
import type { CatalogueEntry } from './entry.ts';
import { knobsOf } from './knob.ts';

interface Factory {
  (options: Readonly<Record<string, HyperValue>>): Method;
  readonly definition: { readonly name: string; readonly hyper: Readonly<Record<string, HyperDeclaration>> };
}

/** An entry under the library's own name, at a rate that suits two coordinates. */
function entry(factory: Factory, label: string, lr: number, more: Partial<CatalogueEntry> = {}): CatalogueEntry {
  const { name } = factory.definition;
  return { id: idOf(name), label, knobs: knobsOf(factory.definition, { lr }), call: { factory: name, fixed: '' }, make: factory, ...more };
}

/** `adaBelief` as an address and a class have it: `ada-belief`. */
function idOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The entries, by kinship. Steps of signs have a size of their own, so no rate is too large for a quadratic. */
export const furtherEntries: readonly CatalogueEntry[] = [
  entry(signSgd, 'Sign SGD', 0.03, { momentum: 'bounded' }),
  entry(signum, 'Signum', 0.03, { momentum: 'bounded' }),
  entry(rprop, 'Rprop', 0.01),
  entry(asgd, 'ASGD', 0.01),
  entry(noisySgd, 'Noisy SGD', 0.01),
  entry(optimisticSgd, 'Optimistic SGD', 0.01),
  entry(fromage, 'Fromage', 0.03),
  entry(adadelta, 'Adadelta', 1),
  entry(adamax, 'AdaMax', 0.1),
  entry(nadam, 'NAdam', 0.1),
  entry(adabelief, 'AdaBelief', 0.1),
  entry(yogi, 'Yogi', 0.1),
  entry(acprop, 'ACProp', 0.03),
  entry(optimisticAdam, 'Optimistic Adam', 0.1),
  entry(adan, 'Adan', 0.1),
  entry(ademamix, 'AdEMAMix', 0.02),
  entry(simplifiedAdemamix, 'Simplified AdEMAMix', 0.001),
  entry(adopt, 'ADOPT', 0.1),
  entry(mars, 'MARS', 0.1),
  entry(madgrad, 'MADGRAD', 0.05),
  entry(adafactor, 'Adafactor', 0.1),
  entry(sm3, 'SM3', 0.3),
  entry(ftrl, 'FTRL', 0.3),
  entry(lars, 'LARS', 30),
  entry(novograd, 'NovoGrad', 0.05),
  entry(scheduleFreeAdamw, 'Schedule-free AdamW', 0.1),
  entry(dAdaptation, 'D-Adaptation', 1),
  entry(prodigy, 'Prodigy', 1),
  entry(cocob, 'COCOB', 1),
  entry(dog, 'DoG', 1),
  entry(dowg, 'DoWG', 1),
  entry(momo, 'MoMo', 1),
  entry(momoAdam, 'MoMo-Adam', 0.1),
];
