"""Runs emitted files on the rows' streams and prints how far each is from its oracle's trace: python emitted.py JOBS.json. See emitted.ts."""

import importlib.util
import json
import math
import pathlib
import sys

import numpy as np

from stream import Data, loss

HERE = pathlib.Path(__file__).parent
TABLE = json.loads((HERE / "table.json").read_text())


class Numpy:
    """An emitted file of NumPy in training."""

    def __init__(self, module, weights, job):
        self.module, self.params, self.job = module, weights, job
        self.state = module.init(weights)

    def step(self, t, g, inputs, hyper):
        self.params, self.state = self.module.step(self.params, g, self.state, **inputs, **hyper)

    def read(self):
        what = self.job.get("read")
        if what is None:
            return self.params
        return self.module.evaluate(self.params, self.state) if what == "evaluate" else self.state[what]


class Pytorch:
    """An emitted optimizer of PyTorch in training."""

    def __init__(self, module, weights, job):
        import torch

        self.torch, self.job, self.names = torch, job, list(weights)
        self.params = [torch.tensor(w) for w in weights.values()]
        classes = [c for c in vars(module).values() if isinstance(c, type) and c.__module__ == module.__name__]
        self.optimizer = classes[0](self.params, maximize=job["row"].get("maximize", False))

    def step(self, t, g, inputs, hyper):
        sign = -1.0 if self.job["row"].get("maximize") else 1.0
        for name, w in zip(self.names, self.params):
            w.grad = self.torch.tensor(sign * g[name])
        for group in self.optimizer.param_groups:
            group.update({name: value for name, value in hyper.items() if name in group})
            for i in range(len(group.get("betas", ()))):
                group["betas"] = (*group["betas"][:i], hyper.get(f"beta{i + 1}", group["betas"][i]), *group["betas"][i + 1 :])
        tensors = lambda v: {w: self.torch.tensor(v[k]) for k, w in zip(self.names, self.params)} if isinstance(v, dict) else v
        self.optimizer.step(**{k: tensors(v) for k, v in inputs.items()})

    def read(self):
        what = self.job.get("read")
        of = self.optimizer.evaluate() if what == "evaluate" else {w: self.optimizer.state[w][what] for w in self.params} if what else None
        return {name: (w if of is None else of[w]).numpy() for name, w in zip(self.names, self.params)}


class Optax:
    """An emitted transformation of Optax in training, compiled."""

    def __init__(self, module, weights, job):
        import jax
        import optax

        jax.config.update("jax_enable_x64", True)
        self.module, self.job, self.apply = module, job, optax.apply_updates
        self.params = {k: jax.numpy.array(w) for k, w in weights.items()}
        types = (optax.GradientTransformation, optax.GradientTransformationExtraArgs)
        (self.name,) = [name for name, value in vars(module).items() if getattr(value, "__annotations__", {}).get("return") in types]
        at = lambda values: lambda count: jax.numpy.array(values)[count]
        transformation = getattr(module, self.name)(**{k: at(v) for k, v in job["hyper"].items()})
        self.state, self.update = transformation.init(self.params), jax.jit(transformation.update)

    def step(self, t, g, inputs, hyper):
        updates, self.state = self.update(g, self.state, self.params, **inputs)
        self.params = self.apply(self.params, updates)

    def read(self):
        what = self.job.get("read")
        if what is None:
            return self.params
        return getattr(self.module, f"{self.name}_evaluate")(self.state, self.params) if what == "evaluate" else getattr(self.state, what)


TARGETS = {"numpy": Numpy, "optax": Optax, "pytorch": Pytorch}


CACHE = {}


def gradients(data, key, t):
    """The gradients of a step, which many rows have in common; nobody may change them."""
    if (key, t) not in CACHE:
        CACHE[key, t] = data.gradients(t)
        for g in CACHE[key, t].values():
            g.flags.writeable = False
    return CACHE[key, t]


def load(path):
    """The module of a file."""
    spec = importlib.util.spec_from_file_location(pathlib.Path(path).stem.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def off_by(job, target):
    """The largest |file − oracle| / max(|w|, Σ|Δw|) over all recorded elements and steps; infinite where a number is none."""
    row, shapes = job["row"], TABLE["tensors"][job["row"].get("tensors", "small")]
    data = Data(shapes, row)
    trace = json.loads((HERE / "traces" / f"{row['id']}.json").read_text())
    steps = {step["t"]: step for step in trace["steps"]}
    run = target(load(job["file"]), data.weights(), job)
    sign, worst = (-1.0 if row.get("maximize") else 1.0), 0.0
    for t in range(1, TABLE["steps"] + 1):
        g = {k: sign * v for k, v in gradients(data, (row.get("tensors", "small"), data.stream), t).items()}
        inputs = {name: {k: v * v for k, v in g.items()} if name == "hessian" else loss(t) for name in job["inputs"]}
        run.step(t, g, inputs, {k: v[t - 1] for k, v in job["hyper"].items()})
        if t not in steps:
            continue
        read = run.read()
        w = np.concatenate([np.asarray(read[k], dtype=np.float64).ravel() for k in shapes])[trace["elements"]]
        expected, travelled = np.array(steps[t]["w"]), np.array(steps[t]["travelled"])
        scale = np.maximum(np.abs(expected), travelled)
        ratio = np.where(w == expected, 0.0, np.abs(w - expected) / np.where(scale == 0, 1e-300, scale))
        worst = max(worst, math.inf if np.isnan(ratio).any() else float(ratio.max()))
    return worst


def main():
    jobs = json.loads(pathlib.Path(sys.argv[1]).read_text())
    out = {}
    for job in jobs:
        try:
            out[job["id"]] = off_by(job, TARGETS[job["target"]])
        except Exception as error:  # Told for each file, so that one that fails hides no other.
            out[job["id"]] = f"{type(error).__name__}: {error}"
    print(json.dumps({id: str(off) if isinstance(off, float) and not math.isfinite(off) else off for id, off in out.items()}))


main()
