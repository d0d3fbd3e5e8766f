"""References for products of matrices: values and gradients of PyTorch, in double precision.

The loss is the sum of the product times fixed weights, so that every element has a gradient of its own.
"""
import json
import pathlib
import sys

import numpy as np
import torch

SHAPES = [
    ([3], [3]),
    ([2, 3], [3]),
    ([3], [3, 4]),
    ([2, 3], [3, 4]),
    ([1, 1], [1, 1]),
    ([2, 0], [0, 3]),
    ([0, 2], [2, 3]),
    ([7, 17], [17, 5]),
    ([5, 2, 3], [3, 4]),
    ([2, 3], [5, 3, 4]),
    ([5, 2, 3], [3]),
    ([3], [5, 3, 2]),
    ([5, 2, 3], [5, 3, 2]),
    ([2, 1, 2, 3], [4, 3, 2]),
    ([1, 2, 3], [4, 3, 2]),
    ([3, 0, 2, 3], [3, 2]),
]


def case(a_shape, b_shape, rng):
    a = torch.tensor(rng.normal(size=a_shape), requires_grad=True)
    b = torch.tensor(rng.normal(size=b_shape), requires_grad=True)
    product = torch.matmul(a, b)
    weights = torch.arange(product.numel(), dtype=torch.float64).reshape(product.shape) % 7 - 2.5
    (product * weights).sum().backward()
    return {
        "shapes": [a_shape, b_shape, list(product.shape)],
        "a": a.detach().flatten().tolist(),
        "b": b.detach().flatten().tolist(),
        "product": product.detach().flatten().tolist(),
        "gradients": [a.grad.flatten().tolist(), b.grad.flatten().tolist()],
    }


def main():
    rng = np.random.default_rng(41)
    result = {
        "versions": {"numpy": np.__version__, "torch": torch.__version__},
        "cases": [case(a, b, rng) for a, b in SHAPES],
    }
    path = pathlib.Path(__file__).with_name("matrix_products.json")
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{path.name}: {len(result['cases'])} cases", file=sys.stderr)


if __name__ == "__main__":
    main()
