"""Writes order.json: what PyTorch and NumPy give for scans, sorts, searches and counts.

    pip install numpy torch
    python3 order.py

Made with PyTorch 2.13.0 (CPU) and NumPy 2.4.6. Each case has an input, arguments and results. "gradient"
is PyTorch's gradient of sum(c * result) with the coefficients c = 1, -1/2, 1/3, ..., and "second" that of
sum(c * gradient), both with respect to the input; a second one that is 0 is left out. Running totals that
are reversed or leave out an element are made of flips and shifts. Infinities and NaN stand in the file as
strings.
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
        if second is not None and second.count_nonzero() > 0:
            found["second"] = values(second)
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
    return [0, -1] if x.dim() != 1 else [0]


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


def sorts():
    rows = []
    for name, x in (inputs() | special()).items():
        smooth = name not in special() and name != "ties"
        for axis in axes(x):
            for descending in (False, True):
                def order(t):
                    return torch.sort(t, dim=axis, descending=descending, stable=True)
                rows.append(case("argSort", x, lambda t: order(t).indices, axis=axis, descending=descending))
                rows.append(case("sorted", x, lambda t: order(t).values, smooth, axis=axis, descending=descending))
            size = x.shape[axis] if x.dim() else 1
            for count in {1, 2, size} if x.dim() else {1}:
                if x.dtype == torch.bool or count > size:
                    continue
                for largest in (False, True):
                    # Which of equal elements PyTorch takes is not said.
                    rows.append(case(
                        "topK", x, lambda t: torch.topk(t, count, axis, largest).values, smooth,
                        axis=axis, count=count, largest=largest))
        if x.dtype != torch.bool:
            for axis in axes(x):
                if (x.shape[axis] if x.dim() else 1) == 0:
                    continue
                for operation, function in (("cumulativeMax", torch.cummax), ("cumulativeMin", torch.cummin)):
                    rows.append(case(
                        operation, x, lambda t: function(t, axis).values, name not in special(), axis=axis))
    return rows


def searches():
    bounds = torch.tensor([-1.0, 0.0, 0.0, 0.5, 2.0]).double()
    wanted = torch.tensor([[-2.0, -1, 0, 0.25], [0.5, 2, 3, -0.0]]).double()
    odd = torch.tensor([NAN, INF, -INF, 0.0]).double()
    pairs = [
        (bounds, wanted), (bounds, odd), (torch.tensor([-INF, 0, INF, NAN]).double(), odd),
        (bounds, torch.tensor(0.5).double()), (bounds, torch.zeros((2, 0)).double()),
        (torch.zeros(0).double(), wanted), (bounds.float(), wanted.float()),
        (torch.tensor([[0, 2, 4], [1, 1, 7]]), torch.tensor([[1, 2, 4, 9], [1, 0, 7, 8]])),
        (torch.tensor([1, 3, 3, 8], dtype=torch.int32), torch.tensor([3, 0, 9], dtype=torch.int32)),
        (torch.sort(inputs()["cube"]).values, inputs()["cube"] + 0.1),
    ]
    return [case("searchSorted", values_, lambda v: torch.searchsorted(bounds_, v, right=right),
                 boundaries=values(bounds_), right=right)
            for bounds_, values_ in pairs for right in (False, True)]


def quantiles():
    rows = []
    for name, x in (inputs() | special()).items():
        if not x.dtype.is_floating_point or x.numel() == 0:
            continue
        smooth = name not in special() and name != "ties"
        for axis in [None] + axes(x):
            along = {} if axis is None else {"axis": axis}
            for keeps in (False, True):
                for interpolation in ("linear", "lower", "higher", "midpoint", "nearest"):
                    # PyTorch gives NaN between infinities that are equal.
                    if name == "infinite" and interpolation in ("linear", "midpoint"):
                        continue
                    for q in (0.3, [0.0, 0.25, 0.5, 1.0]):
                        if keeps and interpolation != "linear":
                            continue
                        order = torch.tensor(q, dtype=x.dtype) if isinstance(q, list) else q
                        rows.append(case(
                            "quantile", x,
                            lambda t: torch.quantile(t, order, axis, keeps, interpolation=interpolation),
                            smooth and not keeps, **along, keeping=keeps, interpolation=interpolation,
                            orders=q if isinstance(q, list) else [q], several=isinstance(q, list)))
            def median(t):
                return torch.median(t) if axis is None else torch.median(t, axis).values
            rows.append(case("median", x, median, smooth, **along))
    return rows


def counts():
    rows = []
    for x in (inputs() | special()).values():
        rows.append(case("unique", x, lambda t: torch.unique(t, return_inverse=True, return_counts=True)))
    whole = torch.tensor([3, 0, 2, 3, 3, 7])
    for x in (whole, whole.int(), torch.zeros(0, dtype=torch.int64)):
        size = x.numel()
        for length in (0, 5, 12):
            rows.append(case("bincount", x, lambda t: torch.bincount(t, minlength=length), minimumLength=length))
            # Of nothing PyTorch gives integers, whatever the weights.
            for weights_ in () if size == 0 else (torch.linspace(-1, 2, size).double(), torch.linspace(-1, 2, size), torch.arange(size)):
                rows.append(case(
                    "bincount", x, lambda t: torch.bincount(t, weights_, length),
                    minimumLength=length, weights=values(weights_)))
    return rows + histograms()


def histograms():
    rows = []
    random = np.random.default_rng(5)
    data = {
        "real": random.normal(size=200), "rounded": np.round(random.normal(size=(10, 20)), 1),
        "whole": random.integers(-4, 9, size=100), "constant": np.full(5, 2.0), "empty": np.zeros(0),
        "gaps": np.array([0.0, 1, 2, 3, 4, 4, 4, NAN, 5, -1]),
    }
    for name, x in data.items():
        weights_ = random.uniform(size=x.shape)
        for keys in ({"bins": 10}, {"bins": 1}, {"bins": 7, "range": [-1.0, 2.0]}, {"bins": 4, "range": [0.0, 4.0]},
                     {"edges": [-2.0, -1.0, 0.5, 0.5, 3.0]}, {"edges": [0.0, 4.0]}):
            if name == "gaps" and "range" not in keys and "edges" not in keys:
                continue
            for weighted in (False, True):
                for density in (False, True):
                    # A density over nothing is undefined, and NumPy warns of it.
                    with np.errstate(invalid="ignore", divide="ignore"):
                        found = np.histogram(
                            x, keys.get("edges", keys.get("bins")), keys.get("range"), density,
                            weights_ if weighted else None)
                    rows.append(
                        {"operation": "histogram", "input": values(x),
                         "results": [values(r) for r in found], "density": density} | keys
                        | ({"weights": values(weights_)} if weighted else {}))
    return rows


def main():
    rows = arguments() + scans() + sorts() + searches() + quantiles() + counts()
    lines = ",\n".join(json.dumps(row) for row in rows)
    text = f'{{"torch": "{torch.__version__}", "numpy": "{np.__version__}", "cases": [\n{lines}\n]}}\n'
    pathlib.Path(__file__).with_name("order.json").write_text(text)


if __name__ == "__main__":
    main()
