"""Writes indexing.json: what NumPy and PyTorch take from tensors by subscripts, and put there.

Made with torch 2.13.0+cpu and numpy. To make it anew:

    pip install torch==2.13.0 numpy && python indexing.py

Subscripts are drawn at random: numbers, ranges with steps, ellipses, new axes, index tensors and masks.
PyTorch decides; NumPy serves for ranges that run backwards, which PyTorch does not have, and is asserted
to agree everywhere but where numbers or indices of rank 0 stand beside index tensors. Tables count up
from 0. Assigned values count down from -1. `gradients` are those of the sum of cubes in float64, for
numbers a tenth as large and an assigned value of the same size.
"""

import json
import pathlib

import numpy as np
import torch

RANDOM = np.random.default_rng(20)


def integer(low, high):
    return int(RANDOM.integers(low, high))


def draw_range(size):
    """A range as it may be written, beyond the axis now and then."""
    bound = lambda: None if RANDOM.random() < 0.3 else integer(-size - 2, size + 3)
    step = int(RANDOM.choice([1, 1, 1, 2, 3, -1, -1, -2, -3]))
    return {"range": [bound(), bound(), step]}


def draw_indices(size, shape):
    values = RANDOM.integers(-size, size, shape) if size else np.zeros((0,), int)
    return {"shape": list(values.shape), "indices": [int(v) for v in values.ravel()]}


def draw_mask(shape):
    values = RANDOM.random(shape) < 0.6
    return {"shape": list(shape), "mask": [bool(v) for v in values.ravel()]}


def draw_subscripts(shape):
    """Subscripts for all axes, for the first ones, or behind an ellipsis for the last ones."""
    kept = integer(0, len(shape) + 1)
    kind = integer(0, 4)
    if kind == 0:
        return [{"name": "ellipsis"}] + draw_subscripts_for(shape[kept:])
    if kind == 1:
        ends = min(kept, 1), max(kept, len(shape) - 1)
        return (
            draw_subscripts_for(shape[: ends[0]]) + [{"name": "ellipsis"}] + draw_subscripts_for(shape[ends[1] :])
        )
    return draw_subscripts_for(shape[:kept] if kind == 2 else shape)


def draw_subscripts_for(shape):
    """Subscripts of one kind or several."""
    subscripts, axis = [], 0
    broadcast = [(3,), (2, 1), (1, 3), (2, 3), (1,), (3, 1, 1)]
    kinds = RANDOM.permutation(["number", "range", "all", "indices", "indices", "mask", "scalar"])[:3]
    end = len(shape)
    if RANDOM.random() < 0.1:
        broadcast = [(2, 0), (0,), (1,)]
    count = None
    while axis < end:
        if RANDOM.random() < 0.12:
            subscripts.append({"name": "newAxis"})
        kind, size = str(RANDOM.choice(kinds)), shape[axis]
        if kind == "number" and size:
            subscripts.append({"number": integer(-size, size)})
        elif kind == "scalar" and size:
            subscripts.append(draw_indices(size, ()))
        elif kind == "indices":
            subscripts.append(draw_indices(size, broadcast[integer(0, len(broadcast))]))
        elif kind == "mask":
            rank = integer(1, end - axis + 1)
            mask = draw_mask(shape[axis : axis + rank])
            # Masks broadcast with other indices only if as many elements are true.
            if count not in (None, 1, sum(mask["mask"])):
                continue
            count = sum(mask["mask"])
            broadcast = [(1,), (1, 1), (2, 1)]
            subscripts.append(mask)
            axis += rank - 1
        elif kind == "all":
            subscripts.append({"name": "all"})
        else:
            subscripts.append(draw_range(size))
        axis += 1
    if RANDOM.random() < 0.1:
        subscripts.append({"name": "newAxis"})
    return subscripts


def as_numpy(subscript):
    if "number" in subscript:
        return subscript["number"]
    if "range" in subscript:
        return slice(*subscript["range"])
    if "indices" in subscript:
        return np.array(subscript["indices"], dtype=np.int64).reshape(subscript["shape"])
    if "mask" in subscript:
        return np.array(subscript["mask"], dtype=bool).reshape(subscript["shape"])
    return {"all": slice(None), "ellipsis": Ellipsis, "newAxis": None}[subscript["name"]]


def as_torch(subscript):
    subscript = as_numpy(subscript)
    return torch.tensor(subscript) if isinstance(subscript, np.ndarray) else subscript


def runs_backwards(subscripts):
    return any("range" in subscript and subscript["range"][2] < 0 for subscript in subscripts)


def differ(subscripts):
    """Whether NumPy and PyTorch may put axes in a different order."""
    scalar = any("number" in p or p.get("shape") == [] for p in subscripts)
    return scalar and any("indices" in p or "mask" in p for p in subscripts)


def has_duplicates(shape, subscripts):
    taken = np.arange(int(np.prod(shape))).reshape(shape)[tuple(map(as_numpy, subscripts))]
    return len(np.unique(taken)) < taken.size


def taken(table, subscripts):
    by_numpy = None if differ(subscripts) else table[tuple(map(as_numpy, subscripts))]
    if runs_backwards(subscripts):
        return by_numpy
    result = torch.tensor(table)[tuple(map(as_torch, subscripts))].numpy()
    assert by_numpy is None or np.array_equal(result, by_numpy), subscripts
    return result


