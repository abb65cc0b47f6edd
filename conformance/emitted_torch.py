"""What emitted files are in PyTorch and in JAX, besides their steps: prints a line for each thing that holds. Run by emitted-frameworks.test.ts: FOLDER."""

import copy
import importlib
import io
import pickle
import sys

import torch

sys.path.insert(0, sys.argv[1])
torch.set_num_threads(1)


def check(what, holds):
    print(f"{what}: {'yes' if holds else 'NO'}", flush=True)


def optimizer_class(name):
    module = importlib.import_module(name)
    (made,) = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == name]
    return made


def train(make, steps, model=None, opt=None, start=0):
    """The losses of a small model; the model and its optimizer go on where they were."""
    torch.manual_seed(0)
    x, y = torch.randn(16, 4), torch.randn(16, 3)
    model = model or torch.nn.Linear(4, 3)
    opt = opt or make(model)
    losses = []
    for _ in range(start, steps):

        def closure():
            opt.zero_grad()
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            return loss

        losses.append(opt.step(closure).item())
    return losses, model, opt


for name in sys.argv[2:]:
    cls = optimizer_class(name)
    matrices = name.startswith("muon")
    make = lambda model: cls([model.weight] if matrices else model.parameters())
    whole, _, _ = train(make, 12)
    first, model, opt = train(make, 6)
    file = io.BytesIO()
    torch.save({"model": model.state_dict(), "optimizer": opt.state_dict()}, file)
    file.seek(0)
    saved = torch.load(file)  # Tensors and plain values alone.
    again = torch.nn.Linear(4, 3)
    again.load_state_dict(saved["model"])
    loaded = make(again)
    loaded.load_state_dict(saved["optimizer"])
    rest, _, _ = train(make, 12, again, loaded, 6)
    check(f"{name} goes on as it was after state_dict", first + rest == whole)
    check(f"{name} descends", whole[-1] < whole[0])
    w = next(iter(copy.deepcopy(loaded).param_groups))["params"][0]
    check(f"{name} is copied and pickled", len(pickle.dumps(loaded)) > 0 and w.shape == (3, 4))
    fresh = make(torch.nn.Linear(4, 3))
    check(f"{name} makes its states late", len(fresh.state) == 0)
    shared = [s for state in opt.state.values() for s in state.values() if torch.is_tensor(s)]
    places = [s.data_ptr() for s in shared] + [p.data_ptr() for g in opt.param_groups for p in g["params"]] + [p.grad.data_ptr() for g in opt.param_groups for p in g["params"]]
    check(f"{name} shares no memory", len(set(places)) == len(places))

AdamW = optimizer_class("adamw")
a, b = torch.nn.Linear(4, 3), torch.nn.Linear(4, 3)
b.load_state_dict(a.state_dict())
ours, theirs = AdamW(a.parameters(), lr=0.01), torch.optim.AdamW(b.parameters(), lr=0.01)
schedules = [torch.optim.lr_scheduler.StepLR(one, 2) for one in (ours, theirs)]
x = torch.randn(8, 4)
for _ in range(5):
    for model, opt, schedule in ((a, ours, schedules[0]), (b, theirs, schedules[1])):
        opt.zero_grad()
        model(x).pow(2).mean().backward()
        opt.step()
        schedule.step()
check("a scheduler of PyTorch changes the rate", ours.param_groups[0]["lr"] == theirs.param_groups[0]["lr"] < 0.01)
check("AdamW is torch.optim.AdamW", torch.allclose(a.weight, b.weight, rtol=1e-6, atol=1e-7))
w = torch.nn.Parameter(torch.ones(2))
up = AdamW([{"params": [w], "maximize": True, "lr": 0.5}], lr=0.1)
w.grad = torch.ones(2)
up.step()
check("a group has its own rate and ascends", bool((w > 1.4).all()))
idle = torch.nn.Parameter(torch.ones(2))
AdamW([idle]).step()
check("a parameter without a gradient rests", bool((idle == 1).all()))
for wrong in ({"lr": -1}, {"betas": (0.9, 1)}):
    try:
        AdamW([idle], **wrong)
        check(f"{wrong} is refused", False)
    except ValueError as error:
        check(f"{list(wrong)[0]} is refused", "must lie in" in str(error))

