"""Makes the golden traces: weights of oracles after each step, in float64. See README.md.

python conformance/make.py [optimizer | row …]
makes those of an optimizer or transform, or of rows by their ids. Oracles that are our own numpy need numpy alone; those that are libraries, and all
traces at once, what requirements.txt lists: python -m venv .oracle && .oracle/bin/pip install -r conformance/requirements.txt, and .oracle/bin/python.
Without arguments it makes every trace, removes those that no row asks for, and writes schedules, bias corrections and the stream's digest.
"""

import difflib
import importlib
import json
import pathlib
import sys

import numpy as np

import rules
from stream import Data

HERE = pathlib.Path(__file__).parent
TABLE = json.loads((HERE / "table.json").read_text())
# The rows of each optimizer and transform.
ROWS = {path.stem: json.loads(path.read_text())["rows"] for path in sorted((HERE / "rows").glob("*.json"))}
FOLDER = HERE / "traces"

# What of a row decides its trace; a test compares it with the row as it is now.
INPUT = ("oracle", "chain", "around", "stream", "zeros", "tensors", "from")

# Documents that are not traces of rows, and the module whose DOCUMENTS has each. All but the first need the libraries.
DOCUMENTS = {
    "stream": "stream",
    "minimizers": "minimizers",
    "names": "names",
    **dict.fromkeys(("schedules", "bias"), "schedules"),
    "sparse": "sparse",
    **dict.fromkeys(("sam", "plateau", "range"), "loops"),
    **dict.fromkeys(("compat-torch", "compat-optax", "compat-keras", "compat-schedules"), "compat"),
}


def sampled(size):
    """The elements that are recorded: all of a few, else every 131st, and the first and last three."""
    return [i for i in range(size) if size <= 128 or i < 3 or i >= size - 3 or i % 131 == 0]


def oracle(register, names, row):
    """What is registered under the first of these names, with the libraries only where numpy has none."""
    ours = names[0].split(".")[0] in ("paper", "authors")
    for module in (None,) if ours else (None, "libraries", "libraries_around"):
        if module is not None:
            try:
                importlib.import_module(module)
            except ModuleNotFoundError as error:
                sys.exit(f"{row}: its oracle {names[0]} is no function of conformance/papers/, so it is a library, and {error.name} is not installed: see conformance/requirements.txt")
        for name in names:
            if name in register:
                return register[name]
    sys.exit(f"{row}: there is no oracle {names[0]}; write it in conformance/papers/ as a function marked @{names[0].split('.')[0]}")


def run_of(row, data):
    """The weights after every step, or what the row has put around them. A run of an oracle's own name goes before that of its kind."""
    kind, name, _ = row["oracle"]
    try:
        run = oracle(rules.RUNS, (f"{kind}.{name}", kind), row["id"])(row, data, TABLE["steps"])
    except TypeError as error:
        if "argument" not in str(error):
            raise
        sys.exit(f"{row['id']}: its oracle {kind}.{name} does not take the options that the row gives it: {error}")
    average, options = row.get("around", (None, None))
    return run if average is None else oracle(rules.AROUND, (average,), row["id"])(run, options)


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
    """With the versions of the libraries that had a part in it."""
    used = {name: sys.modules[name].__version__ for name in ("torch", "optax", "jax", "keras", "numpy") if name in sys.modules}
    (FOLDER / f"{name}.json").write_text(json.dumps({"versions": {**used, "python": sys.version.split()[0]}, **document}) + "\n")


def main():
    FOLDER.mkdir(exist_ok=True)
    rules.load()
    rows = {row["id"]: row for group in ROWS.values() for row in group}
    wanted, known = sys.argv[1:], {*rows, *ROWS, *DOCUMENTS}
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            sys.exit(f"{name}: there is no such file in conformance/rows/, nor a row in one of them" + "".join(f"; did you mean {one}?" for one in near))
    chosen = [row for name in wanted or ROWS for row in [*ROWS.get(name, []), *([rows[name]] if name in rows else [])]]
    made = {row["id"]: row for row in chosen if row["oracle"][0] != "tfjs"}  # Those are made by tfjs.ts.
    for name, row in made.items():
        write(name, trace(row))
    for name, module in DOCUMENTS.items():
        if not wanted or name in wanted:
            write(name, importlib.import_module(module).DOCUMENTS[name]())
    if not wanted:
        for path in FOLDER.glob("*.json"):
            if path.stem not in known:
                path.unlink()
    print(f"{len(made)} traces")


main()
