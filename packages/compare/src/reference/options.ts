/**
 * What each option does and when to touch it, for people who know training and not this method. By the option's name, and by the method's and the
 * option's where the same name means something else there. What is not here is described by the method's own documentation.
 */

/** Advice on an option. */
export interface OptionAdvice {
  readonly does: string;
  readonly touch: string;
}

const estimated: OptionAdvice = {
  does: 'A factor on the rate that the method finds by itself.',
  touch: 'Leave it at 1, or hand over a schedule with peak 1. Half or double it only where the found rate is plainly off.',
};
const longest: OptionAdvice = {
  does: 'The longest step; the loss decides how much of it is taken.',
  touch: 'Set it too large rather than too small: what is too long is cut.',
};
const weightOfMean: OptionAdvice = {
  does: 'How long the running mean of gradients (momentum) remembers: about 1/(1 − β) steps.',
  touch: 'Rarely. Lower it, to 0.8 or 0.5, where the loss changes while you train or oscillates; raise it, to 0.95, with noisy gradients.',
};
const added: OptionAdvice = {
  does: 'Keeps the division finite where the gradients so far are near zero.',
  touch: 'Rarely. Raise it where updates of parameters with tiny gradients look wild, or gradients are about as small as it is.',
};
const guard: OptionAdvice = { does: 'Keeps a division finite where what stands below it is near zero.', touch: 'Never, usually.' };
const starting: OptionAdvice = {
  does: 'What the sum or mean of squares starts at.',
  touch: 'Raise it where the first steps are far too long.',
};
const estimate: OptionAdvice = {
  does: 'The first guess of the rate, or of the distance, that the method then learns.',
  touch: 'Only where the first steps already diverge (lower it) or nothing moves for a long time (raise it).',
};
const coefficient: OptionAdvice = {
  does: 'A coefficient of the Newton–Schulz iteration.',
  touch: 'Never, unless you have found better ones.',
};
const fading: OptionAdvice = {
  does: 'How fast the noise fades with the step: its variance is divided by tᵞ.',
  touch: 'Raise it for noise only at the start.',
};
const seeded: OptionAdvice = {
  does: 'The seed of the noise; the same seed gives the same run.',
  touch: 'Change it to see what is chance.',
};
const noise: OptionAdvice = {
  does: 'The variance of the noise at the first step.',
  touch: 'Compare it with the variance of your gradients: far below, nothing changes; far above, nothing is learned.',
};
const clipped: OptionAdvice = {
  does: 'The bound. What lies above it is scaled or cut down to it.',
  touch: 'Watch the norm of the gradient for a while, and set it a little above what is usual; 1 is a common choice.',
};

