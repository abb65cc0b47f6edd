/**
 * What each option does and when to change it, for people who know training and not this method. By the option's name, and by the method's and the
 * option's where the same name means something else there. What is not here is described by the method's own documentation.
 */

/** Advice on an option. */
export interface OptionAdvice {
  readonly does: string;
  readonly touch: string;
}

const estimated: OptionAdvice = {
  does: 'A factor on the learning rate that the method estimates.',
  touch: 'Leave it at 1, or use a schedule with peak 1. Halve or double it only if the estimate is clearly wrong.',
};
const longest: OptionAdvice = {
  does: 'The maximal learning rate; the actual one is computed from the loss.',
  touch: 'Set it too large rather than too small: the method reduces it.',
};
const weightOfMean: OptionAdvice = {
  does: 'The decay of the running mean of gradients (momentum), which averages over about 1/(1 − β) steps.',
  touch: 'Rarely. Lower it, to 0.8 or 0.5, if the loss changes during training or oscillates; raise it, to 0.95, with noisy gradients.',
};
const added: OptionAdvice = {
  does: 'Keeps the division finite if the gradients so far are near zero.',
  touch: 'Rarely. Raise it if updates of parameters with tiny gradients are erratic, or if gradients are about as small as it is.',
};
const guard: OptionAdvice = { does: 'Keeps a division finite if the divisor is near zero.', touch: 'Never, usually.' };
const starting: OptionAdvice = {
  does: 'The initial value of the sum or mean of squares.',
  touch: 'Raise it if the first steps are far too long.',
};
const estimate: OptionAdvice = {
  does: 'The initial estimate of the learning rate or distance, which the method then improves.',
  touch: 'Only if the first steps diverge (lower it) or nothing changes for a long time (raise it).',
};
const coefficient: OptionAdvice = {
  does: 'A coefficient of the Newton–Schulz iteration.',
  touch: 'Never, unless you have found better ones.',
};
const fading: OptionAdvice = {
  does: 'How fast the noise decays: its variance is divided by tᵞ.',
  touch: 'Raise it to have noise only at the start.',
};
const seeded: OptionAdvice = {
  does: 'The seed of the noise; the same seed gives the same run.',
  touch: 'Change it to see which results are due to chance.',
};
const noise: OptionAdvice = {
  does: 'The variance of the noise at the first step.',
  touch: 'Compare it with the variance of your gradients: far below it has no effect; far above, nothing is learned.',
};
const clipped: OptionAdvice = {
  does: 'The limit. Larger values are scaled down or clipped to it.',
  touch: 'Watch the norm of the gradient for a while, and set it a little above what is usual; 1 is a common choice.',
};

