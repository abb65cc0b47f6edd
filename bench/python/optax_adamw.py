"""Optax's AdamW, jitted, its arrays donated: python optax_adamw.py"""

import os

os.environ["JAX_PLATFORMS"] = "cpu"

from functools import partial

import jax
import jax.numpy as jnp
import optax
from serve import HYPER, first_weights, gradient, serve

transformation = optax.adamw(HYPER["lr"], HYPER["b1"], HYPER["b2"], HYPER["eps"], weight_decay=HYPER["weight_decay"])


@partial(jax.jit, donate_argnums=(0, 1))
def step(parameters, state, gradients):
    updates, state = transformation.update(gradients, state, parameters)
    return optax.apply_updates(parameters, updates), state


class Optax:
    def make(self, tensors: int, each: int) -> None:
        self.each = each
        self.parameters = [jnp.array(first_weights(each)) for _ in range(tensors)]
        self.state = transformation.init(self.parameters)

    def gradients(self, kind: str, block: int) -> None:
        self.grads = [jnp.array(gradient(kind, block, self.each)) for _ in self.parameters]
        jax.block_until_ready(self.grads)

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.parameters, self.state = step(self.parameters, self.state, self.grads)
        jax.block_until_ready((self.parameters, self.state))

    def read(self):
        return self.parameters


serve(Optax())
