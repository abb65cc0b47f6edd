"""Makes the golden traces from PyTorch, Optax and, where neither has a method, the paper in plain numpy. See README.md.

Run: python -m venv oracle && oracle/bin/pip install -r requirements.txt && oracle/bin/python make.py
"""

import json
import math
import pathlib
import sys
from decimal import Decimal, getcontext

import jax
import numpy as np
import optax
import torch

from stream import gradient, loss, weight

jax.config.update("jax_enable_x64", True)
HERE = pathlib.Path(__file__).parent
TABLE = json.loads((HERE / "cases.json").read_text())
SHAPES = TABLE["tensors"]
STEPS = TABLE["steps"]


def arrays(value):
    """The tensors by name, filled by `value(element)` with elements counted over all tensors."""
    out, element = {}, 0
    for name, shape in SHAPES.items():
        size = math.prod(shape)
        out[name] = np.array([value(element + i) for i in range(size)], dtype=np.float64).reshape(shape)
        element += size
    return out


def cosine(t):
    """The schedule that a case calls "cosine": from 0.01 to 0 over 400 steps."""
    return 0.01 * (1 + math.cos(math.pi * min(t, 400) / 400)) / 2


def rate(lr, t):
    return cosine(t) if lr == "cosine" else lr


def run_torch(name, options, case):
    options = dict(options)
    lr = options.pop("lr")
    weights = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in arrays(weight).items()}
    extra = {} if name in ("SGD", "Adagrad", "RMSprop", "RAdam") else {"fused": False}
    optimizer = getattr(torch.optim, name)(list(weights.values()), lr=rate(lr, 1), foreach=False, **extra, **options)
    for t in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = rate(lr, t)
        for k, g in arrays(lambda e: gradient(t, e)).items():
            weights[k].grad = torch.tensor(g)
        optimizer.step()
        yield {k: v.detach().numpy().copy() for k, v in weights.items()}


def run_optax(name, options, case):
    chain = [getattr(optax, name)(**options)]
    if "clip" in case:
        chain.insert(0, optax.clip_by_global_norm(case["clip"]))
    if "l2" in case:
        chain.insert(0, optax.add_decayed_weights(case["l2"]))
    method = optax.with_extra_args_support(optax.chain(*chain))
    weights = arrays(weight)
    state = method.init(weights)
    for t in range(1, STEPS + 1):
        updates, state = method.update(arrays(lambda e: gradient(t, e)), state, weights, value=loss(t))
        weights = optax.apply_updates(weights, updates)
        yield {k: np.array(v) for k, v in weights.items()}


def run_paper(name, options, case):
    """Loshchilov & Hutter 2019, Algorithm 2: the decay is multiplied by the schedule's factor alone."""
    assert name == "adamw_independent"
    w, m, v = arrays(weight), arrays(lambda e: 0.0), arrays(lambda e: 0.0)
    for t in range(1, STEPS + 1):
        lr = rate(options["lr"], t)
        factor = lr / 0.01
        for k, g in arrays(lambda e: gradient(t, e)).items():
            m[k] = 0.9 * m[k] + (1 - 0.9) * g
            v[k] = 0.999 * v[k] + (1 - 0.999) * g**2
            m_hat, v_hat = m[k] / (1 - 0.9**t), v[k] / (1 - 0.999**t)
            w[k] = w[k] - factor * (0.01 * m_hat / (np.sqrt(v_hat) + 1e-8) + options["decay"] * w[k])
        yield {k: a.copy() for k, a in w.items()}


def flat(weights):
    return np.concatenate([weights[k].ravel() for k in SHAPES])


def trace(case):
    kind, name, options = case["oracle"]
    run = {"torch": run_torch, "optax": run_optax, "paper": run_paper}[kind]
    before, travelled, rows = flat(arrays(weight)), 0.0, []
    for t, weights in enumerate(run(name, options, case), 1):
        now = flat(weights)
        travelled = travelled + np.abs(now - before)
        before = now
        if t in TABLE["recorded"]:
            rows.append({"t": t, "w": now.tolist(), "travelled": travelled.tolist()})
    return rows


def bias():
    """1 − βᵗ for the float64 nearest to each β, to 25 digits."""
    getcontext().prec = 60
    getcontext().Emin = -(10**9)
    rows = []
    for beta in (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999):
        for t in (1, 2, 3, 5, 10, 100, 1000, 10**5, 10**7):
            exact = 1 - (Decimal(beta).ln() * t).exp() if beta != 0.5 or t < 1000 else Decimal(1)
            rows.append([beta, t, format(exact, ".25e")])
    return rows


def schedules():
    """Optax's schedules at count = 0 … 60."""
    made = {
        "constant": optax.constant_schedule(0.3),
        "linear": optax.linear_schedule(0.5, 0.1, 40),
        "polynomial": optax.polynomial_schedule(0.5, 0.1, 3, 40),
        "exponential": optax.exponential_decay(0.5, 10, 0.7),
        "staircase": optax.exponential_decay(0.5, 10, 0.7, staircase=True),
        "cosine": optax.cosine_decay_schedule(0.5, 40, 0.1),
        "warmupCosine": optax.warmup_cosine_decay_schedule(0.1, 0.5, 10, 50, 0.05),
        "warmupStableDecay": optax.join_schedules(
            [optax.linear_schedule(0.0, 0.5, 10), optax.constant_schedule(0.5), optax.linear_schedule(0.5, 0.1, 10)], [10, 40]
        ),
        "piecewise": optax.piecewise_constant_schedule(0.8, {10: 0.5, 30: 0.25}),
        "oneCycle": optax.cosine_onecycle_schedule(50, 0.5, 0.3, 25.0, 1e4),
        "cosineRestarts": optax.sgdr_schedule(
            [dict(init_value=0.5, peak_value=0.5, decay_steps=n, warmup_steps=0, end_value=0.1) for n in (10, 20, 40)]
        ),
        "join": optax.join_schedules([optax.linear_schedule(0.0, 0.5, 10), optax.cosine_decay_schedule(0.5, 30)], [15]),
    }
    return {name: [float(schedule(t)) for t in range(61)] for name, schedule in made.items()}


def main():
    versions = {"torch": torch.__version__, "optax": optax.__version__, "jax": jax.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}
    folder = HERE / "traces"
    folder.mkdir(exist_ok=True)
    for case in TABLE["cases"]:
        document = {"case": case["id"], "oracle": case["oracle"], "versions": versions, "steps": trace(case)}
        (folder / f"{case['id']}.json").write_text(json.dumps(document) + "\n")
    (folder / "bias.json").write_text(json.dumps({"versions": versions, "rows": bias()}) + "\n")
    (folder / "schedules.json").write_text(json.dumps({"versions": versions, "values": schedules()}) + "\n")
    print(f"{len(TABLE['cases'])} traces")


main()
