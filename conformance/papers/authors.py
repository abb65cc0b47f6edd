"""Methods in plain numpy as their papers' authors compute them, where libraries have them too and some are wrong. Each says which program it follows."""

import numpy as np

from rules import dot, moments, paper, register
from stream import at, loss


@paper
def momo(w, gradients, t, s, lr=1, beta=0.9, minimum=0, decay=0):
    """Schaipp et al. 2023, Algorithm 1, and its lemma with decay; fabian-sp/MoMo, momo/momo.py, without bias correction and with a known minimum."""
    first = t == 1
    s["f"] = loss(t) if first else beta * s["f"] + (1 - beta) * loss(t)
    for k, g in gradients.items():
        inner = np.sum(w[k] * g)
        s["d", k] = g if first else beta * s["d", k] + (1 - beta) * g
        s["gamma", k] = inner if first else beta * s["gamma", k] + (1 - beta) * inner
    d = {k: s["d", k] for k in w}
    gamma = sum(s["gamma", k] for k in w)
    above = (1 + lr * decay) * (s["f"] - minimum) + dot(w, d) - (1 + lr * decay) * gamma
    tau = min(lr, max(above, 0) / dot(d, d)) if dot(d, d) > 0 else 0
    for k in w:
        w[k] = (w[k] - tau * d[k]) / (1 + lr * decay)


@paper
def momo_adam(w, gradients, t, s, lr=0.01, b1=0.9, b2=0.999, eps=1e-8, minimum=0, decay=0):
    """Schaipp et al. 2023, Algorithm 2; fabian-sp/MoMo, momo/momo_adam.py, with `divide` and a known minimum."""
    rho = 1 - b1**t
    s["f"] = b1 * s.get("f", 0) + (1 - b1) * loss(t)
    d, scaled = {}, {}
    for k, g in gradients.items():
        _, v = moments(s, g, t, b1, b2, k)
        s["gamma", k] = b1 * s.get(("gamma", k), 0) + (1 - b1) * np.sum(w[k] * g)
        d[k] = s["m", k]
        scaled[k] = d[k] / (np.sqrt(v) + eps)
    gamma = sum(s["gamma", k] for k in w)
    above = (1 + lr * decay) * (s["f"] - rho * minimum) + dot(w, d) - (1 + lr * decay) * gamma
    norm = dot(d, scaled)
    tau = min(lr / rho, max(above, 0) / norm) if norm > 0 else 0
    for k in w:
        w[k] = (w[k] - tau * scaled[k]) / (1 + lr * decay)


@paper
def sm3(w, gradients, t, s, lr=0.1, momentum=0.9, eps=1e-30):
    """Anil et al. 2019, SM3-II; google-research/google-research, sm3/sm3.py."""
    for k, g in gradients.items():
        if g.ndim < 2:
            s["a", k] = total = s.get(("a", k), 0 * g) + g**2
        else:
            rows, cols = s.get(("a", k), (np.zeros((g.shape[0], 1)), np.zeros((1, g.shape[1]))))
            total = np.minimum(rows, cols) + g**2
            s["a", k] = total.max(axis=1, keepdims=True), total.max(axis=0, keepdims=True)
        s["m", k] = momentum * s.get(("m", k), 0 * g) + (1 - momentum) * g / np.sqrt(total + eps)
        w[k] = w[k] - lr * s["m", k]


@paper
def optimistic_adam(w, gradients, t, s, lr=1e-3, alpha=1, beta=1, b1=0.9, b2=0.999, eps=1e-8):
    """Daskalakis et al. 2018, Algorithm 1, where alpha and beta are 1; vsyrgkanis/optimistic_GAN_training, script/optimizer.py, has zero before the first step too."""
    for k, g in gradients.items():
        m, v = moments(s, g, t, b1, b2, k)
        update = m / (np.sqrt(v) + eps)
        w[k] = w[k] - lr * ((alpha + beta) * update - beta * s.get(("u", k), 0 * g))
        s["u", k] = update


@paper
def sps(w, gradients, t, s, lr=1, minimum=0, eps=0):
    """Loizou et al. 2021, SPS_max with c = 1; IssamLaradji/sps, sps/sps.py, does not step either where the loss is below the minimum."""
    norm = dot(gradients, gradients) + eps
    rate = min(lr, (loss(t) - minimum) / norm) if norm > 0 and loss(t) >= minimum else 0
    for k, g in gradients.items():
        w[k] = w[k] - rate * g


@paper
def simplified_ademamix(w, gradients, t, s, lr=1e-4, b1=0.99, b2=0.95, alpha=0, eps=1e-8, decay=0):
    """Morwani et al. 2025, Algorithm 1; DepenM/Simplified-AdEMAMix, simplified_AdEMAMix.py, with its defaults for the corrections."""
    for k, g in gradients.items():
        s["m", k] = b1 * s.get(("m", k), 0 * g) + g
        s["v", k] = b2 * s.get(("v", k), 0 * g) + (1 - b2) * g**2
        s["n", k] = b2 * s.get(("n", k), 0) + (1 - b2)
        root = np.sqrt(s["n", k])
        w[k] = w[k] - lr * ((alpha * g + s["m", k]) / (np.sqrt(s["v", k]) + eps * root) * root + decay * w[k])


