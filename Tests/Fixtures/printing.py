"""Arrays as NumPy prints them, with ', ' between elements as in its repr.

Made with Python 3 and NumPy 2.4.6. Numbers are texts, so that NaN and infinities pass through JSON.
"""

import json
import pathlib

import numpy as np

generator = np.random.default_rng(0)


def case(name, values, dtype):
    array = np.asarray(values, dtype=dtype)
    text = np.array2string(array, separator=", ")
    if dtype == "bool":
        text = text.replace("True", "true").replace("False", "false")
    values = [repr(value) for value in array.ravel().astype(float).tolist()]
    return {
        "name": name, "dtype": dtype, "shape": list(array.shape), "values": values, "text": text,
    }


def large(name, shape, dtype, step=1.0):
    """An array of more than a thousand multiples of a step, whose values need not be recorded."""
    array = (np.arange(np.prod(shape)) * step).astype(dtype).reshape(shape)
    text = np.array2string(array, separator=", ")
    return {"name": name, "dtype": dtype, "shape": list(shape), "step": step, "text": text}


REAL = {
    "a short vector": [0.30027875, 4.99914],
    "signs": [1.5, -2, 0],
    "integers": [1, 2, 30],
    "one": [4.99914],
    "thirds": [1 / 3, 2 / 3, 100 / 3],
    "more digits than are shown": [0.012345678912, 1.123456789123, 12.5],
    "ties of the last digit": [0.123456785, 0.123456775, 0.5 + 2**-9, 1.000000005],
    "nines that carry": [0.999999999, 9.9999999999],
    "a matrix": [[1, -2.25, 3], [400, 0.5, 6.125]],
    "rows that wrap": generator.normal(size=20),
    "a matrix with rows that wrap": generator.normal(size=(3, 11)) * 10,
    "three axes": generator.integers(-50, 50, size=(2, 2, 3)) / 4,
    "four axes": generator.integers(-50, 50, size=(2, 2, 1, 2)) / 4,
    "five axes": generator.integers(-50, 50, size=(2, 1, 2, 1, 2)) / 4,
    "large": [1e8, 1, 2],
    "just not large": [99999999, 1e7, 2.5e5],
    "small": [0.00009, 0.05, 0],
    "just not small": [0.0001, 0.05, 0],
    "a ratio of 1000": [0.5, 500],
    "a ratio over 1000": [0.5, 500.5],
    "exponents of three digits": [1e-30, 1.5, 1.25e30],
    "many digits and exponents": [1.23456789e-5, 1.23456789123456789, 3],
    "exponents and signs": [-1e-7, 0, 1e7, -0.0],
    "nan and infinity": [float("nan"), float("inf"), -float("inf"), 1.5],
    "nan alone": [float("nan"), float("nan")],
    "infinity alone": [-float("inf"), float("inf")],
    "nan among wide numbers": [float("nan"), -1234.5, 20],
    "infinity and exponents": [float("inf"), 1e-9, -1e9],
    "negative zero": [-0.0, 0.0],
    "zeros": [[0, 0], [0, 0]],
    "empty": [],
    "random magnitudes": generator.normal(size=(6, 4)) * 10.0 ** generator.integers(-3, 3, (6, 4)),
}
ONLY_DOUBLE = {
    "the smallest and the largest": [5e-324, 1.7976931348623157e308],
    "a hundred thousandths": generator.integers(1, 10**5, 12) / 10**5,
}
INTEGERS = {
    "a vector": [1, 2, 3],
    "widths": [1, -20, 300],
    "a matrix": [[1, 2], [30, 4]],
    "rows that wrap": np.arange(40) * 37,
    "three axes": np.arange(8).reshape(2, 2, 2),
}
BOOLEANS = {
    "both": [True, False],
    "true alone": [True, True],
    "a matrix": [[True, False], [False, False]],
    "rows that wrap": [index % 3 == 0 for index in range(20)],
}

cases = [case(name, values, dtype) for dtype in ("float32", "float64") for name, values in REAL.items()]
cases += [case(name, values, "float64") for name, values in ONLY_DOUBLE.items()]
cases += [case(name, values, dtype) for dtype in ("int32", "int64") for name, values in INTEGERS.items()]
cases += [case(name, values, "bool") for name, values in BOOLEANS.items()]
SHAPES = {
    "as many as are all shown": (1000,), "a long vector": (1001,), "many columns": (2, 600),
    "many rows": (400, 3), "many of both": (40, 50), "many along three axes": (12, 2, 100),
    "many along four axes": (7, 7, 1, 30),
}
for name, shape in SHAPES.items():
    cases += [large(name, shape, "float64", 0.1), large(name, shape, "float32", -0.25)]
    cases += [large(name, shape, "int64"), large(name, shape, "int32", -1.0)]
cases += [large("a million", (1000, 1000), "float32", 0.125)]
for index in range(120):
    dtype = ("float32", "float64")[index % 2]
    shape = tuple(generator.integers(1, 5, size=generator.integers(1, 4)))
    scale = 10.0 ** generator.integers(-6, 9, size=shape if index % 3 == 0 else ())
    values = generator.normal(size=shape) * scale
    if index % 5 == 0:
        values = np.round(values, generator.integers(0, 6))
    cases.append(case(f"random {index}", values, dtype))

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