# β₁, β₂, … are one tuple, as in PyTorch: for the class, for a group, and for what changes them.
for name, betas in (("adamw", (0.8, 0.95)), ("lion", (0.8, 0.9)), ("adan", (0.9, 0.8, 0.7)), ("ademamix", (0.8, 0.9, 0.99))):
    cls = optimizer_class(name)
    runs = []
    for given in (lambda w: cls([w], betas=betas), lambda w: cls([{"params": [w], "betas": betas}]), lambda w: cls([torch.zeros(1)])):
        w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
        opt = given(w)
        if not any(p is w for g in opt.param_groups for p in g["params"]):
            opt.add_param_group({"params": [w], "betas": list(betas)})
        for t in range(4):
            w.grad = torch.sin(w.detach() * (t + 1))
            opt.step()
        runs.append(w.detach().clone())
    usual = cls([torch.zeros(1)]).param_groups[0]["betas"]
    check(f"betas of {name} for the class, a group and an added group", all(torch.equal(runs[0], other) for other in runs) and len(usual) == len(betas))
    for wrong in (betas[:1], (*betas, 0.5)):
        try:
            cls([w], betas=wrong)
            check(f"{name} with {len(wrong)} betas is refused", False)
        except ValueError:
            check(f"{name} with {len(wrong)} betas is refused", True)
a, b = torch.nn.Linear(4, 3), torch.nn.Linear(4, 3)
b.load_state_dict(a.state_dict())
pair = [(a, AdamW(a.parameters(), lr=0.01, betas=(0.9, 0.95), eps=1e-6, weight_decay=0.1)), (b, torch.optim.AdamW(b.parameters(), lr=0.01, betas=(0.9, 0.95), eps=1e-6, weight_decay=0.1))]
cycles = [torch.optim.lr_scheduler.OneCycleLR(opt, 0.1, total_steps=9) for _, opt in pair]
for _ in range(6):
    for (model, opt), cycle in zip(pair, cycles):
        opt.zero_grad()
        model(x).pow(2).mean().backward()
        opt.step()
        cycle.step()
check("in the place of torch.optim.AdamW, with OneCycleLR, which changes betas", torch.allclose(a.weight, b.weight, rtol=1e-5, atol=1e-7))
check("the same param_groups", {k: v for k, v in pair[0][1].param_groups[0].items() if k != "params"}.items() <= pair[1][1].param_groups[0].items())

# What equations of real, dense arrays are not for, and what has nothing to step.
for wrong in (torch.ones(3, dtype=torch.complex64), torch.ones(3)):
    w = torch.nn.Parameter(wrong)
    w.grad = torch.ones_like(w) if w.is_complex() else torch.ones(3).to_sparse()
    try:
        AdamW([w]).step()
        check(f"{w.dtype} and {w.grad.layout} is refused", False)
    except RuntimeError as error:
        check(f"{w.dtype} and {w.grad.layout} is refused", "neither sparse gradients nor complex parameters" in str(error))
for name in ("muon", "adafactor", "soap"):
    cls = optimizer_class(name)
    params = [torch.nn.Parameter(torch.ones(shape, dtype=torch.bfloat16)) for shape in ((0, 3), (3, 0), (3, 4))]
    opt = cls(params)
    for t in range(3):
        for w in params:
            w.grad = torch.sin(torch.arange(w.numel()).reshape(w.shape) + t).to(w.dtype)
        opt.step()
    states = [s for state in opt.state.values() for s in state.values() if torch.is_tensor(s)]
    check(f"{name} in bfloat16, with parameters without elements", all(s.dtype == torch.bfloat16 for s in states) and bool(params[2].isfinite().all()) and bool((params[2] != 1).any()))

# Schedules: one for the class, and others for groups, by a function or constant.
Clipped = optimizer_class("clipped")
four = [torch.nn.Parameter(torch.ones(2)) for _ in range(4)]
mine = lambda t: 0.5 / t
own = Clipped([{"params": four[:1]}, {"params": four[1:2], "lr": 7e-4}, {"params": four[2:3], "lr": mine}], lr=importlib.import_module("clipped").lr_schedule)
own.add_param_group({"params": four[3:], "lr": mine})
for _ in range(2):
    for w in four:
        w.grad = torch.ones(2)
    own.step()
check("groups follow schedules of their own, or a constant", [g["lr"] for g in own.param_groups] == [importlib.import_module("clipped").lr_schedule(2), 7e-4, 0.25, 0.25])
check("a schedule is in no state_dict", all(not callable(v) for g in own.state_dict()["param_groups"] for v in g.values()))
independent = optimizer_class("independent")
for rate, factor in ((0.1, 1.0), (importlib.import_module("independent").lr_schedule, 0.5)):
    w = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    opt = independent([w], lr=rate, weight_decay=0.25)
    w.grad = torch.zeros(2, dtype=torch.float64)
    opt.step()
    check(f"independent decay follows a schedule, and no constant ({factor})", bool(torch.allclose(w.detach(), torch.tensor(1 - 0.25 * factor, dtype=torch.float64))))
