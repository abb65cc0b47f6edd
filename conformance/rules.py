"""How an oracle in plain numpy is written, and the register of all of them. Needs numpy alone.

A rule `rule(w, g, t, s, **options)` changes the weights w and its states s, both by tensor name, given the gradients g of step t. Marked with @paper
or @authors in any file of papers/ it is what a row's `"oracle": ["paper", its name, options]` or `["authors", …]` means.
"""

import importlib
import pathlib

import numpy as np

from stream import at

# Runs by "kind.name": functions of the row, its data and the number of steps that yield the weights after every step.
RUNS = {}
# What a row puts around its run, by name: functions of the run and the row's options that yield other weights instead.
AROUND = {}


def load():
    """Imports every file of papers/, so that all oracles of numpy are registered."""
    for path in sorted(pathlib.Path(__file__).parent.joinpath("papers").glob("*.py")):
        importlib.import_module(f"papers.{path.stem}")


def register(name):
    """Puts a whole run into the register, for methods that are no rule of one step."""

    def mark(run):
        assert name not in RUNS, f"there are two oracles {name}"
        RUNS[name] = run
        return run

    return mark


def around(name):
    """Puts what stands around a run into the register."""

    def mark(change):
        assert name not in AROUND, f"there are two of {name}"
        AROUND[name] = change
        return change

    return mark


def paper(rule):
    """Marks a rule that follows the paper, or the authors' program where the paper leaves something open, as its docstring says."""
    register(f"paper.{rule.__name__}")(stepped(rule))
    return rule


def authors(rule):
    """Marks a rule that computes what the authors' own program computes."""
    register(f"authors.{rule.__name__}")(stepped(rule))
    return rule


def stepped(rule):
    """A run of a rule."""

    def run(row, data, steps):
        _, _, options = row["oracle"]
        w, s = data.weights(), {}
        for t in range(1, steps + 1):
            rule(w, data.gradients(t), t, s, **at(options, t))
            yield {k: a.copy() for k, a in w.items()}

    return run


def dot(a, b):
    return sum(float(np.sum(a[k] * b[k])) for k in a)


def moments(s, g, t, b1, b2, k, m="m", v="v"):
    """Adam's two moments of a tensor, corrected for their bias."""
    s[m, k] = b1 * s.get((m, k), 0 * g) + (1 - b1) * g
    s[v, k] = b2 * s.get((v, k), 0 * g) + (1 - b2) * g**2
    return s[m, k] / (1 - b1**t), s[v, k] / (1 - b2**t)
