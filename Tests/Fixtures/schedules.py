"""Writes schedules.json: the learning rates of PyTorch's schedulers, for the tests to match.

Made with torch 2.13.0+cpu. To make it anew:

    pip install torch==2.13.0 && python schedules.py

Each case is a scheduler of an optimizer with two groups, whose learning rates are 0.1 and 0.03. `rates` has those of
both after it was made and after each of 200 steps; `momenta`, where it is not null, the momentum of the first group.
A case with `byHand` multiplies the rates in force by 0.5 before step 50. `metrics` are the values that
ReduceLROnPlateau is given.
"""

import json
import math
import pathlib

import torch
from torch.optim import lr_scheduler as lr

COUNT = 200
METRICS = [math.exp(-k / 15) + 0.2 + 0.05 * math.sin(k) for k in range(COUNT)]

CASES = {
    "StepLR": lambda o: lr.StepLR(o, 30),
    "StepLR gamma": lambda o: lr.StepLR(o, 7, gamma=0.9),
    "MultiStepLR": lambda o: lr.MultiStepLR(o, [30, 80, 80, 150], gamma=0.3),
    "ExponentialLR": lambda o: lr.ExponentialLR(o, 0.97),
    "ConstantLR": lambda o: lr.ConstantLR(o),
    "ConstantLR long": lambda o: lr.ConstantLR(o, factor=0.7, total_iters=60),
    "LinearLR": lambda o: lr.LinearLR(o),
    "LinearLR long": lambda o: lr.LinearLR(o, start_factor=0.01, end_factor=0.8, total_iters=90),
    "LinearLR down": lambda o: lr.LinearLR(o, start_factor=1, end_factor=0, total_iters=50),
    "PolynomialLR": lambda o: lr.PolynomialLR(o),
    "PolynomialLR long": lambda o: lr.PolynomialLR(o, total_iters=150, power=2.5),
    "CosineAnnealingLR": lambda o: lr.CosineAnnealingLR(o, 200),
    "CosineAnnealingLR twice": lambda o: lr.CosineAnnealingLR(o, 30, eta_min=0.001),
    "CosineAnnealingWarmRestarts": lambda o: lr.CosineAnnealingWarmRestarts(o, 25),
    "CosineAnnealingWarmRestarts longer":
        lambda o: lr.CosineAnnealingWarmRestarts(o, 10, T_mult=2, eta_min=0.002),
    "OneCycleLR": lambda o: lr.OneCycleLR(o, 0.5, total_steps=200),
    "OneCycleLR linear":
        lambda o: lr.OneCycleLR(o, [0.5, 0.2], total_steps=200, pct_start=0.4,
                                anneal_strategy="linear", base_momentum=0.7, max_momentum=0.9,
                                div_factor=10.0, final_div_factor=100.0),
    "OneCycleLR three phases":
        lambda o: lr.OneCycleLR(o, 0.5, epochs=20, steps_per_epoch=10, three_phase=True),
    "OneCycleLR rates only":
        lambda o: lr.OneCycleLR(o, 0.5, total_steps=250, cycle_momentum=False),
    "CyclicLR": lambda o: lr.CyclicLR(o, 0.01, 0.5, step_size_up=30),
    "CyclicLR uneven":
        lambda o: lr.CyclicLR(o, [0.01, 0.002], [0.5, 0.2], step_size_up=7, step_size_down=22,
                              base_momentum=0.7, max_momentum=0.95),
    "CyclicLR halved":
        lambda o: lr.CyclicLR(o, 0.01, 0.5, step_size_up=12, step_size_down=9, mode="triangular2"),
    "CyclicLR shrinking":
        lambda o: lr.CyclicLR(o, 0.01, 0.5, step_size_up=15, mode="exp_range", gamma=0.99),
    "CyclicLR sudden": lambda o: lr.CyclicLR(o, 0.01, 0.5, step_size_up=10, step_size_down=0),
    "CyclicLR rates only":
        lambda o: lr.CyclicLR(o, 0.01, 0.5, step_size_up=40, cycle_momentum=False),
    "CyclicLR after a warm-up":
        lambda o: lr.SequentialLR(
            o, [lr.LinearLR(o, start_factor=0.1, total_iters=20),
                lr.CyclicLR(o, 0.02, 0.2, step_size_up=25)], [20]),
    "LambdaLR": lambda o: lr.LambdaLR(o, lambda k: 1 / (1 + k)),
    "LambdaLR each": lambda o: lr.LambdaLR(o, [lambda k: 1 / (1 + k), lambda k: 0.95 ** k]),
    "MultiplicativeLR": lambda o: lr.MultiplicativeLR(o, lambda k: 1 - 1 / (k + 2)),
    "MultiplicativeLR each":
        lambda o: lr.MultiplicativeLR(o, [lambda k: 0.99, lambda k: 1 - 1 / (k + 2)]),
    "ChainedScheduler":
        lambda o: lr.ChainedScheduler([
            lr.ConstantLR(o, factor=0.1, total_iters=20), lr.ExponentialLR(o, 0.98),
            lr.CosineAnnealingLR(o, 60)]),
    "SequentialLR":
        lambda o: lr.SequentialLR(
            o, [lr.LinearLR(o, start_factor=0.01, total_iters=20), lr.CosineAnnealingLR(o, 180)],
            [20]),
    "SequentialLR three":
        lambda o: lr.SequentialLR(
            o, [lr.ConstantLR(o, factor=0.1, total_iters=10), lr.ExponentialLR(o, 0.97),
                lr.CosineAnnealingWarmRestarts(o, 15)], [10, 90]),
    "SequentialLR others":
        lambda o: lr.SequentialLR(
            o, [lr.StepLR(o, 10, gamma=0.5), lr.LinearLR(o, total_iters=30),
                lr.LambdaLR(o, lambda k: 0.9 ** k), lr.PolynomialLR(o, total_iters=40),
                lr.MultiStepLR(o, [5, 9]), lr.ConstantLR(o), lr.MultiplicativeLR(o, lambda k: 0.9)],
            [25, 60, 90, 130, 150, 170]),
    "two by turns": lambda o: [lr.LinearLR(o, total_iters=40), lr.StepLR(o, 50, gamma=0.5)],
}
PLATEAUS = {
    "ReduceLROnPlateau": {},
    "ReduceLROnPlateau quick": {"factor": 0.5, "patience": 2, "cooldown": 3, "threshold": 0.01},
    "ReduceLROnPlateau absolute":
        {"factor": 0.7, "patience": 1, "threshold_mode": "abs", "threshold": 0.05,
         "min_lr": [0.01, 0.001]},
    "ReduceLROnPlateau max": {"mode": "max", "factor": 0.8, "patience": 5, "eps": 1e-3},
    "ReduceLROnPlateau max absolute":
        {"mode": "max", "factor": 0.9, "patience": 0, "threshold_mode": "abs", "min_lr": 1e-3},
}


