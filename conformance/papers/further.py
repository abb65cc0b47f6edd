"""Methods in plain numpy, from their papers, where no library has them or where a library's own form differs."""

import numpy as np

from rules import dot, moments, paper


@paper
def yogi(w, gradients, t, s, lr=0.01, b1=0.9, b2=0.999, eps=1e-3, initial=1e-6):
    """Zaheer et al. 2018, Algorithm 2, with Adam's corrections."""
    for k, g in gradients.items():
        s["m", k] = b1 * s.get(("m", k), 0 * g) + (1 - b1) * g
        v = s.get(("v", k), 0 * g + initial)
        s["v", k] = v - (1 - b2) * np.sign(v - g**2) * g**2
        w[k] = w[k] - lr * (s["m", k] / (1 - b1**t)) / (np.sqrt(s["v", k] / (1 - b2**t)) + eps)


@paper
def radam(w, gradients, t, s, lr=0.01, b1=0.9, b2=0.999, eps=1e-8):
    """Liu et al. 2020, Algorithm 2, with eps where Adam has it."""
    rho_inf = 2 / (1 - b2) - 1
    rho = rho_inf - 2 * t * b2**t / (1 - b2**t)
    for k, g in gradients.items():
        m, v = moments(s, g, t, b1, b2, k)
        if rho > 4:
            r = np.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            w[k] = w[k] - lr * r * m / (np.sqrt(v) + eps)
        else:
            w[k] = w[k] - lr * m


@paper
def mars(w, gradients, t, s, lr=3e-3, b1=0.95, b2=0.99, gamma=0.025, eps=1e-8, decay=0):
    """Yuan et al. 2024, Algorithm 2 (MARS-AdamW), in the approximate form that uses the last gradient."""
    for k, g in gradients.items():
        c = g + gamma * b1 / (1 - b1) * (g - s.get(("g", k), g))
        s["g", k] = g
        c = c / max(1, np.linalg.norm(c))
        m, v = moments(s, c, t, b1, b2, k)
        w[k] = w[k] - lr * (m / (np.sqrt(v) + eps) + decay * w[k])


@paper
def sophia(w, gradients, t, s, lr=1e-3, b1=0.965, b2=0.99, gamma=0.01, eps=1e-12, decay=0, every=10):
    """Liu et al. 2023, Algorithm 3, on Hessian estimates that are the squared gradients."""
    for k, g in gradients.items():
        s["m", k] = b1 * s.get(("m", k), 0 * g) + (1 - b1) * g
        if t % every == 1 % every:
            s["h", k] = b2 * s.get(("h", k), 0 * g) + (1 - b2) * g**2
        w[k] = w[k] - lr * decay * w[k] - lr * np.clip(s["m", k] / np.maximum(gamma * s["h", k], eps), -1, 1)


@paper
def centralized_sgd(w, gradients, t, s, lr=0.1):
    """Yong et al. 2020, equation 1, with the mean over all dimensions but the first."""
    for k, g in gradients.items():
        w[k] = w[k] - lr * (g - g.mean(axis=tuple(range(1, g.ndim)), keepdims=True) if g.ndim > 1 else g)


@paper
def adaptively_clipped_sgd(w, gradients, t, s, lr=0.1, clip=0.01, eps=1e-3):
    """Brock et al. 2021, equation 3, with units that are columns."""
    for k, g in gradients.items():
        axes = dict(axis=tuple(range(g.ndim - 1)), keepdims=True) if g.ndim > 1 else {}
        norm, least = np.sqrt(np.sum(g**2, **axes)), clip * np.maximum(np.sqrt(np.sum(w[k] ** 2, **axes)), eps)
        w[k] = w[k] - lr * g * np.where(norm < least, 1, least / np.maximum(norm, 1e-6))


def cautious(u, g):
    """Liang et al. 2024, Algorithm 1: the mask, and its mean bounded below as in the authors' program."""
    mask = (u * g > 0).astype(np.float64)
    return u * mask / max(mask.mean() if mask.size else 1, 1e-3)


