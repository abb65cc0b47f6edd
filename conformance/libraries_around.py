"""Oracles that are libraries, for what stands around an optimizer: Keras, and transforms and averages of PyTorch and Optax."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import optax
import optax.contrib
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

import libraries  # Which sets JAX to float64.
from rules import around, register
from stream import at

keras.config.set_floatx("float64")


@register("keras")
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


@register("optax.lookahead")
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


@register("optax.chain")
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


@register("optax.mechanize")
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


@register("torch.clip_grad_norm_")
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


@around("AveragedModel")
def around_swa(run, options):
    start, every = options.get("start", 1), options.get("every", 1)
    return averaged_model(run, None, lambda t: t >= start and (t - start) % every == 0)


@around("get_ema_avg_fn")
def around_torch_ema(run, options):
    return averaged_model(run, get_ema_avg_fn(options["decay"]), lambda t: True)


@around("optax.ema")
def around_optax_ema(run, options):
    """optax.ema of the weights themselves, begun at zero and debiased."""
    average = optax.ema(options["decay"], debias=True)
    state = None
    for weights in run:
        state = average.init(weights) if state is None else state
        shown, state = average.update(weights, state)
        yield {k: np.array(a) for k, a in shown.items()}
