"""What docs/compat.md promises, by the libraries themselves: every optimizer and schedule of PyTorch, Optax and Keras with its own defaults.

make.py writes each library's document to traces/compat-<library>.json: for each name the arguments given (a learning rate, or what a schedule cannot do
without), the defaults in its signature, and the weights after some of the steps, or the rates of the first steps. compat.test.ts evaluates the table's
right column and compares.
"""

import inspect
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import torch
from torch.optim import _muon

from compat_schedules import schedules_of_all
from libraries import SQUARES, WithoutBfloat16
from libraries_around import keras
from names import names
from stream import gradient, loss, weight

STEPS = 40
RECORDED = [1, 2, 4, 12, 40]
# A vector, a wide and a tall matrix, a kernel, a matrix that Optax factors, weights of zero, and gradients that are zero at first.
SHAPES = {"vector": [5], "wide": [3, 4], "tall": [6, 3], "kernel": [3, 2, 2, 2], "large": [128, 130], "zero": [3], "late": [4]}
# What the row of a name excepts: Muon is for matrices, and these see more in a kernel than a matrix.
MATRICES = ["wide", "tall", "large"]
FLAT = [k for k in SHAPES if k != "kernel"]
TENSORS = {"torch.optim.Muon": MATRICES, "torch.optim.Adafactor": FLAT, "optax.sm3": FLAT, "keras.optimizers.Adafactor": FLAT}
FIRST = dict(zip(SHAPES, np.cumsum([0, *(math.prod(s) for s in SHAPES.values())]).tolist()))


def weights_of(tensors):
    made = lambda k: [0.0 if k == "zero" else weight(FIRST[k] + i) for i in range(math.prod(SHAPES[k]))]
    return {k: np.array(made(k)).reshape(SHAPES[k]) for k in tensors}


GRADIENTS = {}


def gradients_of(t, tensors):
    """The gradients of a step, made once."""
    for k in tensors:
        if (t, k) not in GRADIENTS:
            values = [gradient(t, FIRST[k] + i, "gaps" if k == "late" else "plain") for i in range(math.prod(SHAPES[k]))]
            GRADIENTS[t, k] = np.array(values).reshape(SHAPES[k])
    return {k: GRADIENTS[t, k].copy() for k in tensors}


def recorded(size):
    """The elements of a tensor that a trace has."""
    return [i for i in range(size) if i < 4 or i == size - 1]


def plain(value):
    """A default as JSON has it; what JSON cannot have by its name."""
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else getattr(value, "__name__", type(value).__name__)


def defaults_of(function):
    parameters = inspect.signature(function).parameters.values()
    return {p.name: plain(p.default) for p in parameters if p.default is not inspect.Parameter.empty}


def sparse(g):
    """A gradient that names every row."""
    return torch.sparse_coo_tensor(torch.arange(g.shape[0])[None], torch.tensor(g), g.shape)


def run_torch(make, tensors, named=False):
    torch.set_default_dtype(torch.float64)
    weights = {k: torch.tensor(v, requires_grad=True) for k, v in weights_of(tensors).items()}
    optimizer = make(list(weights.values()))
    for t in range(1, STEPS + 1):
        for k, g in gradients_of(t, tensors).items():
            weights[k].grad = sparse(g) if named else torch.tensor(g)
        optimizer.step()
        yield {k: v.detach().numpy() for k, v in weights.items()}


def run_optax(method, tensors, shown=lambda state, weights: weights):
    weights = {k: jnp.asarray(v) for k, v in weights_of(tensors).items()}
    method = optax.with_extra_args_support(method)
    state, update = method.init(weights), jax.jit(method.update)
    for t in range(1, STEPS + 1):
        updates, state = update({k: jnp.asarray(g) for k, g in gradients_of(t, tensors).items()}, state, weights, value=loss(t))
        weights = optax.apply_updates(weights, updates)
        yield {k: np.asarray(v) for k, v in shown(state, weights).items()}


def run_keras(optimizer, tensors):
    first = weights_of(tensors)
    variables = [keras.Variable(a, dtype="float64", name=k) for k, a in first.items()]
    optimizer.build(variables)
    for t in range(1, STEPS + 1):
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype="float64") for g in gradients_of(t, tensors).values()], variables)
        yield {k: np.array(v) for k, v in zip(first, variables)}


def run_keras_scaled(optimizer, tensors):
    """Gradients of the scaled loss, which are infinite at step 5; without side effects, as JAX wants it where there are conditions."""
    weights = weights_of(tensors)
    optimizer.build([keras.Variable(a, dtype="float64", name=k) for k, a in weights.items()])
    state = [np.array(v) for v in optimizer.variables]
    place = [v.path for v in optimizer.variables].index(optimizer.dynamic_scale.path)
    for t in range(1, STEPS + 1):
        gradients = [jnp.asarray(np.full_like(g, np.inf) if t == 5 else g * float(state[place])) for g in gradients_of(t, tensors).values()]
        stepped, state = optimizer.stateless_apply(state, gradients, list(weights.values()))
        weights = {k: np.array(v) for k, v in zip(weights, stepped)}
        yield weights


