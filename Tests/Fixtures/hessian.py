"""Writes hessian.json: second derivatives of two log-likelihoods, by mpmath.

    pip install mpmath torch
    python3 hessian.py

Made with mpmath 1.3.0 and PyTorch 2.13.0 (CPU). mpmath takes differences with 60 digits; what it gives is
held against torch.autograd.functional.hessian, as whose result "blocks" are nested. PyTorch's own second
derivatives of lgamma have ten digits.
"""

import json
import pathlib

import mpmath as mp
import torch
from torch.autograd.functional import hessian

mp.mp.dps = 60


def zero_inflated_poisson(y):
    """Of the logit of a structural zero and the logarithm of the rate."""
    def loss(logit, log_rate):
        gate, rest = torch.nn.functional.logsigmoid(logit), torch.nn.functional.logsigmoid(-logit)
        poisson = y * log_rate - log_rate.exp() - torch.lgamma(y + 1)
        zero = torch.logaddexp(gate, rest - log_rate.exp())
        return -torch.where(y == 0, zero, rest + poisson).sum()

    def exact(logit, log_rate):
        gate = 1 / (1 + mp.exp(-logit))
        rate = mp.exp(log_rate)
        total = mp.mpf(0)
        for count in y.tolist():
            density = (1 - gate) * rate ** count * mp.exp(-rate) / mp.factorial(count)
            total -= mp.log(density + (gate if count == 0 else 0))
        return total
    return loss, exact


def beta_mixture(y):
    """Of the concentrations, a row for each component, and the logits of the weights."""
    def loss(concentrations, logits):
        a, b = concentrations[:, 0], concentrations[:, 1]
        norm = torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)
        density = (a - 1) * y.log()[:, None] + (b - 1) * torch.log1p(-y)[:, None] - norm
        return -torch.logsumexp(density + torch.log_softmax(logits, 0), 1).sum()

    def exact(a, b, c, d, first, second):
        weights = [1 / (1 + mp.exp(second - first)), 1 / (1 + mp.exp(first - second))]
        factors = [w / mp.beta(p, q) for w, p, q in ((weights[0], a, b), (weights[1], c, d))]
        total = mp.mpf(0)
        for share in map(mp.mpf, y.tolist()):
            total -= mp.log(sum(
                f * share ** (p - 1) * (1 - share) ** (q - 1)
                for f, p, q in ((factors[0], a, b), (factors[1], c, d))))
        return total
    return loss, exact


def exact_hessian(function, point):
    """The matrix of second derivatives by differences."""
    def element(i, j):
        orders = [0] * len(point)
        orders[i] += 1
        orders[j] += 1
        return float(mp.diff(function, tuple(map(mp.mpf, point)), tuple(orders)))
    matrix = torch.zeros((len(point), len(point)), dtype=torch.float64)
    for i in range(len(point)):
        for j in range(i + 1):
            matrix[i, j] = matrix[j, i] = element(i, j)
    return matrix


def main():
    random = torch.Generator().manual_seed(2)
    counts = torch.poisson(torch.full((40,), 3.0), generator=random)
    counts = (counts * (torch.rand(40, generator=random) > 0.3)).double()
    shares = torch.rand(20, generator=random, dtype=torch.float64) * 0.98 + 0.01
    cases = {
        "zeroInflatedPoisson": (zero_inflated_poisson, counts, [[-0.8], [1.1]]),
        "betaMixture": (beta_mixture, shares, [[[1.5, 3.0], [4.0, 0.8]], [0.3, -0.4]]),
    }
    result = {"mpmath": mp.__version__, "torch": torch.__version__, "cases": []}
    for name, (family, data, start) in cases.items():
        loss, exact = family(data)
        parameters = tuple(torch.tensor(p, dtype=torch.float64) for p in start)
        matrix = exact_hessian(exact, torch.cat([p.flatten() for p in parameters]).tolist())
        sizes = [p.numel() for p in parameters]
        blocks = [
            [block.reshape(p.shape + q.shape) for block, q in zip(row.split(sizes, 1), parameters)]
            for row, p in zip(matrix.split(sizes, 0), parameters)]
        for row, other in zip(blocks, hessian(loss, parameters)):
            for block, known in zip(row, other):
                assert torch.allclose(block, known, rtol=1e-7, atol=1e-7), (name, block, known)
        result["cases"].append({
            "name": name, "data": data.tolist(),
            "parameters": [{"shape": list(p.shape), "numbers": p.flatten().tolist()} for p in parameters],
            "blocks": [[{"shape": list(b.shape), "numbers": b.flatten().tolist()} for b in row] for row in blocks],
        })
    pathlib.Path(__file__).with_name("hessian.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
