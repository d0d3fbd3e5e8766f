"""References for linear algebra: values and gradients of PyTorch, in double precision.

Each case has its inputs, and for each output its numbers; the loss is the sum over outputs of all elements
times fixed weights, so every element has a gradient of its own. Eigenvectors enter by what does not depend
on their signs.
"""
import json
import pathlib
import sys

import numpy as np
import torch

rng = np.random.default_rng(53)


def normal(*shape):
    return rng.normal(size=shape)


def positive_definite(*shape):
    root = normal(*shape)
    return root @ root.swapaxes(-1, -2) + shape[-1] * np.eye(shape[-1])


def eigen(a):
    values, vectors = torch.linalg.eigh(a)
    return values, vectors * vectors, vectors @ torch.diag_embed(values.exp()) @ vectors.mT


def case(name, function, *inputs, options=None):
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    outputs = function(*tensors)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    loss = sum(
        (x * (torch.arange(x.numel(), dtype=torch.float64).reshape(x.shape) % 7 - 2.5)).sum()
        for x in outputs
    )
    gradients = torch.autograd.grad(loss, tensors)
    if name in ("cholesky", "symmetricEigen", "solvePositiveDefinite", "logDeterminantPositiveDefinite",
                "inversePositiveDefinite"):
        gradients = tuple(
            (g + g.mT) / 2 if index == 0 else g for index, g in enumerate(gradients)
        )
    return {
        "name": name,
        "options": options or [],
        "shapes": [list(x.shape) for x in tensors],
        "inputs": [x.detach().flatten().tolist() for x in tensors],
        "outputShapes": [list(x.shape) for x in outputs],
        "outputs": [x.detach().flatten().tolist() for x in outputs],
        "gradients": [x.flatten().tolist() for x in gradients],
    }


def triangular(t, b, upper, transposed, unit):
    triangle = torch.triu(t) if upper else torch.tril(t)
    if transposed:
        triangle, upper = triangle.mT, not upper
    return torch.linalg.solve_triangular(triangle, b, upper=upper, unitriangular=unit)


def triangular_cases():
    for upper in (False, True):
        for transposed in (False, True):
            for unit in (False, True):
                for t, b in (((4, 4), (4, 3)), ((2, 3, 3), (3, 2)), ((5, 5), (2, 5, 1))):
                    yield case(
                        "solveTriangular",
                        lambda x, y: triangular(x, y, upper, transposed, unit),
                        normal(*t) + 3 * np.eye(t[-1]),
                        normal(*b),
                        options=[int(upper), int(transposed), int(unit)],
                    )


def cases():
    for shape in ((1, 1), (3, 3), (2, 4, 4), (2, 1, 7, 7)):
        a = positive_definite(*shape)
        yield case("cholesky", torch.linalg.cholesky, a)
        yield case("symmetricEigen", eigen, a)
        yield case("logDeterminantPositiveDefinite", torch.logdet, a)
        yield case("inversePositiveDefinite", torch.linalg.inv, a)
        yield case("solvePositiveDefinite", torch.linalg.solve, a, normal(shape[-1], 2))
    for shape in ((1, 1), (3, 3), (2, 4, 4), (3, 2, 5, 5)):
        a = normal(*shape)
        yield case("inverse", torch.linalg.inv, a)
        yield case("determinant", torch.linalg.det, a)
        yield case("logMagnitude", lambda x: torch.linalg.slogdet(x)[1], a)
        yield case("solve", torch.linalg.solve, a, normal(shape[-1], 2))
    yield case("solve", torch.linalg.solve, normal(4, 4), normal(4))
    yield case("solve", torch.linalg.solve, normal(3, 3), normal(2, 3, 1))
    for shape in ((1, 1), (3, 3), (5, 2), (2, 6, 4), (3, 5), (2, 1, 4)):
        yield case("qr", lambda x: tuple(torch.linalg.qr(x)), normal(*shape))
    yield from triangular_cases()


EQUATIONS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,kj", (2, 3), (4, 3)),
    ("i,i->", (5,), (5,)),
    ("i,i", (5,), (5,)),
    ("i,j->ji", (2,), (3,)),
    ("ij->ji", (2, 3)),
    ("ba", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->i", (4, 4)),
    ("ii", (4, 4)),
    ("iij->ji", (3, 3, 2)),
    ("iii->i", (3, 3, 3)),
    ("ii,i->i", (3, 3), (3,)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("bij,jk->kbi", (2, 3, 4), (4, 5)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    ("...ij,jk", (2, 3, 4), (4, 2)),
    ("...i->...", (2, 3, 4)),
    ("i...,i...->...", (3, 2), (3, 2)),
    ("...,...->...", (2, 3), (3,)),
    ("ij,ij->ij", (2, 3), (2, 3)),
    ("ij,ik->ijk", (2, 3), (2, 4)),
    ("ijk,ijl->ikl", (2, 3, 4), (2, 3, 5)),
    ("abc,bcd,de->ae", (2, 3, 4), (3, 4, 5), (5, 2)),
    ("i,ij,j->", (3,), (3, 4), (4,)),
    ("i,j,k->kji", (2,), (3,), (4,)),
    ("ijkl,lk->ij", (2, 3, 4, 2), (2, 4)),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
    (" i j , j -> i ", (2, 3), (3,)),
    ("ij,j->i", (0, 3), (3,)),
    ("ij,jk->ik", (2, 0), (0, 3)),
    ("aB,Bc->ca", (2, 3), (3, 4)),
    ("->", ()),
    (",i->i", (), (3,)),
]


def main():
    result = {
        "versions": {"numpy": np.__version__, "torch": torch.__version__},
        "cases": list(cases()),
        "einsum": [
            case(equation, lambda *x: torch.einsum(equation, *x), *(normal(*s) for s in shapes))
            for equation, *shapes in EQUATIONS
        ],
    }
    path = pathlib.Path(__file__).with_name("linear_algebra.json")
    path.write_text(json.dumps(result) + "\n")
    print(f"{path.name}: {len(result['cases'])} and {len(result['einsum'])} cases", file=sys.stderr)


if __name__ == "__main__":
    main()
