/**
 * What each option does and when to change it, for people who know training but not this method. Keyed by the option's name, or by the method's and the
 * option's where the name means something else there. Other options are described by the method's own documentation.
 */

/** Advice on an option. */
export interface OptionAdvice {
  readonly does: string;
  readonly touch: string;
}

const estimated: OptionAdvice = {
  does: 'A factor on the learning rate that the method estimates by itself.',
  touch: 'Leave it at 1, or use a schedule with peak 1. Halve or double it only if the estimated rate is clearly off.',
};
const longest: OptionAdvice = {
  does: 'The upper limit of the step size; the loss decides how much of it is used.',
  touch: 'Rather too large than too small: steps that are too long are shortened.',
};
const weightOfMean: OptionAdvice = {
  does: 'The decay rate of the running mean of gradients (momentum), which averages over about 1/(1 − β) steps.',
  touch: 'Rarely. Lower it, to 0.8 or 0.5, if the loss oscillates or changes during training; raise it, to 0.95, with noisy gradients.',
};
const added: OptionAdvice = {
  does: 'Keeps the division finite where past gradients are near zero.',
  touch: 'Rarely. Raise it if updates of parameters with tiny gradients are erratic, or gradients are about as small as it is.',
};
const guard: OptionAdvice = { does: 'Keeps a division finite where the denominator is near zero.', touch: 'Never, usually.' };
const starting: OptionAdvice = {
  does: 'The initial value of the sum or mean of squares.',
  touch: 'Raise it where the first steps are far too long.',
};
const estimate: OptionAdvice = {
  does: 'The initial estimate of the learning rate, or of the distance, that the method then adapts.',
  touch: 'Only if the first steps already diverge (lower it) or the loss does not change for a long time (raise it).',
};
const coefficient: OptionAdvice = {
  does: 'A coefficient of the Newton–Schulz iteration.',
  touch: 'Never, unless you have found better ones.',
};
const fading: OptionAdvice = {
  does: 'How fast the noise decays with the step: its variance is divided by tᵞ.',
  touch: 'Raise it for noise only at the start.',
};
const seeded: OptionAdvice = {
  does: 'The seed of the noise; the same seed gives the same run.',
  touch: 'Change it to see how much of a result is chance.',
};
const noise: OptionAdvice = {
  does: 'The variance of the noise at the first step.',
  touch: 'Compare it with the variance of your gradients: far below it has no effect, far above nothing is learned.',
};
const clipped: OptionAdvice = {
  does: 'The bound. Gradients above it are scaled or clipped to it.',
  touch: 'Watch the norm of the gradient for a while, and set it a little above the usual norm; 1 is a common choice.',
};