def assigned(table, subscripts, values):
    by_numpy = table.copy()
    try:
        by_numpy[tuple(map(as_numpy, subscripts))] = values
    except ValueError:  # axes of size 1 in front, where NumPy moves axes to the front
        by_numpy = None
    if not runs_backwards(subscripts) and not has_duplicates(table.shape, subscripts):
        result = torch.tensor(table)
        result[tuple(map(as_torch, subscripts))] = torch.tensor(values)
        same = by_numpy is None or np.array_equal(result.numpy(), by_numpy)
        assert same or differ(subscripts), subscripts
        return result.numpy()
    return None if differ(subscripts) else by_numpy


def gradients(shape, subscripts, values):
    """Of the sum of cubes of what is taken, and of the table after an assignment."""
    if runs_backwards(subscripts) or has_duplicates(shape, subscripts):
        return None
    count = int(np.prod(shape))
    table = (0.1 * torch.arange(count, dtype=torch.float64)).reshape(shape).requires_grad_()
    key = tuple(map(as_torch, subscripts))
    (of_taken,) = torch.autograd.grad((table[key] ** 3).sum(), table)
    values = (0.1 * torch.tensor(values, dtype=torch.float64)).requires_grad_()
    after = table.clone()
    after[key] = values
    of_table, of_values = torch.autograd.grad((after**3).sum(), [table, values])
    return [g.reshape(-1).tolist() for g in (of_taken, of_table, of_values)]


def values_for(shape):
    """What broadcasts to a shape: all of it, a part of its axes, or one number."""
    kept = list(shape[integer(0, len(shape) + 1) :] if RANDOM.random() < 0.5 else shape)
    kept = [1 if RANDOM.random() < 0.2 else size for size in kept]
    if shape and RANDOM.random() < 0.1:
        kept = [1] * (len(shape) - len(kept) + 1) + kept
    return -1.0 - np.arange(int(np.prod(kept)), dtype=np.float64).reshape(kept)


def draw_case():
    shape = [int(RANDOM.choice([1, 2, 3, 4, 5])) for _ in range(integer(1, 5))]
    if RANDOM.random() < 0.08:
        shape[integer(0, len(shape))] = 0
    subscripts = draw_subscripts(shape)
    table = np.arange(int(np.prod(shape)), dtype=np.float64).reshape(shape)
    try:
        result = taken(table, subscripts)
    except (IndexError, ValueError):
        return None
    if result is None or result.size > 200:
        return None
    values = values_for(result.shape)
    after = assigned(table, subscripts, values)
    case = {"shape": shape, "places": subscripts, "takenShape": list(result.shape)}
    case["taken"] = result.ravel().tolist()
    if after is not None:
        case["valueShape"], case["values"] = list(values.shape), values.ravel().tolist()
        case["after"] = after.ravel().tolist()
        found = gradients(shape, subscripts, values)
        if found:
            case["gradients"] = found
    return case


def flat(tensor):
    return {"shape": list(tensor.shape), "elements": [float(v) for v in tensor.reshape(-1).tolist()]}


def method_cases():
    """Operations by name, on tables of several dtypes."""
    cases = []
    generator = torch.Generator().manual_seed(5)
    for dtype in ("float32", "float64", "int32", "int64", "bool"):
        for shape, axis in (([5], 0), ([3, 4], 1), ([3, 4], 0), ([2, 3, 4], 1), ([2, 3, 4], -1)):
            kind = getattr(torch, dtype)
            draw = lambda shape: torch.randint(-4, 5, shape, generator=generator).to(kind)
            x, size = draw(shape), shape[axis]
            index = torch.randint(0, size, (3,), generator=generator)
            along_shape = list(shape)
            along_shape[axis] = 2
            along = torch.randint(0, size, along_shape, generator=generator)
            slices, others = draw([3 if a == axis % len(shape) else n for a, n in enumerate(shape)]), draw(along_shape)
            once = torch.randperm(size, generator=generator)[: min(3, size)]
            part = slices.narrow(axis, 0, len(once))
            mask = torch.rand(shape, generator=generator) < 0.5
            unlike = torch.stack([torch.randperm(size, generator=generator)[:2] for _ in range(along.numel() // 2)])
            unlike = unlike.T.reshape([2] + [n for a, n in enumerate(shape) if a != axis % len(shape)])
            unlike = unlike.movedim(0, axis).contiguous()
            cases.append(
                {
                    "dtype": dtype, "axis": axis, "x": flat(x), "index": flat(index), "along": flat(along),
                    "slices": flat(slices), "others": flat(others), "once": flat(once), "part": flat(part),
                    "mask": flat(mask), "unlike": flat(unlike),
                    "indexSelect": flat(x.index_select(axis, index)),
                    "takeAlongDim": flat(torch.take_along_dim(x, along, axis)),
                    "indexAdd": flat(x.index_add(axis, index, slices)),
                    "scatterAdd": flat(x.scatter_add(axis, along, others)),
                    "indexCopy": flat(x.index_copy(axis, once, part)),
                    "scatter": flat(x.scatter(axis, unlike, others)),
                    "maskedSelect": flat(x.masked_select(mask)),
                    "maskedFill": flat(x.masked_fill(mask, 1)),
                    "nonzero": flat(x.nonzero()),
                    "oneHot": flat(torch.nn.functional.one_hot(along, 7)),
                }
            )
    return cases


def main():
    cases, seen = [], set()
    while len(cases) < 400:
        case = draw_case()
        key = case and json.dumps([case["shape"], case["places"]])
        if case and key not in seen:
            seen.add(key)
            cases.append(case)
    lines = ",\n".join(json.dumps(case) for case in cases)
    methods = ",\n".join(json.dumps(case) for case in method_cases())
    text = f'{{"torch": "{torch.__version__}", "numpy": "{np.__version__}",\n"cases": [\n{lines}],\n'
    text += f'"methods": [\n{methods}]}}\n'
    pathlib.Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
