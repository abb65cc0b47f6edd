"""The schedules of PyTorch, Optax and Keras for docs/compat.md: the rates of their first steps, with the arguments that they cannot do without, and with others.

make.py writes traces/compat-schedules.json; compat-schedules.test.ts evaluates the table's right column with the library's own arguments and compares.
"""

import inspect

import optax
import torch
from optax.contrib import reduce_on_plateau

from libraries_around import keras

STEPS = 60
RATE = 0.5
# What a function that is an argument computes, by a name that the test knows too.
FUNCTIONS = {"powers": lambda k: 0.95**k, "factor": lambda k: 0.9 if k % 3 else 1.05}
METRIC = [3 - 0.1 * min(k, 8) for k in range(STEPS)]


def plain(value):
    return value is None or isinstance(value, (bool, int, float, str, list, tuple))


def case(function, given, rates):
    """The arguments, those of the signature's defaults included that are plain values, and the rates."""
    defaults = {p.name: p.default for p in inspect.signature(function).parameters.values() if p.default is not inspect.Parameter.empty and plain(p.default)}
    return {"given": {**defaults, **given}, "rates": rates}


def valued(given):
    return {k: FUNCTIONS.get(v, v) if isinstance(v, str) else v for k, v in given.items()}


def of_torch(given, make=None, name=None, optimizer=torch.optim.SGD, steps=STEPS, read="lr", metric=None, **options):
    schedulers = torch.optim.lr_scheduler
    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    one = optimizer([parameter], lr=RATE, **options)
    scheduler = make(schedulers, one) if make else getattr(schedulers, name)(one, **valued(given))
    rates = []
    for k in range(steps):
        rates.append(one.param_groups[0][read])
        one.step()
        scheduler.step() if metric is None else scheduler.step(metric[k])
    return rates


def torch_schedules():
    ones = {
        "ConstantLR": [{}, {"factor": 0.2, "total_iters": 9}],
        "LinearLR": [{}, {"start_factor": 0.2, "end_factor": 0.9, "total_iters": 11}],
        "CosineAnnealingLR": [{"T_max": 20}, {"T_max": 13, "eta_min": 0.05}],
        "CosineAnnealingWarmRestarts": [{"T_0": 10}, {"T_0": 7, "T_mult": 2, "eta_min": 0.1}],
        "ExponentialLR": [{"gamma": 0.9}],
        "LambdaLR": [{"lr_lambda": "powers"}],
        "MultiplicativeLR": [{"lr_lambda": "factor"}],
        "MultiStepLR": [{"milestones": [10, 30]}, {"milestones": [5, 6, 40], "gamma": 0.5}],
        "PolynomialLR": [{}, {"total_iters": 40, "power": 2.0}],
        "StepLR": [{"step_size": 10}, {"step_size": 7, "gamma": 0.7}],
    }
    lr = torch.optim.lr_scheduler
    out = {name: [case(getattr(lr, name), given, of_torch(given, name=name)) for given in cases] for name, cases in ones.items()}
    cycles = [{"max_lr": 0.9, "total_steps": 60}, {"max_lr": 0.9, "total_steps": 50, "pct_start": 0.25, "div_factor": 10.0, "final_div_factor": 100.0}]
    momentum = {"momentum": 0.9}
    both = lambda name, one, steps=STEPS: {
        **case(getattr(lr, name), one, of_torch(one, name=name, steps=steps, **momentum)),
        "momentum": of_torch(one, name=name, steps=steps, read="momentum", **momentum),
    }
    out["OneCycleLR"] = [both("OneCycleLR", one, one["total_steps"]) for one in cycles]
    triangles = [{"base_lr": 0.1, "max_lr": 0.9, "step_size_up": 8}, {"base_lr": 0.1, "max_lr": 0.9, "step_size_up": 5, "step_size_down": 12}]
    out["CyclicLR"] = [both("CyclicLR", one) for one in triangles]
    constant, exponential = lambda s, o: s.ConstantLR(o, 0.5, 10), lambda s, o: s.ExponentialLR(o, 0.9)
    chained = lambda s, o: s.ChainedScheduler([constant(s, o), exponential(s, o)])
    out["ChainedScheduler"] = [case(lr.ChainedScheduler, {}, of_torch({}, chained))]
    parts = lambda s, o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 10), s.CosineAnnealingLR(o, 50)], [10])
    out["SequentialLR"] = [case(lr.SequentialLR, {"milestones": [10]}, of_torch({}, parts))]
    plateaus = [{}, {"factor": 0.5, "patience": 3, "cooldown": 2, "min_lr": 0.01}]
    out["ReduceLROnPlateau"] = [case(lr.ReduceLROnPlateau, one, of_torch(one, name="ReduceLROnPlateau", metric=METRIC)) for one in plateaus]
    return out


def plateau_of_optax(given):
    """The rates by which an update of 1 is scaled."""
    method = optax.chain(optax.sgd(RATE), reduce_on_plateau(**given))
    w = {"w": torch.zeros(1).numpy().astype("float64")}
    state, rates = method.init(w), []
    for k in range(STEPS):
        rates.append(float(state[-1].scale) * RATE)
        _, state = method.update(w, state, w, value=METRIC[k])
    return rates


