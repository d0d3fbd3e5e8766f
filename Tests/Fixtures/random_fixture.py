"""Writes random.json: what NumPy's and PyTorch's random streams give, for the tests to match.

Made with numpy 2.4.6 and torch 2.13.0+cpu. To make it anew:

    pip install numpy==2.4.6 torch==2.13.0 && python random_fixture.py

Doubles are written in the shortest form that reads back the same. Long runs are held as their
first values, some of their later ones and sums; sums of integers are exact modulo 2**64.

The script isn't called random.py: to every script in this folder that would be Python's own module.
"""

import json
import math
import pathlib

import numpy as np
import torch

SEEDS = [0, 1, 42, 12345, 2**63 - 1, 2**100 + 7 * 2**64 + 9]
FIRST = 6
LATER = 12


def words(number):
    """The 32-bit words of an integer, the least significant first."""
    return [number >> shift & 0xFFFFFFFF for shift in range(0, max(1, number.bit_length()), 32)]


def wrapped(number):
    """An integer modulo 2**64, as a signed 64-bit one."""
    return (number + 2**63) % 2**64 - 2**63


def raw(generator, count=3):
    return [int(word) for word in generator.bit_generator.random_raw(count)]


def halves(generator):
    """Half words, with whole ones in between that leave the kept half alone."""
    bits = generator.bit_generator.ctypes
    widths = [32, 64, 32, 32, 64, 64, 32, 32, 32]
    draws = {32: bits.next_uint32, 64: bits.next_uint64}
    return [int(draws[width](bits.state)) for width in widths]


def stream(seed):
    parent = np.random.default_rng(seed)
    children = parent.spawn(2) + parent.spawn(1)
    grandchildren = children[1].spawn(2)
    rng = np.random.default_rng
    return {
        "seed": words(seed),
        "state": np.random.SeedSequence(seed).generate_state(10).tolist(),
        "raw": raw(rng(seed), 8),
        "halves": halves(rng(seed)),
        "uniform": rng(seed).random(8).tolist(),
        "scaled": rng(seed).uniform(-3.5, 12.25, 8).tolist(),
        "normal": rng(seed).normal(-2.5, 0.3, 8).tolist(),
        "children": [raw(child) for child in children],
        "grandchildren": [raw(child) for child in grandchildren],
    }


def positions(count):
    """The positions in a long run whose values are kept."""
    step = count // LATER
    return list(range(FIRST)) + list(range(step - 1, count, step))


CONTINUOUS = [
    ("standardGamma", [shape])
    for shape in [0.0, 1e-3, 0.1, 0.5, 0.999, 1.0, 1.001, 2.0, 10.0, 1e4]
] + [
    ("gamma", [2.0, 3.0]),
    ("gamma", [0.5, 0.1]),
] + [
    ("beta", [a, b])
    for a, b in [
        (1.0, 1.0), (0.5, 0.5), (0.2, 1.0), (1e-3, 1e-3), (1e-3, 2e-2), (1e-5, 0.5),
        (1e-103, 2e-103), (1e-103, 4e-103), (2.0, 1.0), (0.5, 3.0), (3.0, 0.5), (2.0, 5.0),
        (100.0, 200.0), (1e-200, 1.5),
    ]
]

COUNTS = [
    ("binomial", [trials, probability])
    for trials, probability in [
        (0, 0.5), (10, 0.0), (10, 1.0), (1, 0.5), (1, 0.3), (1, 0.999), (1, 1e-9), (2, 0.5),
        (10, 0.5), (10, 0.85), (60, 0.5), (61, 0.5), (100, 0.3), (100, 0.30001), (100, 0.7),
        (100, 0.71), (1000, 0.03), (1000, 0.031), (1000, 0.5), (5000, 0.9), (10**6, 0.3),
        (10**9, 0.5), (10**12, 2e-11), (10**12, 0.25), (10**15, 0.37), (10**18, 0.2),
    ]
] + [
    ("poisson", [rate])
    for rate in [0.0, 1e-3, 0.5, 1.0, 5.0, 9.999, 10.0, 10.5, 50.0, 1e3, 1e6, 1e12, 1e18]
]

RANGES = [
    (0, 1), (7, 9), (-5, 6), (0, 1000), (0, 3 * 2**30), (-1, 2**31), (0, 2**32 - 1), (0, 2**32),
    (-(2**31), 2**31 + 1), (0, 3 * 2**61), (-(2**62) - 1, 2**62 + 2**61), (-(2**63), 2**63 - 1),
]


