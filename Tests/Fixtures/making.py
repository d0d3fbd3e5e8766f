"""Ranges and dtypes of mixed operands as PyTorch gives them.

Made with Python 3 and PyTorch 2.13.0+cpu.
"""

import json
import pathlib

import torch

DTYPES = {
    "bool": torch.bool, "int32": torch.int32, "int64": torch.int64, "float32": torch.float32,
    "float64": torch.float64,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}

whole = [(0, 5, 1), (2, 11, 3), (2, 12, 3), (5, -4, -2), (3, 3, 1), (3, 3, -4), (-7, 0, 10)]
real = [(0, 1, 0.1), (0.5, 4, 1), (1, -1, -0.3), (0, 3, 0.75), (2.5, 2.5, 1), (-1, 1e-3, 0.25)]
spaced = [(-1, 2, 4), (0, 0.3, 4), (5, 9, 1), (5, 9, 0), (3, -3, 7), (0, 1, 11)]

ranges = {
    "whole": [{"of": row, "values": torch.arange(*row).tolist()} for row in whole],
    "real": [
        {"of": row, "values": torch.arange(*row, dtype=torch.float64).tolist()} for row in real],
    "linspace": [
        {"of": row, "values": torch.linspace(*row, dtype=torch.float64).tolist()} for row in spaced],
    "logspace": [
        {"of": row, "values": torch.logspace(*row, dtype=torch.float64).tolist()} for row in spaced],
    "logspace of base 2": [
        {"of": row, "values": torch.logspace(*row, base=2, dtype=torch.float64).tolist()}
        for row in spaced],
}

operations = {
    "add": lambda a, b: a + b, "multiply": lambda a, b: a * b, "divide": lambda a, b: a / b,
    "subtract": lambda a, b: a - b, "maximum": torch.maximum, "minimum": torch.minimum,
    "equal": lambda a, b: a == b, "less": lambda a, b: a < b, "and": torch.logical_and,
    "where": lambda a, b: torch.where(torch.tensor([True, False]), a, b),
    "concatenate": lambda a, b: torch.cat([a, b]), "xlogy": torch.xlogy,
}
numbers = {
    "add": lambda a, b: a + b, "multiply": lambda a, b: a * b, "divide": lambda a, b: a / b,
    "subtract": lambda a, b: b - a, "less": lambda a, b: a < b,
    "where": lambda a, b: torch.where(torch.tensor([True, False]), a, b),
}
kinds = {"Bool": True, "Int": 2, "Double": 2.5}


def dtype(operation, *operands):
    try:
        return NAMES[operation(*operands).dtype]
    except RuntimeError:
        return None  # PyTorch refuses these operands


tensors = [
    {"operation": name, "first": a, "second": b,
     "result": dtype(operation, torch.ones(2, dtype=DTYPES[a]), torch.ones(2, dtype=DTYPES[b]))}
    for name, operation in operations.items() for a in DTYPES for b in DTYPES]
mixed = [
    {"operation": name, "first": a, "second": kind,
     "result": dtype(operation, torch.ones(2, dtype=DTYPES[a]), number)}
    for name, operation in numbers.items() for a in DTYPES for kind, number in kinds.items()]

data = {"ranges": ranges, "tensors": tensors, "numbers": mixed}
path = pathlib.Path(__file__).parent / "making.json"
path.write_text(json.dumps(data).replace("}, {", "},\n{").replace("}], ", "}],\n") + "\n")
