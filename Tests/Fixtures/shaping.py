"""Tensors taken apart, repeated, turned, padded and reduced as PyTorch does it.

Made with Python 3, NumPy 2.4.6 and PyTorch 2.13.0+cpu. Every case starts from the same tensor `x`; the
gradient, where there is one, is that of the sum of all elements times (1, 2, 3, ...) at `x`.
"""

import json
import pathlib

import numpy as np
import torch
from torch.nn.functional import pad

torch.manual_seed(3)
x = torch.round(torch.randn(2, 3, 4, dtype=torch.float64) * 64) / 64
# Zeros: one in a row, two in a row, and a column without any.
x[0, 1, 2] = 0
x[1, 0, 0] = 0
x[1, 0, 3] = 0
inf = float("inf")

cases = {
    "split 1": lambda x: torch.split(x, [1, 0, 3], -1)[2],
    "split 2": lambda x: torch.tensor_split(x, 2, 2)[1],
    "chunked": lambda x: torch.split(x, 2, 1)[1],
    "repeated": lambda x: x.repeat_interleave(3, 1),
    "repeated 0 times": lambda x: x.repeat_interleave(0, 2),
    "tiled": lambda x: torch.tile(x, (2, 3)),
    "tiled to more axes": lambda x: torch.tile(x, (2, 1, 1, 2)),
    "flipped": lambda x: torch.flip(x, [0, 1, 2]),
    "flipped along 2": lambda x: torch.flip(x, [2]),
    "flipped along 0 and 1": lambda x: torch.flip(x, [0, 1]),
    "rolled": lambda x: torch.roll(x, 5),
    "rolled along 2": lambda x: torch.roll(x, -1, 2),
    "rolled along 1": lambda x: torch.roll(x, 7, 1),
    "squeezed": lambda x: x[:1, :, :1].squeeze(),
    "movingAxis": lambda x: torch.movedim(x, 0, -1),
    "movingAxis back": lambda x: torch.movedim(x, 2, 0),
    "flattened from 1": lambda x: x.flatten(1),
    "flattened to 1": lambda x: x.flatten(0, 1),
    "padded": lambda x: pad(x, (1, 2, 0, 1, 3, 0), value=2.5),
    "padded by reflection": lambda x: pad(x, (2, 3, 1, 2), mode="reflect"),
    "padded by the edge": lambda x: pad(x, (2, 3, 1, 0), mode="replicate"),
    "padded around": lambda x: pad(x, (4, 1, 2, 0), mode="circular"),
    "meshgrid 1": lambda x: torch.meshgrid(x[0, 0], x[0, :, 1], indexing="ij")[0],
    "meshgrid 2": lambda x: torch.meshgrid(x[0, 0], x[0, :, 1], indexing="ij")[1],
    "variance": lambda x: x.var(),
    "variance over 1": lambda x: x.var(1, keepdim=True),
    "variance over 0 and 2 without correction": lambda x: x.var((0, 2), correction=0),
    "variance with correction 3": lambda x: x.detach().var(1, correction=3),
    "standardDeviation": lambda x: x.std(2),
    "standardDeviation of equals": lambda x: (x * 0 + 1.5).std(2),
    "product": lambda x: x.prod(),
    "product over 2": lambda x: x.prod(2),
    "product over 1, kept": lambda x: x.prod(1, keepdim=True),
    "product over 0 and 2": lambda x: x.prod(2).prod(0),
}
for order in [0.5, 1, 1.5, 2, 3, -1, -2, inf, -inf, 0]:
    cases[f"norm {order}"] = lambda x, order=order: torch.linalg.vector_norm(x, order, 2)
for order in [0.5, 1, 1.5, 2, 3, inf]:
    cases[f"norm {order} of zeros"] = lambda x, order=order: torch.linalg.vector_norm(x * 0, order)
whole = {
    "product": lambda x: x.prod(), "product over 1": lambda x: x.prod(1),
    "countNonzero": lambda x: x.count_nonzero(), "countNonzero over 1": lambda x: x.count_nonzero(1),
    "all over 1": lambda x: x.bool().all(1), "any over 0, kept": lambda x: x.bool().any(0, keepdim=True),
    "all": lambda x: x.bool().all(), "any": lambda x: x.bool().any(),
}


def numbers(tensor):
    return [x if np.isfinite(x) else str(x) for x in tensor.double().flatten().tolist()]


rows = []
for name, function in cases.items():
    leaf = x.clone().requires_grad_()
    result = function(leaf)
    gradient = None
    if result.requires_grad:
        weights = torch.arange(1.0, result.numel() + 1, dtype=torch.float64).reshape(result.shape)
        gradient, = torch.autograd.grad((result * weights).sum(), leaf, allow_unused=True, materialize_grads=True)
        gradient = numbers(gradient)
    rows.append({"name": name, "shape": list(result.shape), "values": numbers(result.detach()),
                 "gradient": gradient})
counts = torch.tensor([[1, -2, 3], [4, 0, 6]])
whole_rows = [
    {"name": name, "shape": list(function(counts).shape), "values": numbers(function(counts)),
     "gradient": None} for name, function in whole.items()]

path = pathlib.Path(__file__).parent / "shaping.json"
data = {"x": numbers(x), "shape": list(x.shape), "real": rows, "whole": whole_rows}
path.write_text(json.dumps(data).replace("}, {", "},\n{") + "\n")