def traced(function, given, run, tensors):
    steps = []
    for t, weights in enumerate(run, 1):
        assert all(v.dtype == np.float64 for v in weights.values())
        if t in RECORDED:
            steps.append([float(weights[k].ravel()[i]) for k in tensors for i in recorded(math.prod(SHAPES[k]))])
    return {"given": given, "defaults": defaults_of(function), "tensors": list(tensors), "steps": steps}


# Held elsewhere, or not taken.
APART = {
    "torch.optim": {"LBFGS"},
    "optax": {"lbfgs", "noisy_sgd"},
    "optax.contrib": {"differentially_private_aggregate", "dpsgd", "galore", "hutchinson_estimator_diag_hessian", "reduce_on_plateau", "sam", "split_real_and_imaginary"},
    "keras.optimizers": set(),
}


def all_of(library, function_of, run, rates):
    """The traces of a library's optimizers with a rate of 0.01 alone, under the first of these names that they have."""
    out = {}
    for name in sorted({*names()[library]} - APART[library]):
        function = function_of(name)
        known = [one for one in rates if one in inspect.signature(function).parameters]
        given = {(known or rates)[0]: 0.01}
        tensors = TENSORS.get(f"{library}.{name}", list(SHAPES))
        out[name] = traced(function, given, run(name, given, tensors), tensors)
    return out


def torch_optimizers():
    """All but L-BFGS, which takes a function and is held in minimizers.py. Muon computes in float64 where it has bfloat16."""
    _muon.torch = WithoutBfloat16()
    run = lambda name, given, tensors: run_torch(lambda ws: getattr(torch.optim, name)(ws, **given), tensors, name == "SparseAdam")
    return all_of("torch.optim", lambda name: getattr(torch.optim, name), run, ["lr"])


def optax_optimizers():
    """All but lbfgs, which takes a function and is held in minimizers.py, and noisy_sgd, whose noise is measured below."""
    run = lambda name, given, tensors: run_optax(getattr(optax, name)(**given), tensors)
    out = all_of("optax", lambda name: getattr(optax, name), run, ["learning_rate", "max_learning_rate"])
    return {**out, "noisy_sgd": noisy_sgd()}


def noisy_sgd():
    """The root mean square of the noise in the gradient of 128 · 130 weights, at the recorded steps."""
    method, weights = optax.noisy_sgd(0.01), {"large": jnp.asarray(weights_of(["large"])["large"])}
    state, steps = method.init(weights), []
    for t in range(1, STEPS + 1):
        g = {k: jnp.asarray(v) for k, v in gradients_of(t, weights).items()}
        updates, state = method.update(g, state, weights)
        if t in RECORDED:
            steps.append([float(jnp.sqrt(jnp.mean((updates["large"] / -0.01 - g["large"]) ** 2)))])
    return {"given": {"learning_rate": 0.01}, "defaults": defaults_of(optax.noisy_sgd), "tensors": ["large"], "steps": steps}


def optax_contrib():
    c = optax.contrib
    # What is put around an optimizer is put around SGD here; Sophia's estimate of the Hessian's diagonal is the gradient squared.
    around = {
        "mechanize": lambda rate: c.mechanize(optax.sgd(rate)),
        "normalize": lambda rate: optax.chain(c.normalize(), optax.sgd(rate)),
        "schedule_free": lambda rate: c.schedule_free(optax.sgd(rate), rate),
        "schedule_free_eval_params": c.schedule_free_sgd,
        "sophia": lambda rate: c.sophia(rate, hessian_diagonal_fn=SQUARES),
    }

    def run(name, given, tensors):
        shown = c.schedule_free_eval_params if name == "schedule_free_eval_params" else lambda state, weights: weights
        return run_optax(around.get(name, getattr(c, name))(*given.values()), tensors, shown)

    return all_of("optax.contrib", lambda name: getattr(c, name), run, ["learning_rate"])


def keras_optimizers():
    """All. MultiOptimizer gives Adam the matrices and SGD the rest; LossScaleOptimizer scales for SGD, and meets an infinity at step 5."""
    k = keras.optimizers

    def run(name, given, tensors):
        if name == "MultiOptimizer":
            adam, sgd = k.Adam(**given), k.SGD(**given)
            return run_keras(k.MultiOptimizer(lambda variable: adam if len(variable.shape) == 2 else sgd), tensors)
        if name == "LossScaleOptimizer":
            return run_keras_scaled(k.LossScaleOptimizer(k.SGD(**given)), tensors)
        return run_keras(getattr(k, name)(**given), tensors)

    return all_of("keras.optimizers", lambda name: getattr(k, name), run, ["learning_rate"])


def document(**libraries):
    return {"shapes": SHAPES, "recorded": RECORDED, "libraries": libraries}


DOCUMENTS = {
    "compat-torch": lambda: document(**{"torch.optim": torch_optimizers()}),
    "compat-optax": lambda: document(**{"optax": optax_optimizers(), "optax.contrib": optax_contrib()}),
    "compat-schedules": schedules_of_all,
    "compat-keras": lambda: document(**{"keras.optimizers": keras_optimizers()}),
}
