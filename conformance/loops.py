"""Oracles for what stands around the training loop: sharpness-aware steps, the reduction on a plateau, and the learning-rate range test.

Each function gives a document that make.py writes under its name in traces/.
"""

import jax
import numpy as np
import optax
import torch

import libraries  # Which sets JAX to float64.
from stream import signed, weight

SIZES = {"a": 1, "b": 5, "c": 12}
STEPS = 320
RECORDED = [1, 2, 3, 5, 10, 20, 50, 100, 200, 320]


def split(flat):
    out, first = {}, 0
    for name, size in SIZES.items():
        out[name] = flat[first : first + size]
        first += size
    return out


def slope(t, w):
    """The gradient of a coupled quartic bowl, with the noise of step t; sam.test.ts has the same."""
    n = np.arange(w.size)
    target = np.array([weight(100 + i) for i in n])
    noise = np.array([signed(5, t, i) for i in n])
    return (1 + n % 4) * (w - target) + 0.25 * np.roll(w, -1) + 0.5 * w**3 + 0.1 * noise


def foret(options):
    """Foret et al. 2021, Algorithm 1: the gradient at w + rho g/‖g‖; Kwon et al. 2021, Algorithm 1, with T = |w| + eta."""

    def worst(t, w):
        g = slope(t, w)
        if "eta" not in options:
            return w + options["rho"] * g / np.linalg.norm(g)
        T = np.abs(w) + options["eta"]
        return w + options["rho"] * T**2 * g / np.linalg.norm(T * g)

    return worst


def sgd_momentum(worst, lr=0.01):
    w, v = np.array([weight(i) for i in range(18)]), np.zeros(18)
    for t in range(1, STEPS + 1):
        v = 0.9 * v + slope(t, worst(t, w))
        w = w - lr * v
        yield w


def adam(worst):
    w, m, v = np.array([weight(i) for i in range(18)]), np.zeros(18), np.zeros(18)
    for t in range(1, STEPS + 1):
        g = slope(t, worst(t, w))
        m, v = 0.9 * m + (1 - 0.9) * g, 0.999 * v + (1 - 0.999) * g**2
        w = w - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        yield w


def optax_sam():
    """optax.contrib.sam in its opaque mode, over the tensors, around SGD with momentum."""
    adversary = optax.chain(optax.contrib.normalize(), optax.sgd(0.05))
    method = optax.contrib.sam(optax.sgd(0.01, momentum=0.9), adversary, sync_period=2, opaque_mode=True)
    weights = split(np.array([weight(i) for i in range(18)]))
    state = method.init(weights)
    for t in range(1, STEPS + 1):
        at = lambda ws, _=None: split(slope(t, np.concatenate([np.asarray(ws[k]) for k in SIZES])))
        updates, state = method.update(at(weights), state, weights, grad_fn=at)
        weights = optax.apply_updates(weights, updates)
        yield np.concatenate([np.asarray(weights[k]) for k in SIZES])


def sam():
    """Weights of the recorded steps, by run."""
    runs = {
        "sam, sgd": sgd_momentum(foret({"rho": 0.05})),
        "sam, adam": adam(foret({"rho": 0.2})),
        # At a rate of 0.01 rounding grows a millionfold between steps 100 and 200 of this run.
        "asam, sgd": sgd_momentum(foret({"rho": 0.5, "eta": 0.01}), 0.001),
        "asam, adam": adam(foret({"rho": 1.0, "eta": 0.1})),
        "optax.contrib.sam": optax_sam(),
    }
    rows = {}
    with jax.disable_jit():
        for name, run in runs.items():
            rows[name] = {str(t): w.tolist() for t, w in enumerate(run, 1) if t in RECORDED}
    return {"steps": STEPS, "runs": rows}


def metrics(kind):
    """Two hundred values above 0: falling with noise and ledges, or rising as much, or with NaN and infinities between. Below 0, PyTorch's relative
    threshold is never missed (reduceOnPlateau says what ours is there)."""
    values = []
    for t in range(1, 201):
        value = 3 * 0.97 ** min(t, 40 + t // 3) + 0.05 * signed(6, t // 7, 0)
        if kind == "broken" and t % 11 == 0:
            value = float("nan") if t % 2 else float("inf")
        values.append(4 - value if kind == "rising" else value)
    return values


PLATEAUS = [
    ["falling", {}],
    ["falling", {"factor": 0.5, "patience": 3}],
    ["falling", {"factor": 0.5, "patience": 2, "cooldown": 4}],
    ["falling", {"factor": 0.3, "patience": 0, "cooldown": 2, "threshold": 0.05}],
    ["falling", {"factor": 0.5, "patience": 3, "threshold": 0.02, "threshold_mode": "abs"}],
    ["falling", {"factor": 0.5, "patience": 1, "min_lr": 0.013}],
    ["falling", {"factor": 0.999, "patience": 1, "eps": 1e-4}],
    ["rising", {"mode": "max", "factor": 0.5, "patience": 3, "threshold": 0.02}],
    ["rising", {"mode": "max", "factor": 0.5, "patience": 3, "threshold": 0.02, "threshold_mode": "abs"}],
    ["broken", {"factor": 0.5, "patience": 4, "cooldown": 1}],
]


def plateau():
    """The learning rate after each value, by torch.optim.lr_scheduler.ReduceLROnPlateau. JSON has no NaN: null and "inf" stand in."""
    rows = []
    for kind, options in PLATEAUS:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        values, rates = metrics(kind), []
        for value in values:
            scheduler.step(value)
            rates.append(optimizer.param_groups[0]["lr"])
        shown = [None if np.isnan(v) else "inf" if np.isinf(v) else v for v in values]
        rows.append({"options": options, "metrics": shown, "rates": rates})
    return {"rows": rows}


def range_test():
    """Losses, their debiased averages, and the rate of the steepest central difference up to the lowest average (numpy.gradient)."""
    rows = []
    for beta, count, low, high in [(0.9, 100, 1e-6, 1.0), (0.0, 40, 1e-4, 10.0), (0.98, 300, 1e-7, 10.0)]:
        rates = np.geomspace(low, high, count)
        position = np.linspace(0, 1, count)
        noise = np.array([0.02 * signed(7, t, count) for t in range(count)])
        losses = 2.3 - 1.6 / (1 + np.exp(-14 * (position - 0.6))) + noise + 40 * np.maximum(0, position - 0.93) ** 2
        smoothed, average = [], 0.0
        for t, loss in enumerate(losses, 1):
            average = beta * average + (1 - beta) * loss
            smoothed.append(average / (1 - beta**t))
        bottom = int(np.argmin(smoothed))
        inner = np.gradient(smoothed)[1:-1][:bottom]
        rows.append(
            {
                "options": {"smoothing": beta, "steps": count, "from": low, "to": high},
                "losses": losses.tolist(),
                "smoothed": smoothed,
                "rates": rates.tolist(),
                "suggested": rates[1 + int(np.argmin(inner))],
                "lowest": rates[bottom],
            }
        )
    return {"rows": rows}


DOCUMENTS = {"sam": sam, "plateau": plateau, "range": range_test}
