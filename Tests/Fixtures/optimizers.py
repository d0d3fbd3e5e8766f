"""Writes optimizers.json: what PyTorch's optimizers do to parameters, for the tests to match.

Made with torch 2.13.0+cpu and numpy. To make it anew:

    pip install torch==2.13.0 numpy && python optimizers.py

All runs are given the same gradients at two parameters, of three elements and of two, for 200 steps. The second
parameter has none in every seventh step, from the first on; one element's gradients are 0 throughout, and in some
steps all are. Sizes of gradients differ by three powers of ten. A run has the values of all five elements, one
parameter after the other, after each step that `steps` lists. Numbers are in the shortest form that reads back the
same in the run's precision. Parameters of few elements are gone through one by one, longer ones with vector
instructions. Lion, which PyTorch has not, is written down here from the paper (Chen et al., 2023, algorithm 2).
"""

import json
import pathlib

import numpy
import torch

COUNT = 200
STEPS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] + list(range(19, COUNT, 10))
SIZES = (3, 2)
GRID = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05, "dampening": 0.3},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.01, "momentum": 0.5, "maximize": True, "weight_decay": 0.1},
    ],
    "Adam": [
        {},
        {"lr": 1.0},
        {"lr": 0.1, "weight_decay": 0.05},
        {"lr": 0.1, "betas": [0.5, 0.9], "eps": 1e-6},
        {"lr": 0.1, "betas": [0.3, 0.99]},
        {"lr": 0.1, "amsgrad": True},
        {"lr": 0.1, "amsgrad": True, "weight_decay": 0.05, "maximize": True},
    ],
    "AdamW": [
        {},
        {"lr": 0.1, "weight_decay": 0.3},
        {"lr": 0.1, "amsgrad": True, "betas": [0.8, 0.9]},
        {"lr": 0.1, "maximize": True},
    ],
    "NAdam": [
        {},
        {"lr": 0.1, "momentum_decay": 0.01},
        {"lr": 0.1, "weight_decay": 0.05, "maximize": True},
        {"lr": 0.1, "weight_decay": 0.05, "decoupled_weight_decay": True, "betas": [0.8, 0.95]},
    ],
    "RAdam": [
        {},
        {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-5},
        {"lr": 0.1, "betas": [0.8, 0.6]},
        {"lr": 0.1, "weight_decay": 0.05, "maximize": True},
        {"lr": 0.1, "weight_decay": 0.05, "decoupled_weight_decay": True},
    ],
    "Adagrad": [
        {},
        {"lr": 0.5, "lr_decay": 0.01},
        {"lr": 0.5, "initial_accumulator_value": 0.1, "eps": 1e-6},
        {"lr": 0.5, "weight_decay": 0.05, "maximize": True},
    ],
    "RMSprop": [
        {},
        {"lr": 0.1, "alpha": 0.9, "eps": 1e-4},
        {"lr": 0.01, "centered": True, "eps": 1e-3},
        {"lr": 0.01, "momentum": 0.9},
        {"lr": 0.01, "momentum": 0.5, "centered": True, "weight_decay": 0.05, "eps": 1e-3},
        {"lr": 0.01, "maximize": True},
    ],
    "Adadelta": [
        {},
        {"lr": 0.5, "rho": 0.99, "eps": 1e-4},
        {"lr": 2.0, "weight_decay": 0.05},
        {"maximize": True},
    ],
    "Rprop": [
        {},
        {"lr": 0.1, "etas": [0.3, 1.5], "step_sizes": [1e-3, 2.0]},
        {"lr": 0.1, "maximize": True},
    ],
    "Lion": [
        {},
        {"lr": 0.01, "weight_decay": 0.1},
        {"lr": 0.01, "betas": [0.5, 0.8], "maximize": True},
    ],
}
# Two groups with settings of their own, one for each parameter.
GROUPS = [
    ("SGD", {"lr": 0.1, "momentum": 0.9}, {"lr": 0.02}),
    ("Adam", {"lr": 0.1}, {"lr": 0.3, "betas": [0.5, 0.9]}),
    ("RMSprop", {"lr": 0.01, "centered": True, "eps": 1e-3}, {"lr": 0.02, "momentum": 0.9}),
]