def optax_schedules():
    wave = [{"init_value": 0.1, "peak_value": 0.5, "warmup_steps": 3, "decay_steps": 13, "end_value": 0.05}, {"init_value": 0.05, "peak_value": 0.3, "warmup_steps": 5, "decay_steps": 30, "end_value": 0.01}]
    ones = {
        "constant_schedule": [{"value": 0.3}],
        "linear_schedule": [{"init_value": 0.5, "end_value": 0.1, "transition_steps": 40}],
        "polynomial_schedule": [{"init_value": 0.5, "end_value": 0.1, "power": 3, "transition_steps": 40}],
        "exponential_decay": [{"init_value": 0.5, "transition_steps": 10, "decay_rate": 0.7}, {"init_value": 0.5, "transition_steps": 10, "decay_rate": 0.7, "staircase": True}],
        "cosine_decay_schedule": [{"init_value": 0.5, "decay_steps": 40}, {"init_value": 0.5, "decay_steps": 30, "alpha": 0.1}],
        "warmup_constant_schedule": [{"init_value": 0.1, "peak_value": 0.5, "warmup_steps": 10}],
        "warmup_cosine_decay_schedule": [{"init_value": 0.1, "peak_value": 0.5, "warmup_steps": 10, "decay_steps": 50}, {"init_value": 0.0, "peak_value": 0.5, "warmup_steps": 7, "decay_steps": 40, "end_value": 0.05}],
        "warmup_exponential_decay_schedule": [{"init_value": 0.1, "peak_value": 0.5, "warmup_steps": 10, "transition_steps": 8, "decay_rate": 0.7}, {"init_value": 0.1, "peak_value": 0.5, "warmup_steps": 10, "transition_steps": 8, "decay_rate": 0.7, "staircase": True}],
        "sgdr_schedule": [{"cosine_kwargs": wave}],
        "cosine_onecycle_schedule": [{"transition_steps": 50, "peak_value": 0.5}, {"transition_steps": 45, "peak_value": 0.5, "pct_start": 0.25, "div_factor": 10.0, "final_div_factor": 100.0}],
        "linear_onecycle_schedule": [{"transition_steps": 50, "peak_value": 0.5}, {"transition_steps": 45, "peak_value": 0.5, "pct_start": 0.25, "pct_final": 0.7, "div_factor": 10.0, "final_div_factor": 100.0}],
        "piecewise_constant_schedule": [{"init_value": 0.8, "boundaries_and_scales": [[10, 0.5], [30, 0.25]]}],
    }
    listed = lambda given: {k: dict(map(tuple, v)) if k == "boundaries_and_scales" else v for k, v in given.items()}
    rates = lambda schedule: [float(schedule(t)) for t in range(STEPS)]
    out = {name: [case(getattr(optax, name), given, rates(getattr(optax, name)(**listed(given)))) for given in cases] for name, cases in ones.items()}
    joined = optax.join_schedules([optax.linear_schedule(0.0, 0.5, 10), optax.cosine_decay_schedule(0.5, 30)], [15])
    out["join_schedules"] = [case(optax.join_schedules, {"boundaries": [15]}, rates(joined))]
    pieces = optax.piecewise_interpolate_schedule("linear", 0.8, {10: 0.5, 30: 0.25})
    out["piecewise_interpolate_schedule"] = [case(optax.piecewise_interpolate_schedule, {"init_value": 0.8, "boundaries_and_scales": [[10, 0.5], [30, 0.25]]}, rates(pieces))]
    plateaus = [{}, {"factor": 0.5, "patience": 3, "cooldown": 2, "min_scale": 0.02}]
    out["reduce_on_plateau"] = [case(reduce_on_plateau, one, plateau_of_optax(one)) for one in plateaus]
    return out


def keras_schedules():
    ones = {
        "CosineDecay": [{"initial_learning_rate": 0.5, "decay_steps": 40}, {"initial_learning_rate": 0.1, "decay_steps": 40, "alpha": 0.1, "warmup_target": 0.5, "warmup_steps": 10}],
        "CosineDecayRestarts": [{"initial_learning_rate": 0.5, "first_decay_steps": 8}, {"initial_learning_rate": 0.5, "first_decay_steps": 8, "t_mul": 1.0, "alpha": 0.1}],
        "ExponentialDecay": [{"initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.7}, {"initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.7, "staircase": True}],
        "InverseTimeDecay": [{"initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.7}, {"initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.7, "staircase": True}],
        "PiecewiseConstantDecay": [{"boundaries": [10, 30], "values": [0.5, 0.25, 0.1]}],
        "PolynomialDecay": [{"initial_learning_rate": 0.5, "decay_steps": 40}, {"initial_learning_rate": 0.5, "decay_steps": 30, "end_learning_rate": 0.1, "power": 2.0}],
    }
    kinds = keras.optimizers.schedules
    return {name: [case(getattr(kinds, name), given, [float(getattr(kinds, name)(**given)(t)) for t in range(STEPS)]) for given in cases] for name, cases in ones.items()}


def names():
    """What the libraries offer."""
    lr, kinds = torch.optim.lr_scheduler, keras.optimizers.schedules
    of = lambda module, base: sorted(n for n, v in vars(module).items() if inspect.isclass(v) and issubclass(v, base) and v is not base and not n.startswith("_"))
    made = [n for n, v in vars(optax.schedules).items() if inspect.isfunction(v) and not n.startswith("inject")]
    return {"torch.optim.lr_scheduler": of(lr, lr.LRScheduler), "optax.schedules": sorted(made), "keras.optimizers.schedules": of(kinds, kinds.LearningRateSchedule)}


def schedules_of_all():
    optax_ones = optax_schedules()
    plateau = optax_ones.pop("reduce_on_plateau")
    libraries = {"torch.optim.lr_scheduler": torch_schedules(), "optax.schedules": optax_ones, "keras.optimizers.schedules": keras_schedules()}
    return {"rate": RATE, "metric": METRIC, "names": names(), "libraries": libraries, "plateau": plateau}
