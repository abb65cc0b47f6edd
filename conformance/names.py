"""The optimizers that other libraries offer, by name, so that docs/compat.md can be held to tell of each. make.py writes traces/names.json."""

import functools
import inspect

import optax
import optax.contrib
import torch

from libraries_around import keras


def names():
    made = lambda value: inspect.isfunction(value) or isinstance(value, functools.partial)
    functions = lambda module: {name: value for name, value in vars(module).items() if made(value) and not name.startswith("_")}
    defined = lambda value, module: getattr(value, "func", value).__module__ == module
    kinds = lambda module, base: sorted(n for n, v in vars(module).items() if inspect.isclass(v) and issubclass(v, base) and v is not base)
    return {
        "torch.optim": kinds(torch.optim, torch.optim.Optimizer),
        "optax": sorted(name for name, value in functions(optax).items() if value is vars(optax._src.alias).get(name) and defined(value, "optax._src.alias")),
        "optax.contrib": sorted(name for name in functions(optax.contrib) if not name.startswith("scale_by_")),
        "keras.optimizers": kinds(keras.optimizers, keras.optimizers.Optimizer),
    }


DOCUMENTS = {"names": names}
