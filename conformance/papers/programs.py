"""What the authors' own programs compute, in plain numpy of ours: facts read in the program that each function names, at its default options
unless an argument says otherwise. Nothing here knows our equations."""

import numpy as np

from rules import authors, dot


def flat_sum(arrays):
    return sum(float(np.sum(a)) for a in arrays.values())


def zeros(s, name, k, g):
    return s.get((name, k), np.zeros_like(g))


@authors
def acprop(w, gradients, t, s, lr=1e-3, b1=0.9, b2=0.999, eps=1e-16, inside=None, decay=0):
    """juntang-zhuang/ACProp-Optimizer, ACProp.py, with rectify=False: decay first; the first step is lr g; the variance of the step before, to which
    eps has been added for good; and its update from g - m with the mean that has just been updated."""
    inside = eps if inside is None else inside
    for k, g in gradients.items():
        w[k] = w[k] * (1 - lr * decay)
        s["m", k] = zeros(s, "m", k, g) * b1 + (1 - b1) * g
        variance = zeros(s, "v", k, g)
        if t == 1:
            w[k] = w[k] - lr * s["m", k] / (1 - b1)
        else:
            variance = variance + inside
            w[k] = w[k] - lr * g / (np.sqrt(variance) / np.sqrt(1 - b2 ** (t - 1)) + eps)
        s["v", k] = b2 * variance + (1 - b2) * (g - s["m", k]) ** 2


@authors
def adabelief(w, gradients, t, s, lr=1e-3, b1=0.9, b2=0.999, eps=1e-16, inside=None):
    """juntang-zhuang/Adabelief-Optimizer, adabelief_pytorch0.2.0, with rectify=False: eps is added to the variance for good, and to its root."""
    inside = eps if inside is None else inside
    for k, g in gradients.items():
        s["m", k] = b1 * zeros(s, "m", k, g) + (1 - b1) * g
        s["v", k] = b2 * zeros(s, "v", k, g) + (1 - b2) * (g - s["m", k]) ** 2 + inside
        w[k] = w[k] - lr / (1 - b1**t) * s["m", k] / (np.sqrt(s["v", k]) / np.sqrt(1 - b2**t) + eps)


@authors
def adan(w, gradients, t, s, lr=1e-3, b1=0.98, b2=0.92, b3=0.99, eps=1e-8, decay=0, inside=0):
    """sail-sg/Adan, adan.py, _single_tensor_adan with no_prox=False: no difference in the first step, b2 as its weight both in n and in the step, each
    mean corrected, and the decay as a division after the step. `inside` is added under the root, which the program does not have."""
    for k, g in gradients.items():
        change = g - s.get(("g", k), g)
        s["g", k] = g
        s["m", k] = b1 * zeros(s, "m", k, g) + (1 - b1) * g
        s["d", k] = b2 * zeros(s, "d", k, g) + (1 - b2) * change
        s["n", k] = b3 * zeros(s, "n", k, g) + (1 - b3) * (g + b2 * change) ** 2
        root = np.sqrt(s["n", k] / (1 - b3**t) + inside) + eps
        w[k] = w[k] - lr / (1 - b1**t) * s["m", k] / root - lr * b2 / (1 - b2**t) * s["d", k] / root
        w[k] = w[k] / (1 + lr * decay)


@authors
def ademamix(w, gradients, t, s, lr=1e-3, b1=0.9, b2=0.999, b3=0.9999, alpha=2, eps=1e-8, decay=0):
    """apple/ml-ademamix, pytorch/ademamix.py, without its warmups."""
    for k, g in gradients.items():
        s["fast", k] = b1 * zeros(s, "fast", k, g) + (1 - b1) * g
        s["slow", k] = b3 * zeros(s, "slow", k, g) + (1 - b3) * g
        s["v", k] = b2 * zeros(s, "v", k, g) + (1 - b2) * g * g
        root = np.sqrt(s["v", k]) / np.sqrt(1 - b2**t) + eps
        w[k] = w[k] - lr * ((s["fast", k] / (1 - b1**t) + alpha * s["slow", k]) / root + decay * w[k])


@authors
def adopt(w, gradients, t, s, lr=1e-3, b1=0.9, b2=0.9999, eps=1e-6):
    """iShohei220/adopt, src/adopt/adopt.py: the first call only squares the gradient; call n clips to (n - 1) ** 0.25."""
    for k, g in gradients.items():
        if t > 1:
            u = np.clip(g / np.maximum(np.sqrt(s["v", k]), eps), -((t - 1) ** 0.25), (t - 1) ** 0.25)
            m = zeros(s, "m", k, g)
            s["m", k] = m + (1 - b1) * (u - m)
            w[k] = w[k] - lr * s["m", k]
        s["v", k] = g * g if t == 1 else b2 * s["v", k] + (1 - b2) * g * g


