"""Schedules at count = 0, 1, … and bias corrections in many digits. make.py writes both to traces/."""

import math
from decimal import Decimal, getcontext

import optax
import torch

import libraries  # Which sets JAX to float64.

COUNTS = [*range(61), 69, 70, 71, 149, 150, 151, 309, 310, 311, 1000, 10000]


def optax_schedules():
    """By the name that schedules.test.ts calls ours."""
    linear, constant, join = optax.linear_schedule, optax.constant_schedule, optax.join_schedules
    cycle = lambda n: dict(init_value=0.5, peak_value=0.5, decay_steps=n, warmup_steps=0, end_value=0.1)
    return {
        "constant": constant(0.3),
        "linear": linear(0.5, 0.1, 40),
        "linear upwards": linear(0.0, 0.5, 7),
        "polynomial": optax.polynomial_schedule(0.5, 0.1, 3, 40),
        "polynomial, root": optax.polynomial_schedule(0.5, 0.0, 0.5, 40),
        "exponential": optax.exponential_decay(0.5, 10, 0.7),
        "exponential, staircase": optax.exponential_decay(0.5, 10, 0.7, staircase=True),
        "cosine": optax.cosine_decay_schedule(0.5, 40, 0.1),
        "warmupCosine": optax.warmup_cosine_decay_schedule(0.1, 0.5, 10, 50, 0.05),
        "warmupCosine, one step": optax.warmup_cosine_decay_schedule(0.0, 0.5, 1, 50),
        "warmupStableDecay": join([linear(0.0, 0.5, 10), constant(0.5), linear(0.5, 0.1, 10)], [10, 40]),
        "piecewise": optax.piecewise_constant_schedule(0.8, {10: 0.5, 30: 0.25}),
        "oneCycle": optax.cosine_onecycle_schedule(50, 0.5, 0.3, 25.0, 1e4),
        "oneCycle, shaped": optax.cosine_onecycle_schedule(40, 0.5, 0.25, 10.0, 100.0),
        "cosineRestarts": optax.sgdr_schedule([cycle(10 * 2**n) for n in range(12)]),
        "cosineRestarts, equal": optax.sgdr_schedule([cycle(10) for _ in range(1010)]),
        "fromZero": lambda t: optax.cosine_decay_schedule(0.5, 40, 0.1)(t - 1),
        "join": join([linear(0.0, 0.5, 10), optax.cosine_decay_schedule(0.5, 30)], [15]),
        "join of three": join([linear(0.0, 0.5, 10), constant(0.2), optax.exponential_decay(0.5, 10, 0.7)], [10, 25]),
    }


def torch_schedules():
    """The rate of each of 40 steps, by PyTorch's scheduler, from 0.5; schedules.test.ts has ours under the same names."""
    lr = torch.optim.lr_scheduler
    makers = {
        "CosineAnnealingLR": lambda o: lr.CosineAnnealingLR(o, 40, 0.05),
        "CosineAnnealingWarmRestarts": lambda o: lr.CosineAnnealingWarmRestarts(o, 10, 2, 0.1),
        "ExponentialLR": lambda o: lr.ExponentialLR(o, 0.7),
        "StepLR": lambda o: lr.StepLR(o, 10, 0.7),
        "MultiStepLR": lambda o: lr.MultiStepLR(o, [10, 30], 0.5),
        "LinearLR": lambda o: lr.LinearLR(o, 0.2, 1.0, 10),
        "PolynomialLR": lambda o: lr.PolynomialLR(o, 40, 2.0),
        "OneCycleLR": lambda o: lr.OneCycleLR(o, 0.5, total_steps=41, pct_start=0.3),
    }

    def rates(make):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
        scheduler = make(optimizer)
        out = []
        for _ in range(40):
            out.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return out

    return {name: rates(make) for name, make in makers.items()}


def inverse_sqrt(t):
    """Vaswani et al. 2017, section 5.3, in units of its peak: min(t / W, sqrt(W / t))."""
    return 0.5 * min(t / 20, math.sqrt(20 / t) if t > 0 else math.inf)


def schedules():
    values = {name: [float(schedule(t)) for t in COUNTS] for name, schedule in optax_schedules().items()}
    return {"counts": COUNTS, "optax": values, "torch": torch_schedules(), "paper": {"inverseSqrt": [inverse_sqrt(t) for t in COUNTS]}}


def bias():
    """1 − βᵗ for the float64 nearest to each β, to 25 digits: rows of [β, t, digits]."""
    getcontext().prec = 60
    getcontext().Emin = -(10**9)
    return [
        [beta, t, format(1 - (Decimal(beta).ln() * t).exp(), ".25e")]
        for beta in (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
        for t in (1, 2, 3, 5, 10, 100, 1000, 10**5, 10**7)
    ]


DOCUMENTS = {"schedules": schedules, "bias": lambda: {"rows": bias()}}