const advice: Readonly<Record<string, OptionAdvice>> = {
  lr: {
    does: 'The learning rate: how far each step goes.',
    touch: 'Always, and first. Try powers of √10 around the default, and let it fall towards the end of the run by a schedule.',
  },
  'adafactor.lr': {
    does: 'The learning rate, relative to the size of each tensor.',
    touch: 'Always, and first; being relative, it carries over between sizes of models better than most.',
  },
  'cocob.lr': { does: 'Scales the gradient, which hardly changes the path.', touch: 'Never, usually.' },
  'dAdaptation.lr': estimated,
  'dog.lr': estimated,
  'dowg.lr': estimated,
  'prodigy.lr': estimated,
  'polyak.lr': longest,
  'momo.lr': longest,
  'momoAdam.lr': longest,
  'fromage.lr': { does: 'The share of its own norm by which each tensor moves in a step.', touch: 'Rarely: 0.01 suits most networks.' },
  'rprop.lr': {
    does: 'The first step of every parameter; later steps are its own.',
    touch: 'Rarely: steps grow and shrink by themselves.',
  },
  'lars.lr': { does: 'A factor on each tensor’s own rate, which is `trust`·‖w‖/‖g‖.', touch: 'Always, and first, with a warm-up.' },
  'scheduleFreeSgd.lr': {
    does: 'The learning rate, which stays: the average takes the place of a schedule.',
    touch: 'Always, and first; it is larger than SGD’s. It may warm up and should not fall.',
  },
  'scheduleFreeAdamw.lr': {
    does: 'The learning rate, which stays: the average takes the place of a schedule.',
    touch: 'Always, and first; one to ten times AdamW’s. It may warm up and should not fall.',
  },
  momentum: weightOfMean,
  'sgd.momentum': {
    does: 'How much of the last velocity each step keeps. At 0.9 a steady gradient ends up moving ten times as far.',
    touch: 'Turn it on: 0.9 is a good value. When you raise it from 0 to 0.9, lower `lr` about tenfold.',
  },
  'rmsprop.momentum': {
    does: 'How much of the last velocity each step keeps.',
    touch: 'Leave it at 0, or take `adam`, unless you match a published run.',
  },
  dampening: {
    does: 'Takes its share off each gradient before it enters the velocity.',
    touch: 'Never, unless you match a published run.',
  },
  nesterov: {
    does: 'Looks ahead: uses the momentum as it will be after this step.',
    touch: 'Turn it on with momentum; it rarely hurts, and damps oscillation.',
  },
  beta: weightOfMean,
  'rmsprop.beta': {
    does: 'How long the running mean of squared gradients remembers: about 1/(1 − β) steps.',
    touch: 'Raise it, to 0.99, where single batches are noisy; lower it where the loss changes while you train.',
  },
  'ftrl.beta': {
    does: 'Keeps the rates of features that have hardly been seen finite.',
    touch: 'Raise it, to 1, where rare features jump.',
  },
  'optimisticSgd.beta': {
    does: 'How much the step counts on the gradient to change again as it just did.',
    touch: 'Leave it at 1; lower it with noisy gradients.',
  },
  'optimisticAdam.beta': {
    does: 'How much the step counts on the update to change again as it just did.',
    touch: 'Leave it at 1; lower it with noisy gradients.',
  },
  beta1: weightOfMean,
  'scheduleFreeSgd.beta1': {
    does: 'Where between the average and the last point the gradient is taken.',
    touch: 'Rarely; 0.95 or 0.98 for long runs.',
  },
  'scheduleFreeAdamw.beta1': {
    does: 'Where between the average and the last point the gradient is taken.',
    touch: 'Rarely; 0.95 or 0.98 for long runs.',
  },
  'lion.beta1': {
    does: 'How much of the step’s direction is momentum, the rest being this gradient.',
    touch: 'Rarely; 0.95 where training is unsteady.',
  },
  beta2: {
    does: 'How long the running mean of squared gradients remembers: about 1/(1 − β₂) steps.',
    touch:
      'Lower it, to 0.99 or 0.95, where the loss spikes or gradients change in size, as in language models; then `beta2` = 0.95 is common.',
  },
  'lion.beta2': {
    does: 'How long the momentum that is kept remembers: about 1/(1 − β₂) steps.',
    touch: 'Rarely; 0.98 where training is unsteady.',
  },
  'adan.beta2': { does: 'How long the mean of the gradient’s changes remembers.', touch: 'Rarely.' },
  'novograd.beta2': {
    does: 'How long the mean of each tensor’s squared norm remembers.',
    touch: 'Raise it, to 0.95 or 0.99, with noisy gradients.',
  },
  'sophia.beta2': { does: 'How long the mean of the Hessian’s estimates remembers, counted in estimates.', touch: 'Rarely.' },
  beta3: { does: 'How long the third running mean remembers: about 1/(1 − β₃) steps.', touch: 'Rarely.' },
  'ademamix.beta3': {
    does: 'How long the slow mean remembers: at 0.9999 about 10,000 steps.',
    touch: 'Set it so that 1/(1 − β₃) is a good part of your run, and warm it up by a schedule.',
  },
  rho: { does: 'How long both running means remember: about 1/(1 − ρ) steps.', touch: 'Rarely; 0.95 in Keras.' },
  eps: added,
  'lars.eps': guard,
  'adaptiveClip.eps': { does: 'The least norm that weights count as, so that units of zeros can leave zero.', touch: 'Rarely.' },
  'muon.eps': guard,
  'shampoo.eps': { does: 'Added to the preconditioners before they are inverted.', touch: 'Raise it where early steps are wild.' },
  'polyak.eps': guard,
  'mechanic.eps': guard,
  'fromage.eps': { does: "With `compat: 'optax'`, the least that a norm counts as.", touch: 'Never, usually.' },
  'cocob.eps': { does: 'What the largest gradient of each weight starts at.', touch: 'Never, usually.' },
  epsRoot: { does: 'Added to the mean of squares itself, under the root.', touch: 'Never, usually.' },
  eps1: { does: 'Added to squared gradients, so that no row or column is zero.', touch: 'Never, usually.' },
  eps2: { does: 'The least size that a tensor counts as, so that tensors of zeros can leave zero.', touch: 'Rarely.' },
  weightDecay: {
    does: 'Decoupled weight decay: shrinks weights by a share of themselves, beside the gradient.',
    touch: 'After `lr`. Try powers of √10 around 0.01; leave biases and normalization layers out of it by `groups`.',
  },
  'lion.weightDecay': {
    does: 'Decoupled weight decay: shrinks weights by a share of themselves, beside the gradient.',
    touch: 'After `lr`. Since `lr` is three to ten times smaller than AdamW’s, make it three to ten times larger than AdamW’s.',
  },
  l2: {
    does: 'The gradient of an L2 penalty, λ·w, added to the gradient. In adaptive methods it is divided by √v with the rest.',
    touch: 'With SGD, try 1e-4. With adaptive methods prefer `weightDecay` or `adamw`.',
  },
  l1: {
    does: 'An L1 penalty: weights that matter little become exactly zero.',
    touch: 'Raise it until the model is as small as it has to be.',
  },
  l2Shrinkage: { does: 'A penalty on the size of weights that acts on each gradient and not on the rates.', touch: 'Rarely.' },
  power: { does: 'How much the later, larger rates count in the average.', touch: 'Rarely.' },
  'ftrl.power': { does: 'How fast rates fall with the sum of squares; −0.5 is AdaGrad’s root.', touch: 'Rarely; 0 is a constant rate.' },
  initial: starting,
  'dAdaptation.initial': estimate,
  'dog.initial': estimate,
  'dowg.initial': estimate,
  'mechanic.initial': estimate,
  'prodigy.initial': estimate,
  coefficient: {
    does: 'A factor on the estimate of the rate.',
    touch: 'Only where the rate that it finds is plainly too long (0.5) or too short (2).',
  },
  count: { does: 'How many scales are learned side by side, each with a longer memory.', touch: 'Rarely.' },
  momentumDecay: { does: 'How fast the momentum grows towards β₁.', touch: 'Rarely.' },
  decayRate: { does: 'How fast the memory of squared gradients lengthens with the step.', touch: 'Rarely.' },
  clip: { does: 'The largest root mean square that an update may have.', touch: 'Rarely.' },
  trust: { does: 'The share of its own norm by which a tensor moves in a step.', touch: 'Rarely; `lr` does the same.' },
  gamma: { does: 'How much the change of the gradient counts.', touch: 'Rarely.' },
  'sophia.gamma': {
    does: 'How large the Hessian counts, and so which part of the update is clipped.',
    touch: 'Tune it so that between a tenth and a half of the elements are not clipped.',
  },
  alpha: { does: 'How much of the step the term beside the running mean is.', touch: 'Rarely.' },
  'ademamix.alpha': { does: 'How much the slow mean counts against the quick one.', touch: 'Try 4 to 10, warmed up by a schedule.' },
  'simplifiedAdemamix.alpha': {
    does: 'How much this gradient counts against the sum of those before.',
    touch: 'Raise it, to 10 or 100, with small batches.',
  },
  'asgd.alpha': { does: 'The power of t by which the rate falls.', touch: 'Rarely.' },
  'cocob.alpha': { does: 'Bounds the first bets: larger is more cautious.', touch: 'Never, usually.' },
  'lookahead.alpha': { does: 'The share of the way that the slow weights go to the fast ones.', touch: 'Rarely; 0.5 to 0.8.' },
  lambda: { does: 'How fast the rate falls; also a weight decay.', touch: 'Rarely.' },
  minimum: {
    does: 'A lower bound of the loss.',
    touch: 'Set it where you know better than 0, such as the noise that no model can explain.',
  },
  every: {
    does: 'How many steps pass between two updates of the costly part.',
    touch: 'Raise it where steps take too long; lower it where gradients change fast.',
  },
  'swa.every': {
    does: 'How many steps lie between two samples of the weights.',
    touch: 'Take the length of an epoch, or of a cycle of the rate.',
  },
  'sophia.every': {
    does: 'How many steps pass between two estimates of the Hessian’s diagonal.',
    touch: 'Raise it where estimates cost too much.',
  },
  k: { does: 'How many steps the fast weights go before the slow ones follow.', touch: 'Rarely; 5 to 10.' },
  start: { does: 'The step at which averaging starts.', touch: 'Set it behind the phase in which the loss falls fast.' },
  decay: fading,
  'ema.decay': {
    does: 'How long the average remembers: about 1/(1 − β) steps.',
    touch: 'Set it to a hundredth to a tenth of your run: 0.999 for some ten thousand steps.',
  },
  'adamw.decay': {
    does: 'Whether the decay is multiplied by the learning rate (`scaled`) or only by its schedule (`independent`).',
    touch: 'Take `independent` when you tune `lr` and `weightDecay`: each then stays right when the other changes.',
  },
  seed: seeded,
  variance: noise,
  steps: { does: 'How often the Newton–Schulz iteration is repeated.', touch: 'Rarely: five suffice.' },
  a: coefficient,
  b: coefficient,
  c: coefficient,
  etaMinus: { does: 'By what a step shrinks where the gradient changes its sign.', touch: 'Rarely.' },
  etaPlus: { does: 'By what a step grows where the gradient keeps its sign.', touch: 'Rarely.' },
  minStep: { does: 'The shortest step.', touch: 'Rarely.' },
  maxStep: { does: 'The longest step.', touch: 'Lower it where weights must not jump.' },
  ratio: {
    does: 'The largest norm of a gradient, as a share of the norm of its weights.',
    touch: 'Lower it for large batches and rates; 0.01 is the paper’s.',
  },
  maxNorm: clipped,
  maxRms: clipped,
  maxValue: clipped,
  adjust: {
    does: 'How the update is scaled to the shape of the matrix.',
    touch: 'Take `rms` where AdamW’s `lr` and `weightDecay` should go on to serve.',
  },
  amsgrad: {
    does: 'Divides by the largest mean of squares so far instead of the last one.',
    touch: 'Rarely; for convex problems on which Adam does not settle. One array more.',
  },
  biasCorrection: { does: 'Corrects the running means for their start at zero.', touch: 'Turn it off to match the authors’ program.' },
  cautious: { does: 'Leaves out the elements of the update that point up the gradient.', touch: 'Worth a try: it costs nothing to tune.' },
  centered: {
    does: 'Divides by the standard deviation of gradients instead of their root mean square.',
    touch: 'Rarely; where gradients have a large steady part. One array more.',
  },
  compat: { does: 'Follows another library’s form and defaults.', touch: 'To go on with, or to compare with, a run made there.' },
  debias: { does: 'Keeps the first weights from counting for more than later ones.', touch: 'Turn it on where you evaluate early.' },
  scope: { does: 'Whether all tensors share one rate or each has its own.', touch: 'Take `tensor` where layers differ much in size.' },
  step: { does: 'Whether the rate also falls with the step, as 1/√t (`relative`).', touch: 'Take `absolute` with a schedule of your own.' },
  units: { does: 'Which side of a matrix is a unit.', touch: 'Take `columns` where weights are inputs × outputs, as in JAX.' },
};

/** What an option of a method does and when to touch it; undefined where nothing is known beyond the method's documentation. */
export function adviceOn(method: string, option: string): OptionAdvice | undefined {
  const key = `${method}.${option}`;
  return Object.hasOwn(advice, key) ? advice[key] : Object.hasOwn(advice, option) ? advice[option] : undefined;
}

/** Every key, for a test that each is an option of a method. */
export const advised: readonly string[] = Object.keys(advice);
