"""Embedding tables of which a step touches a few rows, trained by PyTorch with sparse gradients; rows may repeat, and some steps have none."""

import torch

from stream import gradient, mix, weight

ROWS, COLS, STEPS = 40, 3, 320
RECORDED = [1, 2, 3, 10, 40, 41, 100, 200, 319, 320]

METHODS = {
    "SparseAdam": lambda w: torch.optim.SparseAdam([w], lr=0.02, betas=(0.8, 0.97), eps=1e-6),
    "Adagrad": lambda w: torch.optim.Adagrad([w], lr=0.1, initial_accumulator_value=0.25, eps=1e-8),
    "SGD": lambda w: torch.optim.SGD([w], lr=0.01),
}


def named(step):
    """The rows of a step: at most twelve, and none in every fortieth."""
    count = 0 if step % 40 == 0 else 1 + mix(5, step, 0) % 12
    return [mix(6, step, i) % ROWS for i in range(count)]


def train(make):
    w = torch.tensor([[weight(r * COLS + k) for k in range(COLS)] for r in range(ROWS)], dtype=torch.float64, requires_grad=True)
    optimizer = make(w)
    recorded = []
    for step in range(1, STEPS + 1):
        rows = named(step)
        values = [[gradient(step, i * COLS + k) for k in range(COLS)] for i in range(len(rows))]
        indices = torch.tensor([rows], dtype=torch.int64)
        w.grad = torch.sparse_coo_tensor(indices, torch.tensor(values, dtype=torch.float64).reshape(len(rows), COLS), (ROWS, COLS))
        optimizer.step()
        if step in RECORDED:
            recorded.append(w.detach().flatten().tolist())
    return recorded


def sparse():
    shape = {"rows": ROWS, "cols": COLS, "recorded": RECORDED}
    return {**shape, "torch": torch.__version__, "methods": {name: train(make) for name, make in METHODS.items()}}


DOCUMENTS = {"sparse": sparse}