class Lion:
    """Algorithm 2 of the paper, in NumPy."""

    def __init__(self, groups):
        self.groups = [{"lr": 1e-4, "betas": (0.9, 0.99), "weight_decay": 0, "maximize": False} | g
                       for g in groups]
        self.means = {}

    def step(self):
        for group in self.groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self.update(parameter, group)

    def update(self, parameter, group):
        value, gradient = parameter.detach().numpy(), parameter.grad.numpy()
        number = value.dtype.type
        if group["maximize"]:
            gradient = -gradient
        mean = self.means.get(parameter, numpy.zeros_like(value))
        beta1, beta2 = group["betas"]
        direction = numpy.sign(number(beta1) * mean + number(1 - beta1) * gradient)
        value *= number(1 - group["lr"] * group["weight_decay"])
        value -= number(group["lr"]) * direction
        self.means[parameter] = number(beta2) * mean + number(1 - beta2) * gradient


def make_gradients(random):
    """For each step the gradients at both parameters, or None."""
    gradients = []
    for step in range(COUNT):
        scale = 10.0 ** (step % 4 - 2)
        first, second = (torch.randn(size, generator=random) * scale + 0.1 * scale for size in SIZES)
        first[2] = 0
        if step % 50 == 33:
            first, second = first * 0, second * 0
        gradients.append([first.tolist(), None if step % 7 == 0 else second.tolist()])
    return gradients


def trajectory(optimizer, settings, starts, gradients, dtype):
    """The values after each of STEPS."""
    torch.set_default_dtype(dtype)  # NAdam keeps a product in the default precision.
    parameters = [torch.nn.Parameter(torch.tensor(start, dtype=dtype)) for start in starts]
    if optimizer == "Lion":
        made = Lion([{"params": parameters} | settings])
    elif isinstance(settings, tuple):
        groups = [{"params": [p]} | s for p, s in zip(parameters, settings)]
        made = getattr(torch.optim, optimizer)(groups, foreach=False)
    else:
        made = getattr(torch.optim, optimizer)(parameters, foreach=False, **settings)
    values = []
    for step, gradient in enumerate(gradients):
        for parameter, numbers in zip(parameters, gradient):
            parameter.grad = None if numbers is None else torch.tensor(numbers, dtype=dtype)
        made.step()
        if step in STEPS:
            values.append([number for p in parameters for number in p.tolist()])
    return values


def shortest(value, is_double):
    """Lists of numbers, as text that reads back the same in the precision they have."""
    if isinstance(value, list):
        return [shortest(element, is_double) for element in value]
    if is_double or value is None:
        return value
    return next(float(text) for text in (f"{value:.{digits}g}" for digits in range(1, 18))
                if numpy.float32(text) == numpy.float32(value))


def main():
    torch.set_default_dtype(torch.float32)
    random = torch.Generator().manual_seed(0)
    starts = shortest([torch.randn(size, generator=random).tolist() for size in SIZES], False)
    gradients = shortest(make_gradients(random), False)
    cases = [(name, settings) for name, grid in GRID.items() for settings in grid]
    cases += [(name, (first, second)) for name, first, second in GROUPS]
    runs = []
    for name, settings in cases:
        for dtype in (torch.float64, torch.float32):
            values = trajectory(name, settings, starts, gradients, dtype)
            runs.append({
                "optimizer": name,
                "groups": list(settings) if isinstance(settings, tuple) else [settings],
                "dtype": str(dtype).removeprefix("torch."),
                "values": shortest(values, dtype == torch.float64),
            })
    lines = ",\n".join(json.dumps(run) for run in runs)
    text = (f'{{"torch": "{torch.__version__}", "starts": {json.dumps(starts)},\n'
            f'"gradients": {json.dumps(gradients)},\n"steps": {json.dumps(STEPS)},\n'
            f'"runs": [\n{lines}\n]}}\n')
    pathlib.Path(__file__).with_name("optimizers.json").write_text(text)


if __name__ == "__main__":
    main()
