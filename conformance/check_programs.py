"""Runs the authors' own programs beside our numpy of them, on the table's streams, and prints how far they are apart. Nothing of theirs is in this
repository: clone the repositories that the files of rows/ name into one folder, and run .oracle/bin/python conformance/check_programs.py FOLDER.

Differences are parts of max(|w|, Σ|Δw|), as in the table. A program that rests while every gradient was zero, where ours counts the step, is run on
the plain stream alone.
"""

import importlib.machinery
import importlib.util
import pathlib
import sys
import types

import numpy as np
import torch

import rules
from stream import Data, at, loss

STEPS = 320
SHAPES = {"a": [1], "b": [5], "c": [3, 4]}

# Our run and its options; the program's file, class and options; and what the steps need. Rates by name are scheduled in both.
CHECKS = [
    ("authors.acprop", {"lr": 0.01}, "ACProp-Optimizer/optimizers/ACProp.py", "ACProp", {"lr": 0.01, "rectify": False}, ""),
    ("authors.adabelief", {"lr": 0.01}, "Adabelief-Optimizer/pypi_packages/adabelief_pytorch0.2.0/adabelief_pytorch/AdaBelief.py", "AdaBelief", {"lr": 0.01, "rectify": False, "print_change_log": False}, ""),
    ("authors.adan", {"lr": 0.01, "decay": 0.1}, "Adan/adan.py", "Adan", {"lr": 0.01, "weight_decay": 0.1, "foreach": False}, ""),
    ("authors.ademamix", {"lr": 0.01, "decay": 0.1}, "ml-ademamix/pytorch/ademamix.py", "AdEMAMix", {"lr": 0.01, "weight_decay": 0.1}, ""),
    ("authors.adopt", {"lr": 0.01}, "adopt/src/adopt/adopt.py", "ADOPT", {"lr": 0.01, "foreach": False}, ""),
    ("authors.dadapt_adam", {"lr": 0.5, "b2": 0.99, "decay": 0.1}, "dadaptation/dadaptation/dadapt_adam.py", "DAdaptAdam", {"lr": 0.5, "betas": (0.9, 0.99), "weight_decay": 0.1, "decouple": True, "use_bias_correction": True}, "plain"),
    ("authors.dog", {"decay": 0.1}, "dog/src/dog/dog.py", "DoG", {"reps_rel": 1e-6, "weight_decay": 0.1}, ""),
    ("authors.dog", {"initial": 1e-3, "layers": True}, "dog/src/dog/dog.py", "LDoG", {"reps_rel": 1e-3}, ""),
    ("authors.dowg", {}, "dowg/dowg/dowg.py", "DoWG", {}, ""),
    ("authors.fromage", {"lr": 0.02}, "fromage/fromage.py", "Fromage", {"lr": 0.02}, ""),
    ("authors.lion", {"lr": 0.001, "decay": 0.1}, "automl/lion/lion_pytorch.py", "Lion", {"lr": 0.001, "weight_decay": 0.1}, ""),
    ("paper.madgrad", {"lr": "warm", "eps": 0}, "madgrad/madgrad/madgrad.py", "MADGRAD", {"lr": "warm", "eps": 0}, ""),
    ("paper.momo", {"lr": 0.1, "beta": 0.8, "minimum": -1, "decay": 0.1}, "MoMo/momo/momo.py", "Momo", {"lr": 0.1, "beta": 0.8, "lb": -1, "weight_decay": 0.1}, "loss"),
    ("paper.momo_adam", {"lr": 0.02, "eps": 1e-3, "minimum": -1, "decay": 0.1}, "MoMo/momo/momo_adam.py", "MomoAdam", {"lr": 0.02, "eps": 1e-3, "lb": -1, "weight_decay": 0.1}, "loss"),
    ("paper.prodigy", {"lr": 0.1, "initial": 1e-5, "decay": 0.1, "corrected": False}, "prodigy/prodigyopt/prodigy_reference.py", "ProdigyReference", {"lr": 0.1, "d0": 1e-5, "weight_decay": 0.1}, "plain"),
    ("paper.prodigy", {"lr": 0.1, "initial": 1e-5, "decay": 0.1}, "prodigy/prodigyopt/prodigy_reference.py", "ProdigyReference", {"lr": 0.1, "d0": 1e-5, "weight_decay": 0.1, "use_bias_correction": True}, "plain"),
    ("paper.schedule_free_adamw", {"lr": "warm", "decay": 0.1}, "schedule_free/schedulefree/adamw_schedulefree_reference.py", "AdamWScheduleFreeReference", {"lr": "warm", "weight_decay": 0.1}, ""),
    ("paper.schedule_free_sgd", {"lr": "warm", "decay": 0.1}, "schedule_free/schedulefree/sgd_schedulefree_reference.py", "SGDScheduleFreeReference", {"lr": "warm", "weight_decay": 0.1}, ""),
    ("paper.simplified_ademamix", {"lr": 0.001, "alpha": 3, "decay": 0.1}, "Simplified-AdEMAMix/simplified_AdEMAMix.py", "SimAdEMAMix", {"lr": 0.001, "alpha": 3, "weight_decay": 0.1}, ""),
    ("paper.sps", {"lr": 0.5, "eps": 1e-8}, "sps/sps/sps.py", "Sps", {"c": 1, "eta_max": 0.5, "adapt_flag": "constant", "eps": 1e-8}, "loss"),
    ("paper.mechanic_sgd", {}, "mechanic/src/mechanic_pytorch/mechanic.py", "mechanize", {"lr": 1.0}, "wraps SGD"),
]