const advice: Readonly<Record<string, OptionAdvice>> = {
  lr: {
    does: 'The learning rate: how far each step goes.',
    touch: 'Always, and first. Try powers of √10 around the default, and let it decay towards the end of the run by a schedule.',
  },
  'adafactor.lr': {
    does: 'The learning rate, relative to the size of each tensor.',
    touch: 'Always, and first; since it is relative, it transfers between model sizes better than most.',
  },
  'cocob.lr': { does: 'Scales the gradient, which hardly changes the result.', touch: 'Never, usually.' },
  'dAdaptation.lr': estimated,
  'dog.lr': estimated,
  'dowg.lr': estimated,
  'prodigy.lr': estimated,
  'polyak.lr': longest,
  'momo.lr': longest,
  'momoAdam.lr': longest,
  'fromage.lr': {
    does: 'The distance that each tensor moves in a step, relative to its norm.',
    touch: 'Rarely: 0.01 suits most networks.',
  },
  'rprop.lr': {
    does: 'The initial step size of every parameter; later step sizes adapt.',
    touch: 'Rarely: step sizes adapt automatically.',
  },
  'lars.lr': {
    does: 'A factor on the learning rate of each tensor, which is `trust`·‖w‖/‖g‖.',
    touch: 'Always, and first, with a warm-up.',
  },
  'scheduleFreeSgd.lr': {
    does: 'The learning rate, which stays constant: averaging replaces the schedule.',
    touch: 'Always, and first; it is larger than SGD’s. A warm-up is fine, but it should not decay.',
  },
  'scheduleFreeAdamw.lr': {
    does: 'The learning rate, which stays constant: averaging replaces the schedule.',
    touch: 'Always, and first; one to ten times AdamW’s. A warm-up is fine, but it should not decay.',
  },
  momentum: weightOfMean,
  'sgd.momentum': {
    does: 'The share of the velocity that each step keeps. At 0.9, a constant gradient eventually moves the weights ten times as far per step.',
    touch: 'Use it: 0.9 is a good value. When you raise it from 0 to 0.9, divide `lr` by about ten.',
  },
  'rmsprop.momentum': {
    does: 'The share of the velocity that each step keeps.',
    touch: 'Leave it at 0, or use `adam`, unless you reproduce a published run.',
  },
  dampening: {
    does: 'Multiplies the gradient by 1 − dampening before it is added to the velocity.',
    touch: 'Never, unless you reproduce a published run.',
  },
  nesterov: {
    does: 'Nesterov momentum: uses the momentum as it will be after this step.',
    touch: 'Turn it on with momentum; it rarely hurts, and damps oscillations.',
  },
  beta: weightOfMean,
  'rmsprop.beta': {
    does: 'The decay of the running mean of squared gradients, which averages over about 1/(1 − β) steps.',
    touch: 'Raise it, to 0.99, if batches are noisy; lower it if the loss changes during training.',
  },
  'ftrl.beta': {
    does: 'Limits the learning rates of features that have rarely occurred.',
    touch: 'Raise it, to 1, if the weights of rare features jump.',
  },
  'optimisticSgd.beta': {
    does: 'The weight of the prediction that the gradient changes again as in the last step.',
    touch: 'Leave it at 1; lower it with noisy gradients.',
  },
  'optimisticAdam.beta': {
    does: 'The weight of the prediction that the update changes again as in the last step.',
    touch: 'Leave it at 1; lower it with noisy gradients.',
  },
  beta1: weightOfMean,
  'scheduleFreeSgd.beta1': {
    does: 'Where between the last point (0) and the average (1) the gradient is computed.',
    touch: 'Rarely; 0.95 or 0.98 for long runs.',
  },
  'scheduleFreeAdamw.beta1': {
    does: 'Where between the last point (0) and the average (1) the gradient is computed.',
    touch: 'Rarely; 0.95 or 0.98 for long runs.',
  },
  'lion.beta1': {
    does: 'The share of momentum in the direction of the step; the rest is the current gradient.',
    touch: 'Rarely; 0.95 if training is unstable.',
  },
  beta2: {
    does: 'The decay of the running mean of squared gradients, which averages over about 1/(1 − β₂) steps.',
    touch:
      'Lower it, to 0.99 or 0.95, where the loss spikes or gradients change in size, as in language models; then `beta2` = 0.95 is common.',
  },
  'lion.beta2': {
    does: 'The decay of the stored momentum, which averages over about 1/(1 − β₂) steps.',
    touch: 'Rarely; 0.98 if training is unstable.',
  },
  'adan.beta2': { does: 'The decay of the running mean of gradient differences.', touch: 'Rarely.' },
  'novograd.beta2': {
    does: 'The decay of the running mean of each tensor’s squared gradient norm.',
    touch: 'Raise it, to 0.95 or 0.99, with noisy gradients.',
  },
  'sophia.beta2': { does: 'The decay of the running mean of Hessian estimates, per estimate.', touch: 'Rarely.' },
  beta3: { does: 'The decay of the third running mean, which averages over about 1/(1 − β₃) steps.', touch: 'Rarely.' },
  'ademamix.beta3': {
    does: 'The decay of the slow mean: at 0.9999 it averages over about 10,000 steps.',
    touch: 'Set it so that 1/(1 − β₃) is a considerable part of your run, and warm it up by a schedule.',
  },
  rho: { does: 'The decay of both running means, which average over about 1/(1 − ρ) steps.', touch: 'Rarely; 0.95 in Keras.' },
  eps: added,
  'lars.eps': guard,
  'adaptiveClip.eps': { does: 'A lower bound for the norm of the weights, so that units of zeros can leave zero.', touch: 'Rarely.' },
  'muon.eps': guard,
  'shampoo.eps': { does: 'Added to the preconditioners before they are inverted.', touch: 'Raise it if the first steps are erratic.' },
  'polyak.eps': guard,
  'mechanic.eps': guard,
  'fromage.eps': { does: "With `compat: 'optax'`, a lower bound for norms.", touch: 'Never, usually.' },
  'cocob.eps': { does: 'The initial value of the largest gradient of each weight.', touch: 'Never, usually.' },
  epsRoot: { does: 'Added to the mean of squares, inside the root.', touch: 'Never, usually.' },
  eps1: { does: 'Added to squared gradients, so that no row or column is zero.', touch: 'Never, usually.' },
  eps2: { does: 'A lower bound for the root mean square of a tensor, so that tensors of zeros can leave zero.', touch: 'Rarely.' },
  weightDecay: {
    does: 'Decoupled weight decay: shrinks the weights in each step, separately from the gradient.',
    touch: 'After `lr`. Try powers of √10 around 0.01; exclude biases and normalization layers by `groups`.',
  },
  'lion.weightDecay': {
    does: 'Decoupled weight decay: shrinks the weights in each step, separately from the gradient.',
    touch: 'After `lr`. Since `lr` is three to ten times smaller than AdamW’s, make it three to ten times larger than AdamW’s.',
  },
  l2: {
    does: 'Coupled weight decay (L2 penalty): adds λ·w to the gradient. In adaptive methods it is divided by √v like the rest.',
    touch: 'With SGD, try 1e-4. With adaptive methods prefer `weightDecay` or `adamw`.',
  },
  l1: {
    does: 'An L1 penalty: unimportant weights become exactly zero.',
    touch: 'Raise it until the model is as sparse as you need.',
  },
  l2Shrinkage: { does: 'An L2 penalty that is added to the gradient but does not affect the learning rates.', touch: 'Rarely.' },
  power: { does: 'How much later and larger learning rates are weighted in the average.', touch: 'Rarely.' },
  'ftrl.power': {
    does: 'The exponent with which learning rates decrease with the sum of squares; −0.5 is AdaGrad’s root.',
    touch: 'Rarely; 0 is a constant learning rate.',
  },
  initial: starting,
  'dAdaptation.initial': estimate,
  'dog.initial': estimate,
  'dowg.initial': estimate,
  'mechanic.initial': estimate,
  'prodigy.initial': estimate,
  coefficient: {
    does: 'A factor on the estimate of the learning rate.',
    touch: 'Only if the estimated learning rate is clearly too large (0.5) or too small (2).',
  },
  count: { does: 'How many scales are learned in parallel, each with a longer memory.', touch: 'Rarely.' },
  momentumDecay: { does: 'How fast the momentum increases towards β₁.', touch: 'Rarely.' },
  decayRate: { does: 'How fast the averaging time of squared gradients increases with the step.', touch: 'Rarely.' },
  clip: { does: 'The upper limit for the root mean square of an update.', touch: 'Rarely.' },
  trust: { does: 'The distance that a tensor moves in a step, relative to its norm.', touch: 'Rarely; `lr` does the same.' },
  gamma: { does: 'The weight of the gradient difference.', touch: 'Rarely.' },
  'sophia.gamma': {
    does: 'The scale of the Hessian, which determines how many elements of the update are clipped.',
    touch: 'Tune it so that 10 to 50 % of the elements are not clipped.',
  },
  alpha: { does: 'The share of the term besides the running mean.', touch: 'Rarely.' },
  'ademamix.alpha': { does: 'The weight of the slow mean relative to the fast one.', touch: 'Try 4 to 10, warmed up by a schedule.' },
  'simplifiedAdemamix.alpha': {
    does: 'The weight of the current gradient relative to the sum of earlier ones.',
    touch: 'Raise it, to 10 or 100, with small batches.',
  },
  'asgd.alpha': { does: 'The power of t with which the learning rate decays.', touch: 'Rarely.' },
  'cocob.alpha': { does: 'Limits the first steps: larger is more cautious.', touch: 'Never, usually.' },
  'lookahead.alpha': { does: 'How far the slow weights move towards the fast ones, from 0 to 1.', touch: 'Rarely; 0.5 to 0.8.' },
  lambda: { does: 'How fast the learning rate decays; also the weight decay.', touch: 'Rarely.' },
  minimum: {
    does: 'A lower bound of the loss.',
    touch: 'Set it if you know a better bound than 0, such as the irreducible noise.',
  },
  every: {
    does: 'The number of steps between two updates of the expensive part.',
    touch: 'Raise it if steps take too long; lower it if gradients change fast.',
  },
  'swa.every': {
    does: 'The number of steps between two samples of the weights.',
    touch: 'Use the length of an epoch, or of a cycle of the learning rate.',
  },
  'sophia.every': {
    does: 'The number of steps between two estimates of the Hessian’s diagonal.',
    touch: 'Raise it if the estimates are too expensive.',
  },
  k: { does: 'The number of steps of the fast weights between two updates of the slow ones.', touch: 'Rarely; 5 to 10.' },
  start: { does: 'The step at which averaging starts.', touch: 'Set it after the phase in which the loss decreases fast.' },
  decay: fading,
  'ema.decay': {
    does: 'The decay of the average, which covers about 1/(1 − β) steps.',
    touch: 'Let it cover 1 to 10 % of your run: 0.999 for some ten thousand steps.',
  },
  'adamw.decay': {
    does: 'Whether weight decay is multiplied by the learning rate (`scaled`) or only by its schedule (`independent`).',
    touch: 'Use `independent` when you tune `lr` and `weightDecay`: the best value of each then depends less on the other.',
  },
  seed: seeded,
  variance: noise,
  steps: { does: 'The number of Newton–Schulz iterations.', touch: 'Rarely: five suffice.' },
  a: coefficient,
  b: coefficient,
  c: coefficient,
  etaMinus: { does: 'The factor by which the step size decreases if the gradient changes its sign.', touch: 'Rarely.' },
  etaPlus: { does: 'The factor by which the step size increases if the gradient keeps its sign.', touch: 'Rarely.' },
  minStep: { does: 'The smallest step size.', touch: 'Rarely.' },
  maxStep: { does: 'The largest step size.', touch: 'Lower it if weights must not jump.' },
  ratio: {
    does: 'The largest norm of a gradient, relative to the norm of its weights.',
    touch: 'Lower it for large batches and learning rates; the paper uses 0.01.',
  },
  maxNorm: clipped,
  maxRms: clipped,
  maxValue: clipped,
  adjust: {
    does: 'How the update is scaled to the shape of the matrix.',
    touch: 'Use `rms` to keep AdamW’s `lr` and `weightDecay`.',
  },
  amsgrad: {
    does: 'Divides by the largest mean of squares so far instead of the current one.',
    touch: 'Rarely; for convex problems on which Adam does not converge. It needs one more array.',
  },
  biasCorrection: {
    does: 'Corrects the bias of running means that start at zero.',
    touch: 'Turn it off to reproduce the authors’ program.',
  },
  cautious: { does: 'Skips the elements of the update that have the wrong sign for descent.', touch: 'Worth trying: it needs no tuning.' },
  centered: {
    does: 'Divides by the standard deviation of gradients instead of their root mean square.',
    touch: 'Rarely; if gradients have a large constant part. It needs one more array.',
  },
  compat: { does: 'Uses the formulas and defaults of another library.', touch: 'To resume a run made there, or to compare with one.' },
  debias: { does: 'Removes the excess weight of the initial weights in the average.', touch: 'Turn it on if you evaluate early.' },
  scope: { does: 'Whether all tensors share one learning rate or each has its own.', touch: 'Use `tensor` if layers differ much in size.' },
  step: { does: 'Whether the learning rate also decays as 1/√t (`relative`).', touch: 'Use `absolute` with your own schedule.' },
  units: { does: 'Whether a unit is a row or a column of a matrix.', touch: 'Use `columns` if weights are inputs × outputs, as in JAX.' },
};

/** What an option of a method does and when to change it; undefined where nothing is known beyond the method's documentation. */
export function adviceOn(method: string, option: string): OptionAdvice | undefined {
  const key = `${method}.${option}`;
  return Object.hasOwn(advice, key) ? advice[key] : Object.hasOwn(advice, option) ? advice[option] : undefined;
}

/** Every key, for a test that each is an option of a method. */
export const advised: readonly string[] = Object.keys(advice);