@paper
def madgrad(w, gradients, t, s, lr=0.01, momentum=0.9, eps=1e-6):
    """Defazio & Jelassi 2021, Algorithm 1; facebookresearch/madgrad, madgrad/madgrad.py: eps is added to a rate that is not zero, and 0/0 is 0."""
    rate = (lr + eps if lr != 0 else 0) * np.sqrt(t)
    for k, g in gradients.items():
        first = s.setdefault(("x0", k), w[k].copy())
        s["v", k] = s.get(("v", k), 0 * g) + rate * g**2
        s["s", k] = s.get(("s", k), 0 * g) + rate * g
        root = np.cbrt(s["v", k]) + eps
        z = first - s["s", k] / np.where(root == 0, np.inf, root)
        w[k] = momentum * w[k] + (1 - momentum) * z


@paper
def novograd(w, gradients, t, s, lr=0.01, b1=0.9, b2=0.25, eps=1e-6, decay=0):
    """Ginsburg et al. 2019, Algorithm 1, with eps outside the root."""
    for k, g in gradients.items():
        norm = np.sum(g**2)
        s["v", k] = norm if t == 1 else b2 * s["v", k] + (1 - b2) * norm
        s["m", k] = b1 * s.get(("m", k), 0 * g) + g / (np.sqrt(s["v", k]) + eps) + decay * w[k]
        w[k] = w[k] - lr * s["m", k]


@paper
def muon(w, gradients, t, s, lr=0.02, momentum=0.95, decay=0, steps=5, eps=1e-7, inputs_first=False):
    """Jordan et al. 2024; KellerJordan/Muon, muon.py, for matrices, in float64 where the program has bfloat16. Of x @ W it is the step of W's transpose."""
    a, b, c = 3.4445, -4.7750, 2.0315
    for k, g in gradients.items():
        g = g.T if inputs_first else g
        s["m", k] = momentum * s.get(("m", k), 0 * g) + (1 - momentum) * g
        x = g + momentum * (s["m", k] - g)
        x = (x.T if g.shape[0] > g.shape[1] else x) / (np.linalg.norm(x) + eps)
        for _ in range(steps):
            square = x @ x.T
            x = a * x + (b * square + c * square @ square) @ x
        x = (x.T if g.shape[0] > g.shape[1] else x) * max(1, g.shape[0] / g.shape[1]) ** 0.5
        w[k] = w[k] * (1 - lr * decay) - lr * (x.T if inputs_first else x)


def schedule_free(rate_of, evaluated):
    """Defazio et al. 2024; facebookresearch/schedule_free, the reference implementation, which keeps x, y and z. `evaluated` yields x."""

    def run(row, data, steps):
        options = row["oracle"][2]
        y = data.weights()
        x, z = ({k: a.copy() for k, a in y.items()} for _ in range(2))
        s, largest, total = {}, -1, 0
        for t in range(1, steps + 1):
            now = {"b1": 0.9, "decay": 0, "power": 2, **at(options, t)}
            largest = max(largest, now["lr"])
            weight = largest ** now["power"]
            total += weight
            c = weight / total if total != 0 else 0
            for k, g in data.gradients(t).items():
                step = rate_of(s, k, g, t, now) + now["decay"] * y[k]
                z[k] = z[k] - now["lr"] * step
                x[k] = (1 - c) * x[k] + c * z[k]
                y[k] = now["b1"] * x[k] + (1 - now["b1"]) * z[k]
            yield {k: a.copy() for k, a in (x if evaluated else y).items()}

    return run


def mechanic(inner):
    """Cutkosky, Defazio & Mehta 2023, Algorithm 1, around `inner`; optimizedlearning/mechanic, src/mechanic_pytorch/mechanic.py, without `store_delta`."""

    def run(row, data, steps):
        options = {"decay": 0.01, "eps": 1e-8, "initial": 1e-8, "count": 6, **row["oracle"][2]}
        decay, eps, n = options["decay"], options["eps"], options["count"]
        beta = 1 - 10.0 ** -np.arange(1, n + 1)
        w = data.weights()
        first = {k: a.copy() for k, a in w.items()}
        r, v, s, m = np.zeros(n), np.zeros(n), np.zeros(n), np.full(n, 1e-6)
        states = {}
        for t in range(1, steps + 1):
            g = data.gradients(t)
            delta = {k: (w[k] - first[k]) / (s.sum() + eps) for k in w}
            update = {k: -inner(states, k, g[k], t, at(options.get("inner", {}), t)) for k in w}
            moved = {k: w[k] + update[k] for k in w}
            pull = decay * s.sum() * np.sqrt(dot(g, g)) / (np.sqrt(dot(moved, moved)) + eps)
            h = dot(delta, {k: g[k] + pull * moved[k] for k in w})
            m = np.maximum(beta * m, abs(h))
            v = beta**2 * v + h**2
            r = np.maximum(0, beta * r - s * h)
            s = (options["initial"] / n * m + r) / (np.sqrt(v) + eps)
            w = {k: first[k] + s.sum() * (delta[k] + update[k]) for k in w}
            yield {k: a.copy() for k, a in w.items()}

    return run


def plain(s, k, g, t, now):
    return g


def scaled(s, k, g, t, now):
    b2 = now.get("b2", 0.999)
    s[k] = b2 * s.get(k, 0 * g) + (1 - b2) * g**2
    return g / (np.sqrt(s[k] / (1 - b2**t)) + now.get("eps", 1e-8))


def adam(s, k, g, t, now):
    m, v = moments(s, g, t, 0.9, 0.999, k)
    return now["lr"] * m / (np.sqrt(v) + 1e-8)


register("paper.mechanic_sgd")(mechanic(plain))
register("paper.mechanic_adam")(mechanic(adam))
register("paper.schedule_free_sgd")(schedule_free(plain, False))
register("paper.schedule_free_sgd_average")(schedule_free(plain, True))
register("paper.schedule_free_adamw")(schedule_free(scaled, False))
register("paper.schedule_free_adamw_average")(schedule_free(scaled, True))