class Silent(types.ModuleType):
    """A package that prints in colours, when it is not installed: each of its names is a function, with attributes, that gives an empty text."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent(name)

    def __call__(self, *_, **__):
        return ""

    def __add__(self, text):
        return text

    __radd__ = __add__


def load(folder, file, name):
    """A class of a file, of which the siblings can be imported too; packages that only print are left out."""
    for absent in ("tabulate", "colorama"):
        if absent not in sys.modules and importlib.util.find_spec(absent) is None:
            sys.modules[absent] = Silent(absent)
            sys.modules[absent].__spec__ = importlib.machinery.ModuleSpec(absent, None)
    path = folder / file
    package = types.ModuleType(path.parent.name)
    package.__path__ = [str(path.parent)]
    sys.modules[path.parent.name] = package
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}.{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return getattr(module, name)


def theirs(make, options, needs, data):
    weights = {k: torch.tensor(v, requires_grad=True) for k, v in data.weights().items()}
    make = make(torch.optim.SGD) if needs == "wraps SGD" else make
    optimizer = make(list(weights.values()), **{**options, **({"lr": 0.01} if "lr" in options and isinstance(options["lr"], str) else {})})
    if hasattr(optimizer, "train"):
        optimizer.train()
    for t in range(1, STEPS + 1):
        if "lr" in options:
            optimizer.param_groups[0]["lr"] = at(options["lr"], t)
        for k, g in data.gradients(t).items():
            weights[k].grad = torch.tensor(g)
        optimizer.step(loss=torch.tensor(loss(t))) if needs == "loss" else optimizer.step()
        yield {k: v.detach().numpy().copy() for k, v in weights.items()}


def apart(ours, other):
    """The largest difference of two runs over all steps."""
    worst, travelled, last = 0, 0, None
    for a, b in zip(ours, other, strict=True):
        a, b = (np.concatenate([v.ravel() for v in run.values()]) for run in (a, b))
        travelled = travelled + np.abs(b - last) if last is not None else np.zeros_like(b)
        last = b
        worst = max(worst, float(np.max(np.abs(a - b) / np.maximum(np.abs(b), travelled))))
    return worst


def main():
    folder = pathlib.Path(sys.argv[1])
    rules.load()
    torch.set_default_dtype(torch.float64)
    worst = 0
    for name, mine, file, cls, options, needs in CHECKS:
        for stream in ("plain",) if needs == "plain" else ("plain", "gaps"):
            data = Data(SHAPES, {"stream": stream})
            off = apart(rules.RUNS[name]({"oracle": [*name.split("."), mine]}, data, STEPS), theirs(load(folder, file, cls), options, needs, data))
            worst = max(worst, off)
            print(f"{name:28} {stream:6} {off:.1e}  {file}")
    sys.exit(f"{worst:.1e} apart, more than 1e-10" if not worst <= 1e-10 else None)


main()