@paper
def cautious_adamw(w, gradients, t, s, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, decay=0.01):
    for k, g in gradients.items():
        m, v = moments(s, g, t, b1, b2, k)
        w[k] = w[k] - lr * (cautious(m / (np.sqrt(v) + eps), g) + decay * w[k])


@paper
def cautious_lion(w, gradients, t, s, lr=1e-4, decay=0):
    for k, g in gradients.items():
        m = s.get(("m", k), 0 * g)
        w[k] = w[k] - lr * (cautious(np.sign(0.9 * m + (1 - 0.9) * g), g) + decay * w[k])
        s["m", k] = 0.99 * m + (1 - 0.99) * g


@paper
def prodigy(w, gradients, t, s, lr=1, b1=0.9, b2=0.999, eps=1e-8, initial=1e-6, coefficient=1, decay=0, corrected=True):
    """Mishchenko & Defazio 2023, Algorithm 4; konstmish/prodigy, with `use_bias_correction` where `corrected`; d stays while every gradient so far was zero."""
    first = s.setdefault("w0", {k: a.copy() for k, a in w.items()})
    d, b3 = s.get("d", initial), b2**0.5
    rate = d * lr * ((1 - b2**t) ** 0.5 / (1 - b1**t) if corrected else 1)
    s["r"] = b3 * s.get("r", 0) + d / initial * rate * dot(gradients, {k: first[k] - w[k] for k in w})
    total = 0
    for k, g in gradients.items():
        s["m", k] = b1 * s.get(("m", k), 0 * g) + (1 - b1) * d * g
        s["v", k] = b2 * s.get(("v", k), 0 * g) + (1 - b2) * (d * g) ** 2
        s["s", k] = b3 * s.get(("s", k), 0 * g) + rate * d * g / initial
        total += float(np.sum(np.abs(s["s", k])))
    s["d"] = max(d, coefficient * s["r"] / total) if total > 0 else d
    for k in w:
        with np.errstate(invalid="ignore"):
            step = s["m", k] / (np.sqrt(s["v", k]) + s["d"] * eps)
        w[k] = w[k] - rate * (step + decay * w[k])


@paper
def d_adaptation(w, gradients, t, s, lr=1, b1=0.9, b2=0.999, eps=1e-8, initial=1e-6, decay=0):
    """Defazio & Mishchenko 2023, Algorithm 5; d stays while every gradient so far was zero."""
    d, sigma = s.get("d", initial), b2**0.5
    rate = d * lr * (1 - b2**t) ** 0.5 / (1 - b1**t)
    scaled = {k: s.get(("s", k), 0 * g) / (np.sqrt(s.get(("v", k), 0 * g)) + eps) for k, g in gradients.items()}
    s["r"] = sigma * s.get("r", 0) + (1 - sigma) * rate * dot(gradients, scaled)
    total = 0
    for k, g in gradients.items():
        s["m", k] = b1 * s.get(("m", k), 0 * g) + (1 - b1) * rate * g
        s["v", k] = b2 * s.get(("v", k), 0 * g) + (1 - b2) * g**2
        s["s", k] = sigma * s.get(("s", k), 0 * g) + (1 - sigma) * rate * g
        total += float(np.sum(np.abs(s["s", k])))
        w[k] = w[k] - s["m", k] / (np.sqrt(s["v", k]) + eps) - decay * rate * w[k]
    s["d"] = max(d, s["r"] / ((1 - sigma) * total)) if total > 0 else d


@paper
def layerwise_dog(w, gradients, t, s, lr=1, initial=1e-6, eps=1e-8, decay=0):
    """Ivgi et al. 2023, section 3.4 (L-DoG): distances and sums for each tensor alone."""
    for k, g in gradients.items():
        g = g + decay * w[k]
        first = s.setdefault(("w0", k), w[k].copy())
        s["r", k] = max(s.get(("r", k), initial * (1 + np.linalg.norm(first))), np.linalg.norm(w[k] - first))
        s["g", k] = s.get(("g", k), 0) + np.sum(g**2)
        w[k] = w[k] - lr * s["r", k] / np.sqrt(s["g", k] + eps) * g
