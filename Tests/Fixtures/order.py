"""Writes order.json: what PyTorch and NumPy give for scans, sorts, searches and counts.

    pip install numpy torch
    python3 order.py

Made with PyTorch 2.13.0 (CPU) and NumPy 2.4.6. Each case has an input, arguments and results. "gradient"
is PyTorch's gradient of sum(c * result) with the coefficients c = 1, -1/2, 1/3, ..., and "second" that of
sum(c * gradient), both with respect to the input. Running totals that are reversed or leave out an
element are made of flips and shifts. Infinities and NaN stand in the file as strings.
"""

import json
import pathlib

import numpy as np
import torch

NAN, INF = float("nan"), float("inf")
NAMES = {torch.float32: "float32", torch.float64: "float64", torch.int32: "int32",
         torch.int64: "int64", torch.bool: "bool"}


def number(value):
    """A number as JSON can hold it."""
    if isinstance(value, bool):
        return int(value)
    return value if np.isfinite(value) else str(value)


def values(tensor):
    """A tensor or array with its shape and dtype."""
    tensor = torch.as_tensor(tensor)
    return {"shape": list(tensor.shape), "dtype": NAMES[tensor.dtype],
            "numbers": [number(x) for x in tensor.reshape(-1).tolist()]}


def weights(count):
    """1, -1/2, 1/3, ..."""
    return torch.tensor([(-1.0) ** i / (i + 1) for i in range(count)], dtype=torch.float64)


def projected(tensor):
    return (tensor.reshape(-1) * weights(tensor.numel())).sum()


def derivatives(function, x):
    """The gradient of a projection of the function, and of a projection of that."""
    x = x.clone().requires_grad_()
    result = function(x)
    first, = torch.autograd.grad(projected(result), x, create_graph=True)
    found = {"gradient": values(first.detach())}
    if first.requires_grad:
        second = torch.autograd.grad(projected(first), x, allow_unused=True)[0]
        found["second"] = values(torch.zeros_like(x) if second is None else second)
    else:
        found["second"] = values(torch.zeros_like(x))
    return found


def case(operation, x, function, differentiable=False, **arguments):
    result = function(x)
    results = list(result) if isinstance(result, (tuple, list)) else [result]
    row = {"operation": operation, "input": values(x), "results": [values(r) for r in results]}
    row |= arguments
    if differentiable and x.dtype == torch.float64 and x.numel() > 0:
        def first(t):
            r = function(t)
            return r[0] if isinstance(r, (tuple, list)) else r
        row |= derivatives(first, x)
    return row


def inputs():
    random = torch.Generator().manual_seed(3)
    def normal(*shape):
        return torch.randn(shape, generator=random, dtype=torch.float64)
    return {
        "scalar": torch.tensor(2.5, dtype=torch.float64),
        "single": torch.tensor([-1.5], dtype=torch.float64),
        "vector": normal(7),
        "matrix": normal(3, 5),
        "cube": normal(2, 3, 4),
        "wide": normal(3, 11),
        "single precision": normal(4, 9).float(),
        "ties": torch.tensor([[2.0, 1, 2, 0, 1], [0, 0, 0, 0, 0], [1, 2, 3, 3, 2]]).double(),
        "whole": torch.tensor([[3, -1, 3, 7], [0, 2, -5, 2]]),
        "whole of 32 bits": torch.tensor([5, -2, 5, 9, -2], dtype=torch.int32),
        "truths": torch.tensor([[False, True, True], [True, False, False]]),
        "empty": torch.zeros(0, dtype=torch.float64),
        "empty rows": torch.zeros((2, 0), dtype=torch.float64),
        "no rows": torch.zeros((0, 3), dtype=torch.float64),
    }


def special():
    return {
        "special": torch.tensor([1.0, NAN, INF, -INF, 0.0, NAN, 3.0, -INF]).double(),
        "infinite": torch.tensor([[-INF, -INF, 1.0], [2.0, INF, -INF]]).double(),
        "undefined rows": torch.tensor([[NAN, 1.0, NAN], [2.0, 0.0, NAN]]),
    }


def axes(x):
    return sorted({0, max(x.dim() - 1, 0), -1})


def arguments():
    rows = []
    for name, x in (inputs() | special()).items():
        for operation, function in (("argMax", torch.argmax), ("argMin", torch.argmin)):
            searched = x.to(torch.uint8) if x.dtype == torch.bool else x
            for axis in [None] + axes(x):
                size = x.numel() if axis is None else (x.shape[axis] if x.dim() else 1)
                if size == 0:
                    continue
                for keeps in (False, True):
                    found = function(searched, dim=axis, keepdim=keeps)
                    row = case(operation, x, lambda _: found, keeping=keeps)
                    rows.append(row | ({} if axis is None else {"axis": axis}))
    return rows


def scan(function, identity, axis, is_reversed, is_exclusive):
    def apply(x):
        flat = x.dim() == 0
        x = x.reshape(1) if flat else x
        x = x.flip(axis) if is_reversed else x
        total = function(x, axis)
        if is_exclusive and x.shape[axis] > 0:
            first = torch.full_like(total.narrow(axis, 0, 1), identity)
            total = torch.cat([first, total.narrow(axis, 0, x.shape[axis] - 1)], axis)
        total = total.flip(axis) if is_reversed else total
        return total.reshape([]) if flat else total
    return apply


def scans():
    rows = []
    zeros = {
        "zeros": torch.tensor([[2.0, 0, 3, 0.5], [0, 1.5, 0, -2], [1, 2, 3, 0]]).double(),
        "first zero": torch.tensor([0.0, 1.5, 2]).double(),
    }
    low = {
        "impossible": torch.tensor([[-INF, -INF, 1, 0.5], [-INF, -INF, -INF, -INF], [0.5, -INF, 2, -INF]]).double(),
        "steep": torch.tensor([-800.0, 700, 705, -900, 712.5, 3]).double(),
    }
    for name, x in (inputs() | special() | zeros | low).items():
        smooth = name not in special()
        for axis in axes(x):
            for is_reversed in (False, True):
                for is_exclusive in (False, True):
                    for operation, function, identity in (
                        ("cumulativeSum", torch.cumsum, 0), ("cumulativeProduct", torch.cumprod, 1)):
                        rows.append(case(
                            operation, x, scan(function, identity, axis, is_reversed, is_exclusive),
                            smooth and name not in low, axis=axis, reversed=is_reversed, exclusive=is_exclusive))
                if x.dtype.is_floating_point:
                    # PyTorch's gradient is undefined where an element is -inf.
                    rows.append(case(
                        "logCumulativeSumExp", x, scan(torch.logcumsumexp, 0, axis, is_reversed, False),
                        smooth and name != "impossible", axis=axis, reversed=is_reversed))
    return rows


def main():
    rows = arguments() + scans()
    lines = ",\n".join(json.dumps(row) for row in rows)
    text = f'{{"torch": "{torch.__version__}", "numpy": "{np.__version__}", "cases": [\n{lines}\n]}}\n'
    pathlib.Path(__file__).with_name("order.json").write_text(text)


if __name__ == "__main__":
    main()
