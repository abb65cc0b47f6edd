"""Whole runs in plain numpy, where a method is no rule of one step: what stands around SGD or AdamW, and averages of the weights of any run."""

import numpy as np

from rules import around, register
from stream import at


@register("paper.adamw_independent")
def adamw_independent(row, data, steps):
    """Loshchilov & Hutter 2019, Algorithm 2: the decay is multiplied by the schedule's factor (of `peak`) alone."""
    _, _, options = row["oracle"]
    w = data.weights()
    m, v = ({k: np.zeros_like(a) for k, a in w.items()} for _ in range(2))
    for t in range(1, steps + 1):
        factor = at(options["lr"], t) / options["peak"]
        for k, g in data.gradients(t).items():
            m[k] = 0.9 * m[k] + (1 - 0.9) * g
            v[k] = 0.999 * v[k] + (1 - 0.999) * g**2
            m_hat, v_hat = m[k] / (1 - 0.9**t), v[k] / (1 - 0.999**t)
            w[k] = w[k] - factor * (options["peak"] * m_hat / (np.sqrt(v_hat) + 1e-8) + options["decay"] * w[k])
        yield {k: a.copy() for k, a in w.items()}


@register("paper.lookahead")
def lookahead(row, data, steps):
    """Zhang et al. 2019, Algorithm 1, with SGD and momentum inside: k fast steps, then one slow step."""
    _, _, options = row["oracle"]
    slow = data.weights()
    velocity = {k: np.zeros_like(a) for k, a in slow.items()}
    t = 0
    while t < steps:
        fast = {k: a.copy() for k, a in slow.items()}
        for i in range(options["k"]):
            t += 1
            for k, g in data.gradients(t).items():
                velocity[k] = options["momentum"] * velocity[k] + g
                fast[k] = fast[k] - options["lr"] * velocity[k]
            if i < options["k"] - 1:
                yield {k: a.copy() for k, a in fast.items()}
        slow = {k: slow[k] + at(options["alpha"], t) * (fast[k] - slow[k]) for k in slow}
        yield {k: a.copy() for k, a in slow.items()}


@register("paper.clip_by_norm")
def clip_by_norm(row, data, steps):
    """SGD on gradients rescaled, tensor by tensor, to a norm of at most c (Pascanu et al. 2013, Algorithm 1)."""
    _, _, options = row["oracle"]
    w = data.weights()
    for t in range(1, steps + 1):
        c = at(options["c"], t)
        for k, g in data.gradients(t).items():
            norm = np.linalg.norm(g.ravel())
            w[k] = w[k] - options["lr"] * (g if norm <= c else g * (c / norm))
        yield {k: a.copy() for k, a in w.items()}


@register("paper.weight_decay")
def weight_decay(row, data, steps):
    """SGD with momentum, and a share of the weights taken off before or after each step, whatever the learning rate."""
    _, _, options = row["oracle"]
    w = data.weights()
    velocity = {k: np.zeros_like(a) for k, a in w.items()}
    for t in range(1, steps + 1):
        keep = 1 - at(options["decay"], t)
        for k, g in data.gradients(t).items():
            velocity[k] = options["momentum"] * velocity[k] + g
            step = at(options["lr"], t) * velocity[k]
            w[k] = keep * w[k] - step if options["place"] == "before" else keep * (w[k] - step)
        yield {k: a.copy() for k, a in w.items()}


@around("mean")
def mean(run, options):
    """Polyak & Juditsky 1992 and, with `every`, Izmailov et al. 2018: the mean of the weights at `start` and every `every` steps after it."""
    start, every = options.get("start", 1), options.get("every", 1)
    samples = []
    for t, weights in enumerate(run, 1):
        if t >= start and (t - start) % every == 0:
            samples.append(weights)
        yield {k: np.mean([sample[k] for sample in samples], axis=0) for k in weights} if samples else weights


@around("numpy")
def scheduled_ema(run, options):
    """The exponential moving average with a decay of its own at each step, begun as the first weights."""
    average = None
    for t, weights in enumerate(run, 1):
        decay = at(options["decay"], t)
        average = weights if average is None else {k: decay * average[k] + (1 - decay) * a for k, a in weights.items()}
        yield average
