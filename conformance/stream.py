"""First weights, gradients and losses that Python and TypeScript compute alike, bit for bit. See stream.ts."""

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


def gradient(step, element):
    """Magnitudes over 40 powers of two, exact zeros, and a stretch of one sign."""
    if mix(2, step, element) % 17 == 0:
        return 0.0
    value = signed(3, step, element) * 2.0 ** ((element * 5 + step // 50 * 3) % 41 - 25)
    return abs(value) if 100 <= step < 150 else value


def loss(step):
    return 3.0 + signed(4, step, 0)