const advice: Readonly<Record<string, OptionAdvice>> = {
  lr: {
    does: 'The learning rate: how far each step goes.',
    touch: 'Always, and first. Try powers of √10 around the default, and decay it towards the end of the run by a schedule.',
  },
  'adafactor.lr': {
    does: 'The learning rate, relative to the size of each tensor.',
    touch: 'Always, and first; being relative, it transfers between model sizes better than most.',
  },
  'cocob.lr': { does: 'Scales the gradient, which hardly changes the path.', touch: 'Never, usually.' },
  'dAdaptation.lr': estimated,
  'dog.lr': estimated,
  'dowg.lr': estimated,
  'prodigy.lr': estimated,
  'polyak.lr': longest,
  'momo.lr': longest,
  'momoAdam.lr': longest,
  'fromage.lr': { does: 'The fraction of its norm by which each tensor moves in a step.', touch: 'Rarely: 0.01 suits most networks.' },
  'rprop.lr': {
    does: 'The first step size of every parameter, which then adapts for each.',
    touch: 'Rarely: step sizes adapt by themselves.',
  },
  'lars.lr': { does: 'A factor on each tensor’s own rate, which is `trust`·‖w‖/‖g‖.', touch: 'Always, and first, with a warmup.' },
  'scheduleFreeSgd.lr': {
    does: 'The learning rate, constant after a warmup: averaging replaces the decay of a schedule.',
    touch: 'Always, and first; it is larger than SGD’s. It may warm up and should not decay.',
  },
  'scheduleFreeAdamw.lr': {
    does: 'The learning rate, constant after a warmup: averaging replaces the decay of a schedule.',
    touch: 'Always, and first; one to ten times AdamW’s. It may warm up and should not decay.',
  },
  momentum: weightOfMean,
  'sgd.momentum': {
    does: 'How much of the last velocity each step keeps. At 0.9 a constant gradient ends up moving ten times as far.',
    touch: 'Turn it on: 0.9 is a good value. When you raise it from 0 to 0.9, lower `lr` about tenfold.',
  },
  'rmsprop.momentum': {
    does: 'How much of the last velocity each step keeps.',
    touch: 'Leave it at 0, or use `adam`, unless you reproduce a published run.',
  },
  dampening: {
    does: 'Multiplies each gradient by 1 − dampening before it is added to the velocity.',
    touch: 'Never, unless you reproduce a published run.',
  },
  nesterov: {
    does: 'Nesterov momentum: steps along the gradient plus `momentum` times the new velocity.',
    touch: 'Turn it on with momentum; it rarely hurts, and damps oscillation.',
  },
  beta: weightOfMean,
  'rmsprop.beta': {
    does: 'The decay rate of the running mean of squared gradients, which averages over about 1/(1 − β) steps.',
    touch: 'Raise it, to 0.99, if single batches are noisy; lower it if the loss changes during training.',
  },
  'ftrl.beta': {
    does: 'Bounds the learning rates of features that have rarely occurred.',
    touch: 'Raise it, to 1, if the weights of rare features jump.',
  },
  'optimisticSgd.beta': {
    does: 'How far the last change of the gradient is extrapolated.',
    touch: 'Leave it at 1; lower it with noisy gradients.',
  },
  'optimisticAdam.beta': {
    does: 'How far the last change of the update is extrapolated.',
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
    does: 'The weight of the momentum in the direction of the step; this gradient has the rest.',
    touch: 'Rarely; 0.95 if training is unstable.',
  },
  beta2: {
    does: 'The decay rate of the running mean of squared gradients, which averages over about 1/(1 − β₂) steps.',
    touch: 'Lower it, to 0.99 or 0.95, if the loss has spikes or gradients change in size, as in language models, where 0.95 is common.',
  },
  'lion.beta2': {
    does: 'The decay rate of the stored momentum, which averages over about 1/(1 − β₂) steps.',
    touch: 'Rarely; 0.98 if training is unstable.',
  },
  'adan.beta2': { does: 'The decay rate of the running mean of the gradient’s changes.', touch: 'Rarely.' },
  'novograd.beta2': {
    does: 'The decay rate of the running mean of each tensor’s squared gradient norm.',
    touch: 'Raise it, to 0.95 or 0.99, with noisy gradients.',
  },
  'sophia.beta2': { does: 'The decay rate of the running mean of the Hessian’s estimates, per estimate.', touch: 'Rarely.' },
  beta3: { does: 'The decay rate of the third running mean, which averages over about 1/(1 − β₃) steps.', touch: 'Rarely.' },
  'ademamix.beta3': {
    does: 'The decay rate of the slow mean; 0.9999 averages over about 10,000 steps.',
    touch: 'Set it so that 1/(1 − β₃) is a large part of your run, and warm it up by a schedule.',
  },
  rho: { does: 'The decay rate of both running means, which average over about 1/(1 − ρ) steps.', touch: 'Rarely; 0.95 in Keras.' },
  eps: added,
  'lars.eps': guard,
  'adaptiveClip.eps': { does: 'The lower bound of the norm of a unit’s weights, so that units of zeros can move.', touch: 'Rarely.' },
  'muon.eps': guard,
  'shampoo.eps': { does: 'Added to the preconditioners before they are inverted.', touch: 'Raise it if early steps are erratic.' },
  'polyak.eps': guard,
  'mechanic.eps': guard,
  'fromage.eps': { does: "With `compat: 'optax'`, the lower bound of norms.", touch: 'Never, usually.' },
  'cocob.eps': { does: 'The initial value of the largest gradient of each weight.', touch: 'Never, usually.' },
  epsRoot: { does: 'Added to the mean of squares, inside the root.', touch: 'Never, usually.' },
  eps1: { does: 'Added to squared gradients, so that no row or column is zero.', touch: 'Never, usually.' },
  eps2: { does: 'The lower bound of a tensor’s root mean square, so that tensors of zeros can move.', touch: 'Rarely.' },
  weightDecay: {
    does: 'Decoupled weight decay: shrinks weights by a fraction of themselves, independently of the gradient.',
    touch: 'After `lr`. Try powers of √10 around 0.01; exclude biases and normalization layers by `groups`.',
  },
  'lion.weightDecay': {
    does: 'Decoupled weight decay: shrinks weights by a fraction of themselves, independently of the gradient.',
    touch: 'After `lr`. Since `lr` is three to ten times smaller than AdamW’s, make it three to ten times larger than AdamW’s.',
  },
  l2: {
    does: 'The gradient of an L2 penalty, λ·w, added to the gradient. In adaptive methods it is divided by √v with the rest.',
    touch: 'With SGD, try 1e-4. With adaptive methods prefer `weightDecay` or `adamw`.',
  },
  l1: {
    does: 'An L1 penalty: unimportant weights become exactly zero.',
    touch: 'Raise it until the model is as sparse as it has to be.',
  },
  l2Shrinkage: {
    does: 'An L2 penalty that is added to each gradient, but not to the squares that determine the learning rates.',
    touch: 'Rarely.',
  },
  power: { does: 'How much more steps with larger learning rates count in the average.', touch: 'Rarely.' },
  'ftrl.power': {
    does: 'The power of the sum of squares by which learning rates decrease; −0.5 is AdaGrad’s square root.',
    touch: 'Rarely; 0 gives a constant learning rate.',
  },
  initial: starting,
  'dAdaptation.initial': estimate,
  'dog.initial': estimate,
  'dowg.initial': estimate,
  'mechanic.initial': estimate,
  'prodigy.initial': estimate,
  coefficient: {
    does: 'A factor on the estimated learning rate.',
    touch: 'Only if the estimate is clearly too large (0.5) or too small (2).',
  },
  count: { does: 'How many scales are learned in parallel, each with a slower decay rate.', touch: 'Rarely.' },
  momentumDecay: { does: 'How fast the momentum grows towards β₁.', touch: 'Rarely.' },
  decayRate: { does: 'How fast β₂ = 1 − t^−ρ of the squared gradients approaches 1.', touch: 'Rarely.' },
  clip: { does: 'The upper bound of an update’s root mean square.', touch: 'Rarely.' },
  trust: { does: 'The fraction of its norm by which a tensor moves in a step.', touch: 'Rarely; `lr` does the same.' },
  gamma: { does: 'The weight of the last change of the gradient.', touch: 'Rarely.' },
  'sophia.gamma': {
    does: 'Scales the Hessian, and so determines which fraction of the update is clipped.',
    touch: 'Tune it so that between a tenth and a half of the elements are not clipped.',
  },
  alpha: { does: 'The weight of the gradient (optimisticAdam: of the update) itself, beside its extrapolation.', touch: 'Rarely.' },
  'ademamix.alpha': { does: 'The weight of the slow mean relative to the fast one.', touch: 'Try 4 to 10, warmed up by a schedule.' },
  'simplifiedAdemamix.alpha': {
    does: 'The weight of this gradient relative to the decaying sum of past ones.',
    touch: 'Raise it, to 10 or 100, with small batches.',
  },
  'asgd.alpha': { does: 'The power of t by which the learning rate decays.', touch: 'Rarely.' },
  'cocob.alpha': { does: 'Bounds the first updates: larger is more cautious.', touch: 'Never, usually.' },
  'lookahead.alpha': { does: 'The fraction of the way that the slow weights move towards the fast ones.', touch: 'Rarely; 0.5 to 0.8.' },
  lambda: { does: 'How fast the learning rate decays; also a weight decay.', touch: 'Rarely.' },
  minimum: {
    does: 'A lower bound on the loss.',
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
    touch: 'Raise it if estimates cost too much.',
  },
  k: { does: 'The number of steps of the fast weights per update of the slow ones.', touch: 'Rarely; 5 to 10.' },
  start: { does: 'The step at which averaging starts.', touch: 'Set it after the phase in which the loss falls fast.' },
  decay: fading,
  'ema.decay': {
    does: 'The decay rate of the average, which covers about 1/(1 − β) steps.',
    touch: 'Choose it so that the average covers a hundredth to a tenth of your run: 0.999 for some ten thousand steps.',
  },
  'adamw.decay': {
    does: 'Whether the decay is multiplied by the learning rate (`scaled`) or only by its schedule (`independent`).',
    touch: 'Use `independent` when you tune `lr` and `weightDecay`: the best value of one then does not depend on the other.',
  },
  seed: seeded,
  variance: noise,
  steps: { does: 'The number of Newton–Schulz iterations.', touch: 'Rarely: five suffice.' },
  a: coefficient,
  b: coefficient,
  c: coefficient,
  etaMinus: { does: 'The factor by which a step shrinks when the gradient changes its sign.', touch: 'Rarely.' },
  etaPlus: { does: 'The factor by which a step grows while the gradient keeps its sign.', touch: 'Rarely.' },
  minStep: { does: 'The lower bound of the step size.', touch: 'Rarely.' },
  maxStep: { does: 'The upper bound of the step size.', touch: 'Lower it if weights must not jump.' },
  ratio: {
    does: 'The upper bound of a gradient’s norm, as a fraction of the norm of its weights.',
    touch: 'Lower it for large batches and learning rates; 0.01 is the paper’s.',
  },
  maxNorm: clipped,
  maxRms: clipped,
  maxValue: clipped,
  adjust: {
    does: 'How the update is scaled to the shape of the matrix.',
    touch: 'Use `rms` to reuse AdamW’s `lr` and `weightDecay`.',
  },
  amsgrad: {
    does: 'AMSGrad: divides by the largest mean of squares so far instead of the current one.',
    touch: 'Rarely; for convex problems on which Adam does not converge. One more array.',
  },
  'muon.rows': {
    does: 'What the rows of a matrix stand for, `out` for outputs (`W @ x`, as in PyTorch) or `in` for inputs (`x @ W`, as in jax-js and TF.js): the update is scaled by rows / columns.',
    touch: 'Set it to `in` if your layers compute `x @ W`.',
  },
  'prodigy.biasCorrection': {
    does: 'Bias correction of the running means, which start at zero.',
    touch: 'Turn it off to match the authors’ program.',
  },
  cautious: {
    does: 'Sets the elements of the update whose sign differs from the gradient’s to zero.',
    touch: 'Worth a try: it costs nothing to tune.',
  },
  centered: {
    does: 'Divides by the standard deviation of gradients instead of their root mean square.',
    touch: 'Rarely; if gradients have a large constant part. One more array.',
  },
  compat: { does: 'Uses the equations and defaults of another library.', touch: 'To continue, or to compare with, a run made there.' },
  debias: { does: 'Bias correction: the first weights do not count more than later ones.', touch: 'Turn it on if you evaluate early.' },
  scope: { does: 'Whether all tensors share one learning rate or each has its own.', touch: 'Use `tensor` if layers differ much in size.' },
  step: { does: 'Whether the learning rate is also bounded by 1/√t (`relative`).', touch: 'Use `absolute` with a schedule of your own.' },
  units: { does: 'Which side of a matrix is a unit.', touch: 'Use `columns` if weights are inputs × outputs, as in JAX.' },
};

/** What an option of a method does and when to change it; undefined where nothing is known beyond the method's documentation. */
export function adviceOn(method: string, option: string): OptionAdvice | undefined {
  const key = `${method}.${option}`;
  return Object.hasOwn(advice, key) ? advice[key] : Object.hasOwn(advice, option) ? advice[option] : undefined;
}

/** Every key, for a test that each is an option of a method. */
export const advised: readonly string[] = Object.keys(advice);