@authors
def dadapt_adam(w, gradients, t, s, lr=1, b1=0.9, b2=0.999, eps=1e-8, initial=1e-6, decay=0):
    """facebookresearch/dadaptation, dadapt_adam.py, with decouple=True and use_bias_correction=True: the product with s is taken in the norm of the
    second moment before this gradient, d is from this step's sums and used in the next."""
    d, root = s.get("d", initial), np.sqrt(b2)
    rate = d * lr * np.sqrt(1 - b2**t) / (1 - b1**t)
    product = rate * dot(gradients, {k: zeros(s, "s", k, g) / (np.sqrt(zeros(s, "v", k, g)) + eps) for k, g in gradients.items()})
    for k, g in gradients.items():
        s["m", k] = b1 * zeros(s, "m", k, g) + rate * (1 - b1) * g
        s["v", k] = b2 * zeros(s, "v", k, g) + (1 - b2) * g * g
        s["s", k] = root * zeros(s, "s", k, g) + rate * (1 - root) * g
    total = flat_sum({k: np.abs(s["s", k]) for k in w})
    s["numerator"] = root * s.get("numerator", 0) + (1 - root) * product
    s["d"] = max(d, s["numerator"] / ((1 - root) * total)) if total > 0 else d
    for k in w:
        w[k] = w[k] - decay * rate * w[k] - s["m", k] / (np.sqrt(s["v", k]) + eps)


@authors
def dog(w, gradients, t, s, lr=1, initial=1e-6, eps=1e-8, decay=0, layers=False):
    """formll/dog, src/dog/dog.py: DoG, or with layers LDoG. eps is added to the sum of squares once, the decay to the gradient."""
    gradients = {k: g + decay * w[k] for k, g in gradients.items()}
    first = s.setdefault("first", {k: a.copy() for k, a in w.items()})
    for names in [[k] for k in w] if layers else [list(w)]:
        key = tuple(names)
        norm = lambda arrays: np.sqrt(sum(np.sum(arrays[k] ** 2) for k in names))
        if t == 1:
            s["r", key], s["G", key] = initial * (1 + norm(w)), eps
        else:
            s["r", key] = max(s["r", key], norm({k: w[k] - first[k] for k in names}))
        s["G", key] += norm(gradients) ** 2
        for k in names:
            w[k] = w[k] - lr * s["r", key] / np.sqrt(s["G", key]) * gradients[k]


@authors
def dowg(w, gradients, t, s, lr=1, initial=1e-4, eps=1e-4, decay=0):
    """rka97/dowg, dowg/dowg.py: initial is the first squared distance, the program's eps too. The program has neither a rate nor a decay."""
    gradients = {k: g + decay * w[k] for k, g in gradients.items()}
    first = s.setdefault("first", {k: a.copy() for k, a in w.items()})
    s["r2"] = max(s.get("r2", initial), flat_sum({k: (w[k] - first[k]) ** 2 for k in w}))
    s["v"] = s.get("v", 0) + s["r2"] * flat_sum({k: g**2 for k, g in gradients.items()})
    for k, g in gradients.items():
        w[k] = w[k] - lr * s["r2"] * g / (np.sqrt(s["v"]) + eps)


@authors
def fromage(w, gradients, t, s, lr=0.01):
    """jxbz/fromage, fromage.py: relative steps where both norms are above zero, else plain ones, and then the shrinking."""
    for k, g in gradients.items():
        a, b = np.linalg.norm(w[k]), np.linalg.norm(g)
        w[k] = (w[k] - lr * (g * (a / b) if a > 0 and b > 0 else g)) / np.sqrt(1 + lr**2)


@authors
def lion(w, gradients, t, s, lr=1e-4, b1=0.9, b2=0.99, decay=0):
    """google/automl, lion/lion_pytorch.py: the decay before the step."""
    for k, g in gradients.items():
        m = zeros(s, "m", k, g)
        w[k] = w[k] * (1 - lr * decay) - lr * np.sign(m * b1 + g * (1 - b1))
        s["m", k] = m * b2 + g * (1 - b2)


@authors
def c_adamw(w, gradients, t, s, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, decay=0):
    """kyleliang919/C-Optim, c_adamw.py, the single-tensor path: decay first, eps added to the root before the correction, and the mask of m g > 0 over
    its mean, of at least 1e-3."""
    for k, g in gradients.items():
        w[k] = w[k] * (1 - lr * decay)
        s["m", k] = b1 * zeros(s, "m", k, g) + (1 - b1) * g
        s["v", k] = b2 * zeros(s, "v", k, g) + (1 - b2) * g * g
        mask = (s["m", k] * g > 0).astype(float)
        rate = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
        w[k] = w[k] - rate * s["m", k] * (mask / max(mask.mean(), 1e-3)) / (np.sqrt(s["v", k]) + eps)
