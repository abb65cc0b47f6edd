"""PyTorch's AdamW: python torch_adamw.py fused|foreach THREADS"""

import sys

import torch
from serve import HYPER, first_weights, gradient, serve


class Torch:
    def __init__(self, form: str, threads: int) -> None:
        self.form = form
        torch.set_num_threads(threads)

    def make(self, tensors: int, each: int) -> None:
        self.parameters = [torch.nn.Parameter(torch.from_numpy(first_weights(each))) for _ in range(tensors)]
        self.optimizer = torch.optim.AdamW(
            self.parameters,
            lr=HYPER["lr"],
            betas=(HYPER["b1"], HYPER["b2"]),
            eps=HYPER["eps"],
            weight_decay=HYPER["weight_decay"],
            **{self.form: True},
        )

    def gradients(self, kind: str, block: int) -> None:
        for parameter in self.parameters:
            parameter.grad = torch.from_numpy(gradient(kind, block, parameter.numel()))

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.optimizer.step()

    def read(self):
        return [parameter.detach().numpy() for parameter in self.parameters]


serve(Torch(sys.argv[1], int(sys.argv[2])))