def continuous(name, parameters, seed, count):
    method = {"standardGamma": "standard_gamma", "standardNormal": "standard_normal",
              "standardExponential": "standard_exponential"}.get(name, name)
    values = getattr(np.random.default_rng(seed), method)(*parameters, size=count).tolist()
    mean = math.fsum(values) / count
    return {
        "name": name, "parameters": parameters, "seed": words(seed), "count": count,
        "values": [values[index] for index in positions(count)],
        "mean": mean,
        "variance": math.fsum((value - mean) ** 2 for value in values) / count,
    }


def counts(name, parameters, seed, count):
    generator = np.random.default_rng(seed)
    method = getattr(generator, name)
    return whole(name, parameters, [], seed, method(*parameters, size=count).tolist())


def whole(name, parameters, bounds, seed, values):
    return {
        "name": name, "parameters": [float(each) for each in parameters], "bounds": bounds,
        "seed": words(seed), "count": len(values),
        "values": [values[index] for index in positions(len(values))],
        "sum": wrapped(sum(values)),
        "squares": wrapped(sum(value * value for value in values)),
    }


def integers(bounds, seed, count):
    # One by one, as each draw of many in one call is the same.
    generator = np.random.default_rng(seed)
    return whole("integers", [], list(bounds), seed,
                 [int(generator.integers(*bounds)) for _ in range(count)])


def orders(seed):
    """Permutations, a shuffle and other draws in one stream."""
    generator = np.random.default_rng(seed)
    orders = [generator.permutation(n).tolist() for n in [0, 1, 2, 3, 10, 33, 100]]
    normal = generator.standard_normal()
    letters = np.array(list("abcdefghijk"))
    generator.shuffle(letters)
    long = generator.permutation(70_000).tolist()
    return {
        "seed": words(seed), "orders": orders, "normal": normal, "letters": "".join(letters),
        "longSum": sum(index * value for index, value in enumerate(long)),
        "integer": int(generator.integers(1000)),
    }


TORCH_SEEDS = [0, 1, 42, 12345, 2**32 - 1, 2**32 + 5, 2**63 - 1, -1, -12345]
CALLS = [
    ("randn", 3), ("rand", 2), ("randn", 1), ("randn", 0), ("randn", 5), ("randn", 16),
    ("randn", 1), ("rand", 17), ("randn", 17), ("randn", 15), ("randn", 31), ("randn", 48),
    ("rand", 1), ("randn", 2), ("rand", 0), ("randn", 4),
]


def plain(values):
    """Single-precision values in as many digits as it takes to tell them apart."""
    return [float(f"{value:.9g}") for value in values]


def fractions(values):
    """Multiples of 2**-24, as integers."""
    return [int(value * 2**24) for value in values]


def twister(seed):
    torch.manual_seed(seed)
    calls = []
    for name, count in CALLS:
        values = getattr(torch, name)(count).tolist()
        calls.append({
            "count": count,
            **({"rand": fractions(values)} if name == "rand" else {"randn": plain(values)}),
        })
    uniforms = torch.rand(100_000).tolist()
    normals = torch.randn(100_001).double()
    singles = torch.cat([torch.randn(15) for _ in range(400)]).double()
    return {
        "seed": seed, "calls": calls,
        "randSum": sum(fractions(uniforms)),
        "randLater": fractions(uniforms[index] for index in positions(100_000)),
        "randnMean": normals.mean().item(), "randnVariance": normals.var(correction=0).item(),
        "randnLater": plain(normals[index].item() for index in positions(100_001)),
        "shortMean": singles.mean().item(),
        "shortVariance": singles.var(correction=0).item(),
    }


def main():
    cases = [
        continuous(name, [], seed, 100_000)
        for seed in SEEDS for name in ["standardNormal", "standardExponential"]
    ] + [
        continuous(*each, SEEDS[(index + turn) % len(SEEDS)], 10_000)
        for index, each in enumerate(CONTINUOUS) for turn in [0, 1]
    ]
    whole_cases = [
        counts(*each, SEEDS[(index + turn) % len(SEEDS)], 10_000)
        for index, each in enumerate(COUNTS) for turn in [0, 1]
    ] + [
        integers(bounds, SEEDS[(index + turn) % len(SEEDS)], 5_000)
        for index, bounds in enumerate(RANGES) for turn in [0, 1]
    ]
    fixture = {
        "numpy": np.__version__,
        "torch": torch.__version__,
        "streams": [stream(seed) for seed in SEEDS],
        "continuous": cases,
        "whole": whole_cases,
        "orders": [orders(seed) for seed in SEEDS],
        "twisters": [twister(seed) for seed in TORCH_SEEDS],
    }
    path = pathlib.Path(__file__).with_name("random.json")
    lines = json.dumps(fixture, separators=(",", ":")).replace('},{"', '},\n{"')
    path.write_text(lines + "\n")


if __name__ == "__main__":
    main()
