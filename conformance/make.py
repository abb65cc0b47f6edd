"""Makes the golden traces from PyTorch, Optax and, where neither has a method, the paper in plain numpy. See README.md.

Run, in the root of the repository: python -m venv .oracle && .oracle/bin/pip install -r conformance/requirements.txt, and then
.oracle/bin/python conformance/make.py [row … | minimizers]
Without rows it makes every trace, removes those that no row asks for, and writes schedules, bias corrections and the stream's digest.
"""

import difflib
import json
import pathlib
import sys

import jax

jax.config.update("jax_enable_x64", True)

import numpy as np
import optax
import scipy
import torch

from compat import COMPAT
from minimizers import minimizers
from names import names
from oracles import RUNS, Data
from papers import PAPERS
from papers_authors import AUTHORS
from papers_first import FIRST
from papers_loops import DOCUMENTS
from papers_plain import PLAIN, around_mean
from papers_wrap import AROUND, RUNS as WRAP_RUNS, keras
from programs import PROGRAMS
from schedules import bias, schedules
from sparse import sparse
from stream import digest

HERE = pathlib.Path(__file__).parent
TABLE = json.loads((HERE / "cases.json").read_text())
FOLDER = HERE / "traces"
VERSIONS = {"torch": torch.__version__, "optax": optax.__version__, "jax": jax.__version__, "keras": keras.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}

# What of a row decides its trace; a test compares it with the row as it is now.
INPUT = ("oracle", "chain", "around", "stream", "zeros", "tensors", "from")


def sampled(size):
    """The elements that are recorded: all of a few, else every 131st, and the first and last three."""
    return [i for i in range(size) if size <= 128 or i < 3 or i >= size - 3 or i % 131 == 0]


def run_of(row, data):
    """The weights after every step, or what the row has put around them. A run of an oracle's own name goes before that of its kind."""
    kind, name, _ = row["oracle"]
    runs = {**RUNS, **WRAP_RUNS, **PAPERS, **FIRST, **AUTHORS, **PLAIN, **PROGRAMS}
    run = (runs.get(f"{kind}.{name}") or runs[kind])(row, data, TABLE["steps"])
    average, options = row.get("around", (None, None))
    return run if average is None else {**AROUND, "mean": around_mean}[average](run, options)


def trace(row):
    shapes = TABLE["tensors"][row.get("tensors", "small")]
    data = Data(shapes, row)
    flat = lambda arrays: np.concatenate([arrays[k].ravel() for k in shapes])
    before = flat(data.weights())
    elements = sampled(before.size)
    travelled, steps = np.zeros(before.size), []
    for t, weights in enumerate(run_of(row, data), 1):
        now = flat(weights)
        travelled = travelled + np.abs(now - before)
        before = now
        if t in TABLE["recorded"]:
            steps.append({"t": t, "w": now[elements].tolist(), "travelled": travelled[elements].tolist()})
    return {"made": {k: row[k] for k in INPUT if k in row}, "elements": elements, "steps": steps}


def write(name, document):
    (FOLDER / f"{name}.json").write_text(json.dumps({"versions": VERSIONS, **document}) + "\n")


def main():
    FOLDER.mkdir(exist_ok=True)
    wanted = sys.argv[1:]
    made = {"minimizers", "names", "schedules", "sparse", "bias", "stream", *DOCUMENTS, *COMPAT, *(row["id"] for row in TABLE["cases"] if row["oracle"][0] != "tfjs")}
    for name in wanted:
        if name not in made:
            near = difflib.get_close_matches(name, made, 1)
            sys.exit(f"{name}: there is no such row in cases.json that this makes" + "".join(f"; did you mean {one}?" for one in near))
    for row in TABLE["cases"]:
        if (not wanted or row["id"] in wanted) and row["oracle"][0] != "tfjs":  # Those are made by tfjs.ts.
            write(row["id"], trace(row))
    documents = {
        **DOCUMENTS,
        **COMPAT,
        "minimizers": lambda: {"scipy": scipy.__version__, **minimizers()},
        "names": names,
        "schedules": schedules,
        "sparse": sparse,
        "bias": lambda: {"rows": bias()},
        "stream": digest,
    }
    for name, document in documents.items():
        if not wanted or name in wanted:
            write(name, document())
    if not wanted:
        known = {*documents, *(row["id"] for row in TABLE["cases"])}
        for path in FOLDER.glob("*.json"):
            if path.stem not in known:
                path.unlink()
    print(f"{len(wanted or TABLE['cases'])} traces")


main()
