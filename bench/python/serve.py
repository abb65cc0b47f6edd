"""The line protocol of bench/programs/serve.ts, and the work of bench/work.ts, for contenders in Python."""

import sys
import time

import numpy

HYPER = {"lr": 1e-3, "b1": 0.9, "b2": 0.999, "eps": 1e-8, "weight_decay": 1e-2}


def first_weights(each: int) -> numpy.ndarray:
    return (1 + 0.25 * (numpy.arange(each) * 7 % 5)).astype(numpy.float32)


def gradient(kind: str, block: int, each: int) -> numpy.ndarray:
    i = numpy.arange(each)
    normal = (0.25 * (i * 7 % 5) - 0.375).astype(numpy.float32)
    if kind == "normal":
        return normal
    return numpy.where((i % 50 == block % 50) & (kind == "sparse"), normal, numpy.float32(0))


def serve(program) -> None:
    """Answers commands until the input ends."""
    for line in sys.stdin:
        try:
            answer = answer_to(program, line.split())
        except Exception as error:
            answer = "no " + " ".join(f"{type(error).__name__}: {error}".split())
        print(answer, flush=True)


def answer_to(program, words: list[str]) -> str:
    match words:
        case ["make", tensors, each]:
            program.make(int(tensors), int(each))
            return "ok"
        case ["grad", kind, block]:
            program.gradients(kind, int(block))
            return "ok"
        case ["run", steps]:
            started = time.perf_counter_ns()
            program.run(int(steps))
            return str(time.perf_counter_ns() - started)
        case ["read"]:
            return " ".join(repr(float(w)) for tensor in program.read() for w in tensor)
        case _:
            return "no such command"
