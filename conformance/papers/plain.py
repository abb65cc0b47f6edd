"""Rules of a line or two in plain numpy from their papers, and transforms of the gradient or the weights around SGD of a constant rate.
Nothing here knows our equations."""

import numpy as np

from rules import dot, moments, paper, register, stepped


@paper
def sgd(w, gradients, t, s, lr=0.01, momentum=0, nesterov=False):
    """Sutskever et al. 2013, equations 1 to 4, with the rate inside the velocity; with Nesterov's, w is where the gradient is taken, theta + mu v."""
    for k, g in gradients.items():
        last = s.get(("v", k), 0 * g)
        s["v", k] = momentum * last - lr * g
        theta = w[k] - (momentum * last if nesterov else 0) + s["v", k]
        w[k] = theta + (momentum * s["v", k] if nesterov else 0)


@paper
def sign_sgd(w, gradients, t, s, lr=1e-3):
    """Bernstein et al. 2018, Algorithm 1."""
    for k, g in gradients.items():
        w[k] = w[k] - lr * np.sign(g)


@paper
def signum(w, gradients, t, s, lr=1e-3, beta=0.9):
    """Bernstein et al. 2018, Algorithm 2."""
    for k, g in gradients.items():
        s["m", k] = beta * s.get(("m", k), 0 * g) + (1 - beta) * g
        w[k] = w[k] - lr * np.sign(s["m", k])


@paper
def nadam(w, gradients, t, s, lr=2e-3, b1=0.9, b2=0.999, eps=1e-8, psi=4e-3):
    """Dozat 2016, Algorithm 2 and the schedule of the momentum that it recommends, 0.96^(t/250)."""
    mu, following = (b1 * (1 - 0.5 * 0.96 ** (i * psi)) for i in (t, t + 1))
    s["product"] = s.get("product", 1) * mu
    for k, g in gradients.items():
        _, n = moments(s, g, t, b1, b2, k)
        ahead = (1 - mu) * g / (1 - s["product"]) + following * s["m", k] / (1 - s["product"] * following)
        w[k] = w[k] - lr * ahead / (np.sqrt(n) + eps)


@paper
def rmsprop(w, gradients, t, s, lr=1e-4, beta=0.95, momentum=0.9, eps=1e-4):
    """Graves 2013, equations 38 to 41."""
    for k, g in gradients.items():
        s["n", k] = beta * s.get(("n", k), 0 * g) + (1 - beta) * g**2
        s["g", k] = beta * s.get(("g", k), 0 * g) + (1 - beta) * g
        s["d", k] = momentum * s.get(("d", k), 0 * g) - lr * g / np.sqrt(s["n", k] - s["g", k] ** 2 + eps)
        w[k] = w[k] + s["d", k]


@paper
def irprop_minus(w, gradients, t, s, lr=0.01, shrink=0.5, grow=1.2, least=1e-6, most=50):
    """Igel & Hüsken 2000, iRprop-: after a change of sign the gradient counts as zero."""
    for k, g in gradients.items():
        agree = g * s.get(("g", k), 0 * g)
        d = s.get(("d", k), 0 * g + lr)
        s["d", k] = np.where(agree > 0, np.minimum(d * grow, most), np.where(agree < 0, np.maximum(d * shrink, least), d))
        s["g", k] = np.where(agree < 0, 0, g)
        w[k] = w[k] - np.sign(s["g", k]) * s["d", k]


@paper
def optimistic_sgd(w, gradients, t, s, lr=0.01):
    """Mokhtari, Ozdaglar & Pattathil 2020, OGDA from w of step -1 = w of step 0."""
    for k, g in gradients.items():
        w[k] = w[k] - 2 * lr * g + lr * s.get(("g", k), g)
        s["g", k] = g


def transformed(change):
    """Marks what `change(g, w, **options)` gives for all gradients at once, in whose place SGD takes them."""

    def rule(w, gradients, t, s, lr=0.1, **options):
        changed = change(gradients, w, **options)
        for k in w:
            w[k] = w[k] - lr * changed[k]

    register(f"paper.{change.__name__}")(stepped(rule))
    return change


@transformed
def clipped_globally(g, w, c):
    """Pascanu, Mikolov & Bengio 2013, Algorithm 1."""
    norm = np.sqrt(dot(g, g))
    return {k: a * c / norm for k, a in g.items()} if norm >= c else g


@transformed
def clipped_by_value(g, w, c):
    """Mikolov 2012: each element between -c and c."""
    return {k: np.clip(a, -c, c) for k, a in g.items()}


@transformed
def clipped_by_rms(g, w, d):
    """Shazeer & Stern 2018, section 6: divided by max(1, RMS/d)."""
    return {k: a / max(1, np.sqrt(np.mean(a**2)) / d) for k, a in g.items()}


@transformed
def normalized(g, w):
    """Nesterov 1984: of length 1; zero stays zero."""
    norm = np.sqrt(dot(g, g))
    return {k: a / norm for k, a in g.items()} if norm > 0 else g


@transformed
def penalized(g, w, penalty):
    """The gradient of the loss and half the penalty times the square of w."""
    return {k: a + penalty * w[k] for k, a in g.items()}


@paper
def projected_sgd(w, gradients, t, s, lr=0.1):
    """Levitin & Polyak 1966, onto what is not negative."""
    for k, g in gradients.items():
        w[k] = np.maximum(w[k] - lr * g, 0)
