"""What emitted transformations are in Optax, besides their steps: prints a line for each thing that holds. Run by emitted-frameworks.test.ts: FOLDER."""

import importlib
import sys

import jax
import jax.numpy as jnp
import optax

sys.path.insert(0, sys.argv[1])


def check(what, holds):
    print(f"{what}: {'yes' if holds else 'NO'}", flush=True)


adamw = importlib.import_module("adamw").adamw
params = {"a": jnp.ones((2, 3)), "b": [jnp.ones(2), jnp.zeros(())]}
grads = jax.tree.map(lambda w: w + 0.5, params)


def run(transformation, steps=3):
    state, p = transformation.init(params), params
    step = jax.jit(lambda s, p: transformation.update(grads, s, p))
    for _ in range(steps):
        updates, after = step(state, p)
        check_types = jax.tree.map(lambda x, y: x.dtype == y.dtype and x.shape == y.shape, state, after)
        assert all(jax.tree.leaves(check_types))
        state, p = after, optax.apply_updates(p, updates)
    return p, state


same = lambda a, b: all(jnp.allclose(x, y, rtol=1e-5) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b)))
ours, state = run(adamw(lr=0.1, weight_decay=1e-4))
check("AdamW is optax.adamw", same(ours, run(optax.adamw(0.1))[0]))
check("its state is a NamedTuple", hasattr(state, "_fields") and state._fields[0] == "t")
schedule = optax.cosine_decay_schedule(0.1, 10)
check("a schedule of Optax", same(run(adamw(lr=schedule, weight_decay=1e-4))[0], run(optax.adamw(schedule))[0]))
check("optax.chain", same(run(optax.chain(optax.clip(0.1), adamw(lr=0.1, weight_decay=1e-4)))[0], run(optax.chain(optax.clip(0.1), optax.adamw(0.1)))[0]))
hyper = optax.inject_hyperparams(adamw)(lr=0.1, weight_decay=1e-4)
check("optax.inject_hyperparams", same(run(hyper)[0], ours))
half = jax.tree.map(lambda w: w.astype(jnp.bfloat16), params)
state = adamw().init(half)
updates, after = adamw().update(half, state, half)
check("bfloat16 stays", all(x.dtype == jnp.bfloat16 for x in jax.tree.leaves((updates, after.m))))
try:
    adamw().update(grads, adamw().init(params))
    check("parameters are asked for", False)
except ValueError:
    check("parameters are asked for", True)
try:
    adamw().init({"z": jnp.ones(2, jnp.complex64)})
    check("complex parameters are refused", False)
except TypeError as error:
    check("complex parameters are refused", "real" in str(error))
scanned, _ = jax.lax.scan(lambda s, _: (adamw().update(grads, s, params)[1], None), adamw().init(params), length=3)
check("jax.lax.scan", int(scanned.t) == 3)

grouped = importlib.import_module("grouped")
tree = {"head": {"w": jnp.ones((2, 2))}, "norm": jnp.ones(2), "body": [jnp.ones((3, 3)), jnp.ones(3)]}
labels = jax.tree_util.tree_map_with_path(grouped.label_of, tree)
check("groups take what they match", labels == {"head": {"w": 'the "head"'}, "norm": "adamw", "body": ["matrices", "rest"]})
transformation = grouped.adamw_groups()
zeros = jax.tree.map(jnp.zeros_like, tree)
updates, _ = jax.jit(transformation.update)(zeros, transformation.init(tree), tree)
check("each group has its decay", [round(float(x.ravel()[0]), 6) for x in jax.tree.leaves(updates)] == [-0.01, -0.002, -0.05, 0.0])

jax.config.update("jax_enable_x64", True)
for name in ("mixed", "mixed_clipped", "scheduled", "mixed_scheduled"):
    module = importlib.import_module(name)
    check(f"{name} replays its steps", module.replay() <= 1e-12)
mixed = importlib.import_module("mixed_clipped").muon_adamw_groups()
tree = {"layer": {"kernel": jnp.ones((3, 2)), "bias": jnp.ones(2)}}
state = mixed.init(tree)
updates, state = jax.jit(mixed.update)(jax.tree.map(jnp.ones_like, tree), state, tree)
check("several methods in one transformation", jax.tree.structure(updates) == jax.tree.structure(tree) and round(float(updates["layer"]["bias"][0]), 6) == -3e-4)
