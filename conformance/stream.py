"""First weights, gradients, losses and hyperparameters that Python and TypeScript compute alike, bit for bit. See stream.ts."""

import hashlib
import math
import struct

import numpy as np

M = 0xFFFFFFFF


def mix(a, b, c):
    """A 32-bit hash of three integers."""
    z = (a * 0x9E3779B1 + b * 0x85EBCA77 + c * 0xC2B2AE3D + 0x27D4EB2F) & M
    z = ((z ^ (z >> 15)) * 0x2C1B3C6D) & M
    z = ((z ^ (z >> 12)) * 0x297A2D39) & M
    return z ^ (z >> 15)


def signed(a, b, c):
    """A number in [-1, 1), a multiple of 2^-31."""
    return mix(a, b, c) / 2.0**31 - 1.0


def weight(element):
    return signed(1, 0, element) * 2.0 ** (element % 5 - 2)


def gradient(step, element, stream="plain"):
    """Magnitudes over 40 powers of two, exact zeros, and a stretch of one sign; with gaps: zero at first, and for long; even: of one magnitude."""
    if stream == "even":
        return signed(3, step, element)
    if stream == "gaps" and (step <= 3 or 20 < step <= 300):
        return 0.0
    if mix(2, step, element) % 17 == 0:
        return 0.0
    value = signed(3, step, element) * 2.0 ** ((element * 5 + step // 50 * 3) % 41 - 25)
    return abs(value) if 100 <= step < 150 else value


def loss(step):
    return 3.0 + signed(4, step, 0)


# What a row of the table means by a word where a hyperparameter stands, as a function of the step.
SCHEDULES = {
    "cosine": lambda t: 0.01 * (1 + math.cos(math.pi * min(t, 400) / 400)) / 2,
    "fade": lambda t: 0.1 - 0.1 * min(t, 400) / 400,
    "halves": lambda t: 0.02 * 2.0 ** -(t % 5),
    "rise": lambda t: 1 - 0.25 / (1 + t // 40),
    "warm": lambda t: 0.01 * min(t - 1, 50) / 50,
}


def digest():
    """SHA-256 of the bytes of the first weights and of the streams' gradients, and a few of the numbers."""
    numbers = [weight(e) for e in range(300)]
    numbers += [gradient(t, e, s) for s in ("plain", "gaps", "even") for t in range(1, 321) for e in range(300)]
    numbers += [loss(t) for t in range(1, 321)]
    sample = [[t, e, gradient(t, e)] for t in (1, 2, 99, 100, 149, 150, 320) for e in (0, 1, 7, 299)]
    return {"count": len(numbers), "sha256": hashlib.sha256(struct.pack(f"<{len(numbers)}d", *numbers)).hexdigest(), "sample": sample}


def varies(value):
    """Whether there is a schedule in `value`."""
    if isinstance(value, (dict, list)):
        return any(varies(v) for v in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and value in SCHEDULES


def at(value, t):
    """`value` with every schedule in it replaced by its number at step t."""
    if isinstance(value, dict):
        return {k: at(v, t) for k, v in value.items()}
    if isinstance(value, list):
        return [at(v, t) for v in value]
    return SCHEDULES[value](t) if isinstance(value, str) and value in SCHEDULES else value


class Data:
    """First weights, and gradients by step, of a row's tensors; elements are counted over all of them."""

    def __init__(self, shapes, row):
        self.shapes, self.stream, self.zeros = shapes, row.get("stream", "plain"), row.get("zeros", [])

    def arrays(self, value):
        out, element = {}, 0
        for name, shape in self.shapes.items():
            size = math.prod(shape)
            out[name] = np.array([value(element + i) for i in range(size)], dtype=np.float64).reshape(shape)
            element += size
        return out

    def weights(self):
        return {k: np.zeros_like(v) if k in self.zeros else v for k, v in self.arrays(weight).items()}

    def gradients(self, t):
        return self.arrays(lambda e: gradient(t, e, self.stream))


DOCUMENTS = {"stream": digest}
