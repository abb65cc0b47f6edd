"""One run per kind of oracle: PyTorch, Optax, and the paper in plain numpy. Each yields the weights after every step, in float64.

A string where a hyperparameter stands names a function of the step in stream.py; it is evaluated anew at each step.
"""

import math

import jax
import numpy as np
import optax
import optax.contrib
import torch

from matrices import run_matrix
from stream import at, gradient, loss, weight


class Data:
    """First weights, and gradients by step, of a row's tensors; elements are counted over all of them."""

    def __init__(self, shapes, row):
        self.shapes, self.stream, self.zeros = shapes, row.get("stream", "plain"), row.get("zeros", [])

    def arrays(self, value):
        out, element = {}, 0
        for name, shape in self.shapes.items():
            size = math.prod(shape)
            out[name] = np.array([value(element + i) for i in range(size)], dtype=np.float64).reshape(shape)
            element += size
        return out

    def weights(self):
        return {k: np.zeros_like(v) if k in self.zeros else v for k, v in self.arrays(weight).items()}

    def gradients(self, t):
        return self.arrays(lambda e: gradient(t, e, self.stream))


# An estimate of the Hessian's diagonal for Sophia: the gradient squared.
SQUARES = optax.GradientTransformation(lambda params: optax.EmptyState(), lambda g, s, params=None: ({k: v**2 for k, v in g.items()}, s))


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
    once = jax.jit(method(1).update) if all(at(one, 1) == at(one, 2) for one in (options, row.get("chain", []))) else None
    for t in range(1, steps + 1):
        update = once or method(t).update
        updates, state = update(data.gradients(t), state, weights, value=loss(t))
        weights = optax.apply_updates(weights, updates)
        yield {k: np.array(v) for k, v in weights.items()}


def run_paper(row, data, steps):
    """Loshchilov & Hutter 2019, Algorithm 2: the decay is multiplied by the schedule's factor (of `peak`) alone."""
    _, name, options = row["oracle"]
    assert name == "adamw_independent"
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


RUNS = {"torch": run_torch, "optax": run_optax, "paper": run_paper, "matrix": run_matrix}
