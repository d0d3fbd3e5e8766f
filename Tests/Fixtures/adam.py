"""Writes adam.json: what PyTorch's optimizers do to parameters, for the tests to match.

Made with torch 2.13.0+cpu. To make it anew:

    pip install torch==2.13.0 && python adam.py

Each case is a list of gradients given to an optimizer, with the parameter's values after each step.
Numbers are float32 ones unless the case says float64, written in the shortest form that reads back the
same. Parameters hold one element or five: PyTorch goes through longer ones with vector instructions.
"""

import json
import pathlib

import torch

STEPS = 40
CASES = [
    {"optimizer": "Adam", "lr": 1.0},
    {"optimizer": "Adam", "lr": 1e-3},
    {"optimizer": "Adam", "lr": 0.1, "weight_decay": 0.05},
    {"optimizer": "Adam", "lr": 0.1, "betas": [0.5, 0.9], "eps": 1e-6},
    {"optimizer": "Adam", "lr": 0.1, "betas": [0.3, 0.99]},
    {"optimizer": "Adam", "lr": 0.1, "dtype": "float64"},
    {"optimizer": "SGD", "lr": 0.1},
    {"optimizer": "SGD", "lr": 0.1, "momentum": 0.9, "weight_decay": 0.05},
    {"optimizer": "SGD", "lr": 0.1, "momentum": 0.9, "nesterov": True},
]


def trajectory(case, size, random):
    """The gradients of one run and the parameter's values after each of them."""
    settings = {key: value for key, value in case.items() if key not in ("optimizer", "dtype")}
    dtype = getattr(torch, case.get("dtype", "float32"))
    parameter = torch.nn.Parameter(torch.randn(size, generator=random, dtype=dtype))
    start = parameter.tolist()
    optimizer = getattr(torch.optim, case["optimizer"])([parameter], foreach=False, **settings)
    gradients, values = [], []
    for step in range(STEPS):
        scale = 10.0 ** (step % 4 - 2)
        parameter.grad = torch.randn(size, generator=random, dtype=dtype) * scale + 0.1 * scale
        gradients.append(parameter.grad.tolist())
        optimizer.step()
        values.append(parameter.tolist())
    return {"start": start, "gradients": gradients, "values": values}


def shortest(value, is_double):
    """Lists of numbers, as text that reads back the same in the precision they have."""
    if isinstance(value, list):
        return [shortest(element, is_double) for element in value]
    if is_double:
        return value
    return next(float(text) for text in (f"{value:.{digits}g}" for digits in range(1, 18))
                if torch.tensor(float(text)).item() == value)


def main():
    random = torch.Generator().manual_seed(0)
    runs = []
    for case in CASES:
        for size in (1, 5):
            run = trajectory(case, size, random)
            is_double = case.get("dtype") == "float64"
            runs.append(case | {key: shortest(value, is_double) for key, value in run.items()})
    lines = ",\n".join(json.dumps(run) for run in runs)
    text = f'{{"torch": "{torch.__version__}", "runs": [\n{lines}\n]}}\n'
    pathlib.Path(__file__).with_name("adam.json").write_text(text)


if __name__ == "__main__":
    main()
