"""First-order methods in plain numpy, each from the algorithm box of its paper. Where a paper would divide by zero, the docstring says what stands in.
Nothing here knows our equations."""

import numpy as np

from rules import paper


def old(s, name, k, g):
    return s.get((name, k), np.zeros_like(g))


@paper
def adagrad(w, gradients, t, s, lr=0.01, delta=1e-10):
    """Duchi, Hazan & Singer 2011, Figure 1, diagonal: H = delta + the root of the sum of squares."""
    for k, g in gradients.items():
        s["G", k] = old(s, "G", k, g) + g**2
        w[k] = w[k] - lr * g / (delta + np.sqrt(s["G", k]))


@paper
def adadelta(w, gradients, t, s, lr=1, rho=0.95, eps=1e-6):
    """Zeiler 2012, Algorithm 1; RMS[x] is the root of the mean of x squared plus eps. The paper has no rate."""
    for k, g in gradients.items():
        s["g", k] = rho * old(s, "g", k, g) + (1 - rho) * g**2
        step = -np.sqrt(old(s, "x", k, g) + eps) / np.sqrt(s["g", k] + eps) * g
        s["x", k] = rho * old(s, "x", k, g) + (1 - rho) * step**2
        w[k] = w[k] + lr * step


@paper
def adam(w, gradients, t, s, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    """Kingma & Ba 2015, Algorithm 1."""
    for k, g in gradients.items():
        s["m", k] = b1 * old(s, "m", k, g) + (1 - b1) * g
        s["v", k] = b2 * old(s, "v", k, g) + (1 - b2) * g**2
        w[k] = w[k] - lr * (s["m", k] / (1 - b1**t)) / (np.sqrt(s["v", k] / (1 - b2**t)) + eps)


@paper
def adamax(w, gradients, t, s, lr=2e-3, b1=0.9, b2=0.999):
    """Kingma & Ba 2015, Algorithm 2, without any epsilon; a weight rests until its first gradient that is not zero."""
    for k, g in gradients.items():
        s["m", k] = b1 * old(s, "m", k, g) + (1 - b1) * g
        s["u", k] = np.maximum(b2 * old(s, "u", k, g), np.abs(g))
        moving = s["u", k] > 0
        w[k] = w[k] - lr / (1 - b1**t) * np.where(moving, s["m", k] / np.where(moving, s["u", k], 1), 0)


@paper
def adamw(w, gradients, t, s, lr=1e-3, factor=1, b1=0.9, b2=0.999, eps=1e-8, decay=1e-2):
    """Loshchilov & Hutter 2019, Algorithm 2, lines 6 to 12: the schedule's factor multiplies both the step and the decay, lr the step alone."""
    for k, g in gradients.items():
        s["m", k] = b1 * old(s, "m", k, g) + (1 - b1) * g
        s["v", k] = b2 * old(s, "v", k, g) + (1 - b2) * g**2
        w[k] = w[k] - factor * (lr * (s["m", k] / (1 - b1**t)) / (np.sqrt(s["v", k] / (1 - b2**t)) + eps) + decay * w[k])


@paper
def adafactor(w, gradients, t, s, lr=1e-2, eps1=1e-30, eps2=1e-3, clip=1, power=0.8):
    """Shazeer & Stern 2018, Algorithms 4 and 5 with the relative step of Algorithm 6: sums of rows and of columns, a matrix behind the first dimension."""
    rms = lambda a: np.sqrt(np.mean(a**2))
    for k, g in gradients.items():
        b2 = 1 - t**-power
        if g.ndim >= 2:
            square = g.reshape(g.shape[0], -1) ** 2 + eps1
            s["R", k] = b2 * s.get(("R", k), 0) + (1 - b2) * square.sum(axis=1, keepdims=True)
            s["C", k] = b2 * s.get(("C", k), 0) + (1 - b2) * square.sum(axis=0, keepdims=True)
            v = (s["R", k] @ s["C", k] / s["R", k].sum()).reshape(g.shape)
        else:
            v = s["v", k] = b2 * old(s, "v", k, g) + (1 - b2) * (g**2 + eps1)
        u = g / np.sqrt(v)
        w[k] = w[k] - max(eps2, rms(w[k])) * min(lr, 1 / np.sqrt(t)) * u / max(1, rms(u) / clip)


@paper
def asgd(w, gradients, t, s, lr=0.01, decay=1e-4, power=0.75):
    """Bottou 2010, section 4.3, on the regularized loss: the rate is lr / (1 + decay lr (t - 1)) ** power."""
    rate = lr / (1 + decay * lr * (t - 1)) ** power
    for k, g in gradients.items():
        w[k] = w[k] - rate * (g + decay * w[k])


@paper
def cocob(w, gradients, t, s, alpha=100, first=1e-8):
    """Orabona & Tommasi 2017, Algorithm 2, with g the negative gradient; L begins at `first`, where the paper has 0."""
    for k, gradient in gradients.items():
        g = -gradient
        start = s.setdefault(("w", k), w[k].copy())
        s["L", k] = np.maximum(s.get(("L", k), np.full_like(g, first)), np.abs(g))
        s["G", k] = old(s, "G", k, g) + np.abs(g)
        s["reward", k] = np.maximum(old(s, "reward", k, g) + (w[k] - start) * g, 0)
        s["theta", k] = old(s, "theta", k, g) + g
        bet = s["theta", k] / (s["L", k] * np.maximum(s["G", k] + s["L", k], alpha * s["L", k]))
        w[k] = start + bet * (s["L", k] + s["reward", k])


@paper
def ftrl(w, gradients, t, s, alpha=0.1, beta=1, l1=0, l2=0):
    """McMahan et al. 2013, Algorithm 1. Weights are made from z and n, and so are zero at first whatever they were."""
    weight = lambda z, n: np.where(np.abs(z) <= l1, 0, -(z - np.sign(z) * l1) / ((beta + np.sqrt(n)) / alpha + l2))
    for k, g in gradients.items():
        z, n = old(s, "z", k, g), old(s, "n", k, g)
        sigma = (np.sqrt(n + g**2) - np.sqrt(n)) / alpha
        s["z", k], s["n", k] = z + g - sigma * weight(z, n), n + g**2
        w[k] = weight(s["z", k], s["n", k])


@paper
def lamb(w, gradients, t, s, lr=1e-3, b1=0.9, b2=0.999, eps=1e-6, decay=0):
    """You et al. 2020, Algorithm 2, with phi the identity; the ratio is 1 where either norm is zero."""
    for k, g in gradients.items():
        s["m", k] = b1 * old(s, "m", k, g) + (1 - b1) * g
        s["v", k] = b2 * old(s, "v", k, g) + (1 - b2) * g**2
        r = (s["m", k] / (1 - b1**t)) / (np.sqrt(s["v", k] / (1 - b2**t)) + eps) + decay * w[k]
        a, b = np.linalg.norm(w[k]), np.linalg.norm(r)
        w[k] = w[k] - lr * (a / b if a > 0 and b > 0 else 1) * r


@paper
def lars(w, gradients, t, s, lr=1, momentum=0.9, trust=1e-3, eps=0, decay=0, nesterov=False):
    """You, Gitman & Ginsburg 2017, Algorithm 1: the rate of a layer is trust |w| / (|g| + decay |w|), with the gradient before the decay; it is 1 where
    either norm is zero. eps is added to the denominator; with nesterov the velocity is looked ahead, as Sutskever et al. 2013 do."""
    for k, g in gradients.items():
        a, b = np.linalg.norm(w[k]), np.linalg.norm(g)
        rate = lr * (trust * a / (b + decay * a + eps) if a > 0 and b > 0 else 1)
        step = rate * (g + decay * w[k])
        s["v", k] = momentum * old(s, "v", k, g) + step
        w[k] = w[k] - (step + momentum * s["v", k] if nesterov else s["v", k])
