"""Iterates of deterministic methods: SciPy's L-BFGS-B and CG, PyTorch's L-BFGS, and numpy loops from the papers. make.py writes them to traces/.

A row is the point after each step, and how often the loss had been evaluated by then, or the step length where that is PyTorch's.
The numpy loops take their Wolfe steps from SciPy's translation of MINPACK-2's dcsrch.
"""

import numpy as np
import scipy
import scipy.optimize
import torch
from scipy.optimize._linesearch import line_search_wolfe1

# Few enough that rounding, which every step amplifies, stays small.
STEPS = 24
DONE = 1e-4
# Conjugate gradients minimize this multiple of a loss, so that 1, the longest first trial of SciPy's, is never reached.
SCALE = 2**20


def rosenbrock(x):
    return scipy.optimize.rosen(x), scipy.optimize.rosen_der(x)


def beale(x):
    x, y = x
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    return a * a + b * b + c * c, np.array([2 * (a * (y - 1) + b * (y**2 - 1) + c * (y**3 - 1)), 2 * x * (a + 2 * b * y + 3 * c * y**2)])


def himmelblau(x):
    x, y = x
    a, b = x * x + y - 11, x + y * y - 7
    return a * a + b * b, np.array([4 * x * a + 2 * b, 2 * a + 4 * y * b])


def quadratic(x):
    curvature = 4.0 ** np.arange(len(x))
    return np.sum(curvature * x * x) / 2, curvature * x


STARTS = {
    "rosenbrock": (rosenbrock, np.array([-1.2, 1.0])),
    "rosenbrock10": (rosenbrock, np.array([-1.2, 1.0] * 5)),
    "beale": (beale, np.array([1.0, 1.5])),
    "himmelblau": (himmelblau, np.array([0.0, -0.5])),
    "quadratic": (quadratic, np.ones(6)),
}


class Counted:
    """A problem that counts its evaluations; both parts of one point count once."""

    def __init__(self, problem, scale=1):
        function, self.start = STARTS[problem]
        self.problem = lambda x: tuple(scale * part for part in function(x))
        self.evaluations, self.at = 0, None

    def both(self, x):
        if self.at is None or not np.array_equal(self.at, x):
            self.evaluations, self.at = self.evaluations + 1, np.array(x)
            self.value = self.problem(np.array(x))
        return self.value

    def loss(self, x):
        return self.both(x)[0]

    def gradient(self, x):
        return self.both(x)[1]


def scipy_row(counted, method, options):
    rows = []
    record = lambda intermediate_result: rows.append((intermediate_result.x.copy(), counted.evaluations))
    scipy.optimize.minimize(counted.both, counted.start, jac=True, method=method, callback=record, options={"maxiter": STEPS, **options})
    return rows


def lbfgsb(problem, history):
    return scipy_row(Counted(problem), "L-BFGS-B", {"maxcor": history, "ftol": 0, "gtol": DONE})


def scipy_cg(problem, c2):
    """Not for rosenbrock, whose first step does not lead to a descent direction: SciPy then searches again, and we begin again from −g."""
    return scipy_row(Counted(problem, SCALE), "CG", {"c1": 1e-4, "c2": c2, "gtol": SCALE * DONE, "norm": 2})


def torch_lbfgs(problem, history):
    """Also the steps that its own line search took. Ends early: PyTorch forgets pairs with ⟨s, y⟩ ≤ 1e-10, whatever their scale."""
    function, start = STARTS[problem]
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.LBFGS([w], max_iter=1, max_eval=100, history_size=history, tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe")

    def closure():
        loss, gradient = function(w.detach().numpy().copy())
        w.grad = torch.tensor(gradient)
        return torch.tensor(loss)

    rows = []
    for _ in range(STEPS):
        if np.linalg.norm(function(w.detach().numpy())[1]) < 1e-3:
            break
        optimizer.step(closure)
        rows.append((w.detach().numpy().copy(), None, float(optimizer.state[w]["t"])))
    return rows


def beta(formula, g, h, d):
    """Nocedal & Wright 2006, equations 5.41a, 5.45 and 5.46; g follows h along d."""
    if formula == "fletcherReeves":
        return g @ g / (h @ h)
    return max(0, g @ (g - h) / (h @ h if formula == "polakRibiere" else d @ (g - h)))


def conjugate_gradient(problem, formula, restart, c2):
    counted, rows = Counted(problem, SCALE), []
    w = counted.start
    loss, g = counted.both(w)
    before, d, since = loss + np.linalg.norm(g) / 2, -g, 1
    for _ in range(STEPS):
        step, _, _, loss, before, h = line_search_wolfe1(
            counted.loss, counted.gradient, w, d, g, loss, before, c1=1e-4, c2=c2, amin=1e-100, amax=1e100
        )
        w = w + step * d
        rows.append((w, counted.evaluations))
        if np.linalg.norm(h) < SCALE * DONE:
            break
        kept = 0 if since == restart else beta(formula, h, g, d)
        d, g = -h + kept * d, h
        since += 1
        if kept == 0 or g @ d > -0.01 * (g @ g):
            d, since = -g, 1
    return rows


def gradient_descent(problem, c1, shrink):
    """Nocedal & Wright 2006, algorithm 3.1, with first trials from equation 3.60."""
    counted, rows = Counted(problem), []
    w = counted.start
    loss, g = counted.both(w)
    before = loss + np.linalg.norm(g) / 2
    for _ in range(STEPS * 2 // 3):
        step = 1.01 * 2 * (loss - before) / -(g @ g)
        while not counted.loss(w - step * g) <= loss - c1 * step * (g @ g):
            step *= shrink
        w, before = w - step * g, loss
        loss, g = counted.both(w)
        rows.append((w, counted.evaluations))
        if np.linalg.norm(g) < DONE:
            break
    return rows


ROWS = {
    **{f"lbfgsb {name} {m}": (name, lbfgsb, m) for name in STARTS for m in (10, 3)},
    **{f"torch-lbfgs {name} {m}": (name, torch_lbfgs, m) for name in STARTS for m in (10, 3)},
    **{f"scipy-cg {name} {c2}": (name, scipy_cg, c2) for name in ("rosenbrock10", "beale", "himmelblau", "quadratic") for c2 in (0.1, 0.4)},
    **{
        f"numpy-cg {name} {formula}": (name, conjugate_gradient, formula, len(STARTS[name][1]), 0.1)
        for name in STARTS
        for formula in ("polakRibiere", "fletcherReeves", "hestenesStiefel")
    },
    **{f"numpy-gd {name} {shrink}": (name, gradient_descent, 1e-4, shrink) for name in STARTS for shrink in (0.5, 0.3)},
}


def minimizers():
    rows = {}
    for row, (name, make, *arguments) in ROWS.items():
        made = make(name, *arguments)
        rows[row] = {"w": [w.tolist() for w, *_ in made], "evaluations": [n for _, n, *_ in made]}
        if make is torch_lbfgs:
            rows[row] = {"w": rows[row]["w"], "steps": [step for *_, step in made]}
    return {"scale": SCALE, "starts": {name: start.tolist() for name, (_, start) in STARTS.items()}, "rows": rows}


DOCUMENTS = {"minimizers": lambda: {"scipy": scipy.__version__, **minimizers()}}
