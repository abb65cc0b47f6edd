"""Oracles that are libraries: PyTorch and Optax. Each run yields the weights after every step, in float64.

A string where a hyperparameter stands names a function of the step in stream.py; it is evaluated anew at each step.
"""

import jax
import numpy as np
import optax
import optax.contrib
import torch
from torch.optim import _muon

from rules import register
from stream import at, loss, varies

jax.config.update("jax_enable_x64", True)


# An estimate of the Hessian's diagonal for Sophia: the gradient squared.
SQUARES = optax.GradientTransformation(lambda params: optax.EmptyState(), lambda g, s, params=None: ({k: v**2 for k, v in g.items()}, s))


@register("torch")
def run_torch(row, data, steps):
    """The single-tensor code path, and a state that begins at step `from` where the row has one."""
    _, name, options = row["oracle"]
    torch.set_default_dtype(torch.float64)  # What some optimizers keep as numbers of their own, such as NAdam's product, has this type.
    weights = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in data.weights().items()}
    fused = {"fused": False} if name in ("Adam", "AdamW") else {}
    optimizer = getattr(torch.optim, name)(list(weights.values()), foreach=False, **fused, **at(options, 1))
    if "from" in row:
        for w in weights.values():
            zeros = {"exp_avg": torch.zeros_like(w), "exp_avg_sq": torch.zeros_like(w)}
            optimizer.state[w] = {"step": torch.tensor(float(row["from"]), dtype=torch.float64), **zeros}
    for t in range(1, steps + 1):
        optimizer.param_groups[0].update(at(options, t))
        for k, g in data.gradients(t).items():
            weights[k].grad = torch.tensor(g)
        optimizer.step()
        yield {k: v.detach().numpy().copy() for k, v in weights.items()}


@register("optax")
def run_optax(row, data, steps):
    """The transformations of `chain` and then the optimizer; made anew at each step with that step's numbers, where these change."""
    _, name, options = row["oracle"]

    def method(t):
        before = [getattr(optax, transform)(at(value, t)) for transform, value in row.get("chain", [])]
        factory = getattr(optax, name, None) or getattr(optax.contrib, name)
        estimate = {"hessian_diagonal_fn": SQUARES} if name == "sophia" else {}
        return optax.with_extra_args_support(optax.chain(*before, factory(**at(options, t), **estimate)))

    weights = data.weights()
    state = method(1).init(weights)
    once = None if varies([options, row.get("chain", [])]) else jax.jit(method(1).update)
    for t in range(1, steps + 1):
        update = once or method(t).update
        updates, state = update(data.gradients(t), state, weights, value=loss(t))
        weights = optax.apply_updates(weights, updates)
        yield {k: np.array(v) for k, v in weights.items()}


@register("torch.average")
def asgd_average(row, data, steps):
    """The average that PyTorch's ASGD keeps."""
    torch.set_default_dtype(torch.float64)
    _, _, options = row["oracle"]
    weights = {k: torch.tensor(v, requires_grad=True) for k, v in data.weights().items()}
    optimizer = torch.optim.ASGD(list(weights.values()), foreach=False, **at(options, 1))
    for t in range(1, steps + 1):
        optimizer.param_groups[0].update(at(options, t))
        for k, g in data.gradients(t).items():
            weights[k].grad = torch.tensor(g)
        optimizer.step()
        yield {k: optimizer.state[v]["ax"].detach().numpy().copy() for k, v in weights.items()}


@register("optax.evaluation")
def schedule_free_point(row, data, steps):
    """Where Optax evaluates its schedule-free methods."""
    _, name, options = row["oracle"]
    method = getattr(optax.contrib, name)(**options)
    weights = data.weights()
    state = method.init(weights)
    for t in range(1, steps + 1):
        updates, state = method.update(data.gradients(t), state, weights, value=loss(t))
        weights = optax.apply_updates(weights, updates)
        yield {k: np.array(v) for k, v in optax.contrib.schedule_free_eval_params(state, weights).items()}


class WithoutBfloat16:
    """The module torch, in which bfloat16 is float64."""

    bfloat16 = torch.float64

    def __getattr__(self, name):
        return getattr(torch, name)


@register("matrix.muon")
def run_muon(row, data, steps):
    """PyTorch's Muon, which computes its iteration in bfloat16: the same program with float64 in its place."""
    options = row["oracle"][2]
    _muon.torch = WithoutBfloat16()
    shapes = {k: v.shape for k, v in data.weights().items()}
    flat = lambda a: torch.tensor(a.reshape(a.shape[0], -1))
    weights = {k: flat(v).requires_grad_() for k, v in data.weights().items()}
    optimizer = torch.optim.Muon(list(weights.values()), **at(options, 1))
    for t in range(1, steps + 1):
        optimizer.param_groups[0].update(at(options, t))
        for k, g in data.gradients(t).items():
            weights[k].grad = flat(g)
        optimizer.step()
        yield {k: v.detach().numpy().reshape(shapes[k]).copy() for k, v in weights.items()}
