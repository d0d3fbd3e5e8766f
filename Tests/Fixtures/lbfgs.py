"""Writes lbfgs.json: the steps of PyTorch's LBFGS in float64, for the tests to match.

Made with torch 2.13.0+cpu. To make it anew:

    pip install torch==2.13.0 && python lbfgs.py

A case has the settings, and after each step the values of all parameters, the numbers of evaluations and iterations so
far, and the loss before the step. `rosenbrock` is 100 (y - x^2)^2 + (1 - x)^2 of one parameter of two elements;
`logistic` the mean negative log-likelihood of labels (3 x0 - 2 x1 + 1 > sin(7 i)) given features sin(i + 1),
cos(2 i + 1) and sin(i i), i < 40, with a parameter of three weights and one of one bias.
"""

import json
import math
import pathlib

import torch

ROWS = [[math.sin(i + 1), math.cos(2 * i + 1), math.sin(i * i)] for i in range(40)]
LABELS = [float(3 * r[0] - 2 * r[1] + 1 > math.sin(7 * i)) for i, r in enumerate(ROWS)]
CASES = [
    {"problem": "rosenbrock", "steps": 4, "settings": {}},
    {"problem": "rosenbrock", "steps": 12, "settings": {"max_iter": 4}},
    {"problem": "rosenbrock", "steps": 5, "settings": {"history_size": 2, "max_iter": 10}},
    {"problem": "rosenbrock", "steps": 8, "settings": {"max_iter": 20, "max_eval": 7, "lr": 0.5}},
    {"problem": "logistic", "steps": 3, "settings": {}},
    {"problem": "logistic", "steps": 10,
     "settings": {"max_iter": 1, "tolerance_change": 1e-12, "tolerance_grad": 1e-10}},
    {"problem": "logistic", "steps": 6, "settings": {"max_iter": 5, "lr": 5.0}},
]


def rosenbrock(parameters):
    x, y = parameters[0]
    return 100 * (y - x ** 2) ** 2 + (1 - x) ** 2


def logistic(parameters):
    weights, bias = parameters
    logits = torch.tensor(ROWS) @ weights + bias
    return (torch.nn.functional.softplus(logits) - torch.tensor(LABELS) * logits).mean()


def run(case):
    """What is so after each step."""
    starts = [[-1.2, 1.0]] if case["problem"] == "rosenbrock" else [[0.0, 0.0, 0.0], [0.5]]
    loss = rosenbrock if case["problem"] == "rosenbrock" else logistic
    parameters = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    optimizer = torch.optim.LBFGS(parameters, line_search_fn="strong_wolfe", **case["settings"])
    rows = []
    for _ in range(case["steps"]):
        def closure():
            optimizer.zero_grad()
            value = loss(parameters)
            value.backward()
            return value
        before = optimizer.step(closure)
        state = optimizer.state[parameters[0]]
        rows.append({
            "values": [number for p in parameters for number in p.tolist()],
            "evaluations": state["func_evals"], "iterations": state["n_iter"],
            "loss": before.item()})
    return rows


def main():
    torch.set_default_dtype(torch.float64)
    lines = ",\n".join(json.dumps(case | {"rows": run(case)}) for case in CASES)
    text = (f'{{"torch": "{torch.__version__}", "features": {json.dumps(ROWS)},\n'
            f'"labels": {json.dumps(LABELS)},\n"cases": [\n{lines}\n]}}\n')
    pathlib.Path(__file__).with_name("lbfgs.json").write_text(text)


if __name__ == "__main__":
    main()
