"""Methods with matrices or noise in plain numpy: Shampoo and SOAP from the papers (arXiv:1802.09568; arXiv:2409.11321, algorithm 3, where the products
and their bases change after the weights). What has more than two dimensions is flattened behind the first, and vectors are stepped as the library's
documentation says."""

import numpy as np

from rules import register
from stream import at


def inverse_root(a, p, eps):
    values, vectors = np.linalg.eigh(a)
    return (vectors * (np.maximum(values, 0) + eps) ** (-1 / p)) @ vectors.T


@register("matrix.shampoo")
def shampoo(row, data, steps):
    options = row["oracle"][2]
    eps, every = options["eps"], options["every"]
    w = data.weights()
    left, right, roots, sums = {}, {}, {}, {}
    for t in range(1, steps + 1):
        lr = at(options["lr"], t)
        for k, g in data.gradients(t).items():
            if g.ndim < 2:
                sums[k] = sums.get(k, 0) + g**2
                w[k] = w[k] - lr * g / np.sqrt(sums[k] + eps)
                continue
            m = g.reshape(g.shape[0], -1)
            left[k], right[k] = left.get(k, 0) + m @ m.T, right.get(k, 0) + m.T @ m
            if (t - 1) % every == 0:
                roots[k] = inverse_root(left[k], 4, eps), inverse_root(right[k], 4, eps)
            w[k] = w[k] - lr * (roots[k][0] @ m @ roots[k][1]).reshape(g.shape)
        yield {k: a.copy() for k, a in w.items()}


@register("matrix.soap")
def soap(row, data, steps):
    options = row["oracle"][2]
    every, decay, eps = options["every"], options["decay"], options["eps"]
    b1, b2, b3 = options["betas"]
    w = data.weights()
    flat = lambda a: a.reshape(a.shape[0], -1)
    m, v, left, right, q = {}, {}, {}, {}, {}
    descending = lambda a: (lambda values, vectors: vectors[:, np.argsort(-values, kind="stable")])(*np.linalg.eigh(a))
    positive = lambda a: (lambda f, r: f * np.where(np.diag(r) < 0, -1, 1))(*np.linalg.qr(a))
    for t in range(1, steps + 1):
        lr = at(options["lr"], t)
        for k, g in data.gradients(t).items():
            matrix = g.ndim >= 2
            g2 = flat(g) if matrix else g
            m[k] = b1 * m.get(k, 0) + (1 - b1) * g2
            if matrix and t == 1:  # The first gradient makes the bases, and the first step is taken in them.
                left[k], right[k] = (1 - b3) * g2 @ g2.T, (1 - b3) * g2.T @ g2
                q[k] = descending(left[k]), descending(right[k])
            into = (lambda a: q[k][0].T @ a @ q[k][1]) if matrix else (lambda a: a)
            back = (lambda a: q[k][0] @ a @ q[k][1].T) if matrix else (lambda a: a)
            v[k] = b2 * v.get(k, 0) + (1 - b2) * into(g2) ** 2
            step = back(into(m[k]) / (1 - b1**t) / (np.sqrt(v[k] / (1 - b2**t)) + eps))
            w[k] = w[k] - lr * (step.reshape(g.shape) + decay * w[k])
            if matrix and t > 1:
                left[k] = b3 * left[k] + (1 - b3) * g2 @ g2.T
                right[k] = b3 * right[k] + (1 - b3) * g2.T @ g2
                if t % every == 0:
                    q[k] = positive(left[k] @ q[k][0]), positive(right[k] @ q[k][1])
        yield {k: a.copy() for k, a in w.items()}


def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011), on whole numbers of Python."""
    a, b, c, d = counter
    low, high = key
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ low, q & 0xFFFFFFFF, (p >> 32) ^ d ^ high, p & 0xFFFFFFFF
        low, high = (low + 0x9E3779B9) & 0xFFFFFFFF, (high + 0xBB67AE85) & 0xFFFFFFFF
    return a, b, c, d


def normal(name, size, seed, t):
    """Box-Muller on Philox; the key is the seed and the FNV-1a hash of the tensor's name, the counter the index over 4 and the step."""
    key = 0x811C9DC5
    for unit in name:
        key = ((key ^ ord(unit)) * 0x01000193) & 0xFFFFFFFF
    out = []
    for i in range(0, size, 4):
        words = philox((i // 4, 0, t, 0), (seed, key))
        for k in (0, 2):
            radius = np.sqrt(-2 * np.log((words[k] + 0.5) / 2**32))
            angle = 2 * np.pi * words[k + 1] / 2**32
            out += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.array(out[:size])


@register("matrix.noisy_sgd")
def noisy_sgd(row, data, steps):
    options = row["oracle"][2]
    w = data.weights()
    for t in range(1, steps + 1):
        lr = at(options["lr"], t)
        sigma = np.sqrt(options["variance"] / t ** options["decay"])
        for k, g in data.gradients(t).items():
            w[k] = w[k] - lr * (g + sigma * normal(k, g.size, options["seed"], t).reshape(g.shape))
        yield {k: a.copy() for k, a in w.items()}
