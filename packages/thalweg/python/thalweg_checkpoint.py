"""Moves checkpoints of a PyTorch model and its optimizers to Thalweg and back, as one safetensors file. Needs only PyTorch."""
import json
import zlib

import torch

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
TYPES |= {"I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool}
CHECKED = 8 + len('{"__metadata__":{"crc32":"') + 8  # the checksum covers the bytes from here on


def save(path, model, *optimizers, steps=None):
    """Writes parameters, buffers and optimizer states. Pass `steps`, the number taken, if the optimizer does not count them and a schedule continues."""
    names = {p: name for name, p in model.named_parameters()}
    ties = {name: names[p] for name, p in model.named_parameters(remove_duplicate=False) if name != names[p]}
    tensors = {name: value for name, value in model.state_dict().items() if name not in ties}
    groups, step = [], {}
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            check(all(p in names for p in group["params"]), f"{type(optimizer).__name__} trains a tensor that is not a parameter of the model")
            own = [names[p] for p in group["params"]]
            groups.append({**group, "optimizer": type(optimizer).__name__, "params": own, "param_names": None})
        for p, state in optimizer.state.items():
            step |= {names[p]: int(value) for key, value in state.items() if key == "step"}
            tensors |= {f"optimizer/{key}/{names[p]}": value for key, value in state.items() if key != "step" and value is not None}
    frozen = [name for p, name in names.items() if not p.requires_grad]
    about = json.dumps({"groups": groups, "ties": ties, "frozen": frozen, "step": step, "steps": steps}, default=float)
    header, chunks, at = {"__metadata__": {"crc32": "0" * 8, "pytorch": about}}, [], 0
    called = {value: key for key, value in TYPES.items()}
    for name, value in tensors.items():
        check(torch.is_tensor(value) and value.dtype in called, f"{name} is {getattr(value, 'dtype', type(value))}, which cannot be saved")
    for name, value in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        chunks.append(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
        header[name] = {"dtype": called[value.dtype], "shape": list(value.shape), "data_offsets": [at, at := at + len(chunks[-1])]}
    text = json.dumps(header, separators=(",", ":")).encode()
    raw = bytearray(b"".join([(len(text) + -len(text) % 8).to_bytes(8, "little"), text, b" " * (-len(text) % 8), *chunks]))
    raw[CHECKED - 8 : CHECKED] = b"%08x" % zlib.crc32(memoryview(raw)[CHECKED:])
    with open(path, "wb") as file:
        file.write(raw)


def load(path, model, *optimizers):
    """Loads a file of `save` or Thalweg into the model and its optimizers. Raises a ValueError before anything changes. Returns the number of steps taken."""
    with open(path, "rb") as file:
        raw = memoryview(file.read())
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(bytes(raw[8:start]))
    texts = header.pop("__metadata__")
    about = json.loads(texts["pytorch"])
    crc32 = "%08x" % zlib.crc32(raw[CHECKED:])
    check(texts.get("crc32", crc32) == crc32, "the checksum does not match: the file is damaged")
    tensors = {}
    for name, entry in header.items():
        tensors[name] = torch.empty(entry["shape"], dtype=TYPES[entry["dtype"]])
        memoryview(tensors[name].view(-1).view(torch.uint8).numpy())[:] = raw[start:][slice(*entry["data_offsets"])]
    every = dict(model.named_parameters(remove_duplicate=False))
    names = {p: name for name, p in every.items() if name in tensors}
    for name, p in every.items():
        there = tensors.get(names.get(p))
        check(there is not None, f"{name} is not in the file")
        same = (there.shape, there.dtype) == (p.shape, p.dtype)
        check(same, f"{name} is {there.dtype} {list(there.shape)} in the file and {p.dtype} {list(p.shape)} here")
    for name in (name for group in about["groups"] for name in group["params"]):
        check(name in every and names[every[name]] == name, f"{name} is a parameter in the file, but tied or missing in this model")
    states = [state_dict(o, about, tensors, names) for o in optimizers]
    wanted = {name: tensors[names[every[name]] if name in every else name] for name in model.state_dict() if name in every or name in tensors}
    model.load_state_dict(wanted, strict=False)
    for p, name in names.items():
        p.requires_grad_(name not in about["frozen"])
    for o, state in zip(optimizers, states):
        o.load_state_dict(state)
    return about["steps"]


def state_dict(optimizer, about, tensors, names):
    """The argument for `optimizer.load_state_dict`: the states of the file by index, and the options of its groups."""
    state, groups, index = {}, [], 0
    for group in optimizer.param_groups:
        own, kind = [names.get(p) for p in group["params"]], kind_of(type(optimizer).__name__, group)
        found = [g for g in about["groups"] if kind_of(g["optimizer"], g) == kind and set(own) <= set(g["params"])]
        check(len(found) == 1, f"no {kind} param group in the file contains all of {', '.join(map(str, own))}")
        options = {key: tuple(value) if isinstance(value, list) else value for key, value in found[0].items() if key in group}
        groups.append({**group, **options, "params": list(range(index, index + len(own)))})
        for name, p in zip(own, group["params"]):
            keys = [key for key in tensors if key.startswith("optimizer/") and key.split("/", 2)[2] == name]
            of = {key.split("/")[1]: tensors[key] for key in keys}
            for key, value in of.items():
                check((value.shape, value.dtype) == (p.shape, p.dtype), f"{key} of {name} has another shape or type in the file")
            count = {"step": torch.tensor(float(about["step"][name]))} if name in about["step"] else {}
            state |= {index: {**count, **of}} if of or count else {}
            index += 1
    return {"state": state, "param_groups": groups}


def kind_of(name, group):
    """Adam with decoupled weight decay is AdamW."""
    return "AdamW" if name == "Adam" and group.get("decoupled_weight_decay") else name


def check(right, problem):
    if not right:
        raise ValueError(problem)
