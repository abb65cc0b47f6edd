"""Oracles for what wraps an optimizer: clipping per tensor, decay, lookahead and averages of the weights.

`RUNS` has runs as in oracles.py, by the oracle's kind or by "kind.name". `AROUND` has averages: each takes the weights of a run, step by
step, and yields their average instead. PyTorch, Optax and Keras where they have the method; else plain numpy from the paper.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import optax
import optax.contrib
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

from oracles import at

keras.config.set_floatx("float64")


def run_keras(row, data, steps):
    """A Keras optimizer; with `use_ema` its moving average of the weights instead of them."""
    _, name, options = row["oracle"]
    optimizer = getattr(keras.optimizers, name)(**at(options, 1))
    first = data.weights()
    variables = [keras.Variable(a, dtype="float64") for a in first.values()]
    optimizer.build(variables)
    for t in range(1, steps + 1):
        gradients = [keras.ops.convert_to_tensor(g, dtype="float64") for g in data.gradients(t).values()]
        optimizer.learning_rate = at(options["learning_rate"], t)
        optimizer.apply(gradients, variables)
        shown = optimizer._model_variables_moving_average if options.get("use_ema") else variables
        yield {k: np.array(v) for k, v in zip(first, shown)}


def run_optax_lookahead(row, data, steps):
    """optax.lookahead around `fast`, after the transformations of `chain`: the fast weights, or with `slow` the slow ones."""
    _, _, options = row["oracle"]
    name, inner = options["fast"]
    before = [getattr(optax, transform)(value) for transform, value in row.get("chain", [])]
    method = optax.lookahead(optax.chain(*before, getattr(optax, name)(**inner)), options["sync_period"], options["slow_step_size"])
    weights = optax.LookaheadParams.init_synced(data.weights())
    state = method.init(weights)
    for t in range(1, steps + 1):
        updates, state = method.update(data.gradients(t), state, weights)
        weights = optax.apply_updates(weights, updates)
        yield {k: np.array(v) for k, v in (weights.slow if options.get("slow") else weights.fast).items()}


def run_optax_chain(row, data, steps):
    """The transformations of a list with their options, in order, made anew at each step with that step's numbers."""

    def method(t):
        find = lambda name: getattr(optax, name, None) or getattr(optax.contrib, name)
        return optax.chain(*(find(name)(**at(options, t)) for name, options in row["oracle"][2]))

    weights = data.weights()
    state = method(1).init(weights)
    for t in range(1, steps + 1):
        updates, state = method(t).update(data.gradients(t), state, weights)
        weights = optax.apply_updates(weights, updates)
        yield {k: np.array(v) for k, v in weights.items()}


def run_optax_mechanize(row, data, steps):
    """optax.contrib.mechanize around `inner`."""
    _, _, options = row["oracle"]
    name, inner = options["inner"]
    rest = {k: v for k, v in options.items() if k != "inner"}
    weights = data.weights()
    state = None
    for t in range(1, steps + 1):
        method = optax.contrib.mechanize(getattr(optax, name)(**at(inner, t)), **rest)
        state = method.init(weights) if state is None else state
        updates, state = method.update(data.gradients(t), state, weights)
        weights = optax.apply_updates(weights, updates)
        yield {k: np.array(v) for k, v in weights.items()}


def run_lookahead(row, data, steps):
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


def run_clip_by_norm(row, data, steps):
    """SGD on gradients rescaled, tensor by tensor, to a norm of at most c (Pascanu et al. 2013, Algorithm 1)."""
    _, _, options = row["oracle"]
    w = data.weights()
    for t in range(1, steps + 1):
        c = at(options["c"], t)
        for k, g in data.gradients(t).items():
            norm = np.linalg.norm(g.ravel())
            w[k] = w[k] - options["lr"] * (g if norm <= c else g * (c / norm))
        yield {k: a.copy() for k, a in w.items()}


def run_torch_clip(row, data, steps):
    """torch.nn.utils.clip_grad_norm_ over all tensors, then SGD."""
    _, name, options = row["oracle"]
    weights = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in data.weights().items()}
    optimizer = getattr(torch.optim, name)(list(weights.values()), lr=options["lr"], foreach=False)
    for t in range(1, steps + 1):
        for k, g in data.gradients(t).items():
            weights[k].grad = torch.tensor(g)
        torch.nn.utils.clip_grad_norm_(list(weights.values()), at(options["max_norm"], t))
        optimizer.step()
        yield {k: v.detach().numpy().copy() for k, v in weights.items()}


def run_weight_decay(row, data, steps):
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


RUNS = {
    "keras": run_keras,
    "optax.chain": run_optax_chain,
    "optax.lookahead": run_optax_lookahead,
    "optax.mechanize": run_optax_mechanize,
    "torch.clip_grad_norm_": run_torch_clip,
    "paper.lookahead": run_lookahead,
    "paper.clip_by_norm": run_clip_by_norm,
    "paper.weight_decay": run_weight_decay,
}


def averaged_model(run, avg_fn, samples):
    """torch.optim.swa_utils.AveragedModel, updated at the steps that `samples` names; before the first of them, the weights themselves."""
    torch.set_default_dtype(torch.float64)  # AveragedModel divides by an integer tensor, and the quotient has the default type.
    model = averaged = None
    for t, weights in enumerate(run, 1):
        tensors = {k: torch.nn.Parameter(torch.tensor(a, dtype=torch.float64)) for k, a in weights.items()}
        model = torch.nn.ParameterDict(tensors)
        averaged = AveragedModel(model, avg_fn=avg_fn) if averaged is None else averaged
        if samples(t):
            averaged.update_parameters(model)
        shown = averaged.module if averaged.n_averaged > 0 else model
        yield {k: shown[k].detach().numpy().copy() for k in weights}


def around_swa(run, options):
    start, every = options.get("start", 1), options.get("every", 1)
    return averaged_model(run, None, lambda t: t >= start and (t - start) % every == 0)


def around_torch_ema(run, options):
    return averaged_model(run, get_ema_avg_fn(options["decay"]), lambda t: True)


def around_optax_ema(run, options):
    """optax.ema of the weights themselves, begun at zero and debiased."""
    average = optax.ema(options["decay"], debias=True)
    state = None
    for weights in run:
        state = average.init(weights) if state is None else state
        shown, state = average.update(weights, state)
        yield {k: np.array(a) for k, a in shown.items()}


def around_scheduled_ema(run, options):
    """The exponential moving average with a decay of its own at each step, begun as the first weights."""
    average = None
    for t, weights in enumerate(run, 1):
        decay = at(options["decay"], t)
        average = weights if average is None else {k: decay * average[k] + (1 - decay) * a for k, a in weights.items()}
        yield average


AROUND = {
    "AveragedModel": around_swa,
    "get_ema_avg_fn": around_torch_ema,
    "optax.ema": around_optax_ema,
    "numpy": around_scheduled_ema,
}