for name in ("scheduled", "mixed_scheduled"):
    module = importlib.import_module(name)
    check(f"{name}: groups with schedules of their own replay their steps", module.replay() <= 1e-12)
    cls = optimizer_class(name)
    copied = copy.deepcopy(cls(module.parameter_groups([("W", torch.nn.Parameter(torch.ones(2, 2))), ("b", torch.nn.Parameter(torch.ones(2))), ("x", torch.nn.Parameter(torch.ones(())))])))
    check(f"{name}: a copy has its schedules", len({f for own in copied.schedules for f in own.values()}) >= 2)

grouped = importlib.import_module("grouped")
model = torch.nn.ModuleDict({"head": torch.nn.Linear(3, 2), "Norm": torch.nn.LayerNorm(3), "body": torch.nn.Linear(3, 3), "conv": torch.nn.Conv1d(3, 3, 1, bias=False)})
groups = grouped.parameter_groups(model.named_parameters())
check("groups take what they match", [(len(g["params"]), g["weight_decay"], g["lr"]) for g in groups] == [(2, 0.5, 0.1), (3, 0, 0.1), (1, 0.1, 0.1), (1, 0.01, 0.2)])
whole = grouped.ClipByGlobalNormAdamW(groups)
for w in model.parameters():
    w.grad = torch.full_like(w, 100.0)
whole.step()
norm = sum((s["m"] / 0.1).pow(2).sum() for s in whole.state.values()).sqrt()
check("a norm over all runs over all groups", abs(float(norm) - 1) < 1e-5)

late = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
chained = optimizer_class("clipped")(late, lr=0.1)
for step in range(4):
    late[0].grad = torch.ones(2)
    late[1].grad = torch.ones(2) if step > 1 else None
    chained.step()
check("each parameter counts its own steps, in a chain too", [chained.state[w]["step"] for w in late] == [4, 2])

# Groups with equations of their own.
mixed = importlib.import_module("mixed")
check("a file of several methods replays its steps", mixed.replay() <= 1e-12)
make = lambda model: mixed.MuonAdamW(mixed.parameter_groups(model.named_parameters()))
whole, _, _ = train(make, 12)
first, model, opt = train(make, 6)
check("each group says its method", [(g["method"], len(g["params"])) for g in opt.param_groups] == [("muon", 1), ("adamw", 1)])
again = torch.nn.Linear(4, 3)
again.load_state_dict(model.state_dict())
loaded = make(again)
loaded.load_state_dict(copy.deepcopy(opt.state_dict()))
rest, _, _ = train(make, 12, again, loaded, 6)
check("several methods go on as they were after state_dict", first + rest == whole and whole[-1] < whole[0])
schedule = torch.optim.lr_scheduler.StepLR(opt, 1, gamma=0.5)
opt.step()
schedule.step()
check("a scheduler of PyTorch changes the rate of every method", [g["lr"] for g in opt.param_groups] == [0.01, 1.5e-4])
own = mixed.MuonAdamW([mixed.muon_group([torch.nn.Parameter(torch.ones(2, 2))], lr=0.5), mixed.adamw_group([torch.nn.Parameter(torch.ones(2))])])
check("groups are made by hand", [g["lr"] for g in own.param_groups] == [0.5, 3e-4])
try:
    mixed.MuonAdamW(again.parameters())
    check("parameters without a method are refused", False)
except ValueError as error:
    check("parameters without a method are refused", "muon_group or adamw_group" in str(error))
both = importlib.import_module("mixed_clipped")
check("a norm over groups of several methods", both.replay() <= 1e-12)

# Traced by torch.compile, whose backend here runs what it traced.
compiled = {"adamw": AdamW, "clipped": Clipped, "radam": optimizer_class("radam"), "muon": optimizer_class("muon"), "mixed": mixed.MuonAdamW}
for name, cls in compiled.items():
    torch._dynamo.reset()
    runs = []
    for trace in (False, True):
        torch.manual_seed(1)
        model = torch.nn.Linear(4, 3)
        params = mixed.parameter_groups(model.named_parameters()) if name == "mixed" else [model.weight] if name == "muon" else model.parameters()
        opt = cls(params)
        step = torch.compile(opt.step, backend="eager") if trace else opt.step
        for t in range(8):
            for w in model.parameters():
                w.grad = torch.sin(w * (t + 1))
            step()
        runs.append([w.detach().clone() for w in model.parameters()])
    check(f"torch.compile of {name}", all(torch.allclose(a, b, rtol=1e-5, atol=1e-7) for a, b in zip(*runs)))