def make_optimizer(kind):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate} for rate in (0.1, 0.03)]
    return torch.optim.Adam(groups) if kind == "Adam" else torch.optim.SGD(groups, momentum=0.9)


def momentum(group):
    return group["betas"][0] if "betas" in group else group["momentum"]


def run(make, kind, by_hand, metrics=None):
    """The rates and momenta after each step."""
    optimizer = make_optimizer(kind)
    made = make(optimizer)
    schedulers = made if isinstance(made, list) else [made]
    rates = [[group["lr"] for group in optimizer.param_groups]]
    momenta = [momentum(optimizer.param_groups[0])]
    for step in range(COUNT):
        optimizer.step()
        if by_hand and step == 50:
            for group in optimizer.param_groups:
                group["lr"] *= 0.5
        for scheduler in schedulers:
            scheduler.step(*([metrics[step]] if metrics else []))
        rates.append([group["lr"] for group in optimizer.param_groups])
        momenta.append(momentum(optimizer.param_groups[0]))
    return rates, momenta


def main():
    cases = []
    for name, make in CASES.items():
        cycles = name.startswith(("OneCycleLR", "CyclicLR")) and "only" not in name
        for kind, by_hand in [("SGD", False), ("SGD", True)] + ([("Adam", False)] if cycles else []):
            rates, momenta = run(make, kind, by_hand)
            cases.append({"name": name, "optimizer": kind, "byHand": by_hand, "rates": rates,
                          "momenta": momenta if cycles else None})
    for name, settings in PLATEAUS.items():
        make = lambda o: lr.ReduceLROnPlateau(o, **settings)
        rates, _ = run(make, "SGD", False, METRICS)
        cases.append({"name": name, "optimizer": "SGD", "byHand": False, "rates": rates,
                      "momenta": None})
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = (f'{{"torch": "{torch.__version__}", "metrics": {json.dumps(METRICS)},\n'
            f'"cases": [\n{lines}\n]}}\n')
    pathlib.Path(__file__).with_name("schedules.json").write_text(text)


if __name__ == "__main__":
    main()
