"""Writes special_functions.json: special functions by mpmath, rounded to double precision.

Made with mpmath 1.3.0. To make it anew:

    pip install mpmath==1.3.0 && python special_functions.py

Arguments are doubles, written in the shortest form that reads back the same. The logarithm of the
gamma function is that of the function's magnitude.
"""

import json
import pathlib

import mpmath as mp

mp.mp.dps = 60

REAL = [
    -745.0, -708.3, -80.0, -36.7, -12.5, -3.25, -1.0, -0.7, -0.1, -1e-3, -1e-8, -1e-20, -1e-300,
    1e-300, 1e-20, 1e-8, 1e-3, 0.1, 0.7, 1.0, 3.25, 12.5, 36.7, 80.0, 700.5,
]
ABOVE_MINUS_ONE = [x for x in REAL if x > -1] + [-0.999, -0.5, 1e30, 1e300]
POSITIVE = [
    1e-300, 1e-20, 1e-8, 1e-3, 0.1, 0.5, 0.7, 0.999, 1.0, 1.001, 1.25, 1.5, 1.75, 1.999, 2.0, 2.001,
    2.5, 3.0, 4.2, 7.0, 9.999, 10.0, 12.5, 31.4, 100.0, 1234.5, 1e6, 1e15, 1e30,
]
NEGATIVE = [-1e-8, -1e-3, -0.1, -0.5, -0.9, -1.25, -1.5, -2.75, -4.2, -7.999, -10.5, -31.4, -100.25]
PAIRS = [
    (0.0, 0.0), (0.1, 0.2), (1.0, -1.0), (-3.5, 2.25), (12.5, 12.25), (0.5, 80.0), (-700.0, 3.0),
    (-1000.0, -1001.0), (1e300, 1e299), (1e-300, 1e-10),
]
WITH_POSITIVE = [(x, y) for x in [0.0, 1e-10, 0.5, 3.0, -2.5, 1e20] for y in POSITIVE[1::4]]
POWERS = [(x, y) for x in [1e-10, 0.3, 0.999, 1.0, 1.5, 97.0] for y in [-7.5, -1.0, 0.01, 0.5, 3.0]]
INSIDE = [x for x in REAL if abs(x) <= 1] + [
    -0.999, -0.75, -0.5, 2**-20, 0.125, 0.25, 0.499, 0.501, 0.875, 0.999, 1 - 2**-23, 1 - 2**-40,
]
POINTS = [(y, x) for y in [-3.5, -1e-10, 0.0, 0.3, 1e200] for x in [-1e200, -2.0, 1e-12, 0.7, 40.0]]
QUOTIENTS = [
    (7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0), (1e17, 0.3), (-1e17, 0.7), (0.3, 1e17),
    (-0.3, 1e17), (6.0, 3.0), (-6.0, 3.0), (1.0, 0.1), (5.3, 5.3), (1e300, 3e-5), (-1e-300, 7e-301),
]
ORDERS = [0, 1, 2, 3, 4, 5, 8, 13, 20]

ONE_OPERAND = {
    "exp": (mp.exp, [x for x in REAL if x > -700]),
    "expm1": (mp.expm1, REAL),
    "log": (mp.log, POSITIVE),
    "log1p": (lambda x: mp.log(1 + x), ABOVE_MINUS_ONE),
    "log2": (lambda x: mp.log(x) / mp.log(2), POSITIVE),
    "log10": (mp.log10, POSITIVE),
    "rsqrt": (lambda x: 1 / mp.sqrt(x), POSITIVE),
    "sin": (mp.sin, REAL),
    "cos": (mp.cos, REAL),
    "tan": (mp.tan, REAL),
    "erf": (mp.erf, REAL),
    "erfc": (mp.erfc, [x for x in REAL if x < 20]),
    "asin": (mp.asin, INSIDE),
    "acos": (mp.acos, INSIDE),
    "atan": (mp.atan, REAL + [1e30, -1e300]),
    "sinh": (mp.sinh, REAL[1:]),
    "cosh": (mp.cosh, REAL[1:]),
    "tanh": (mp.tanh, REAL),
    "asinh": (mp.asinh, REAL + [1e30, -1e300]),
    "acosh": (mp.acosh, [x for x in ABOVE_MINUS_ONE if x >= 1] + [1 + 2**-40, 1.3]),
    "atanh": (mp.atanh, [x for x in INSIDE if abs(x) < 1]),
    "erfInverse": (mp.erfinv, [x for x in INSIDE if abs(x) < 1]),
    "log1mExp": (lambda x: mp.log(-mp.expm1(-abs(x))), REAL[2:-1]),
    "logNormalCDF": (lambda x: mp.log(mp.ncdf(x)), [x for x in REAL if x < 37]),
    "normalHazard": (lambda x: mp.npdf(x) / mp.ncdf(x), [x for x in REAL if x < 37]),
    "silu": (lambda x: x / (1 + mp.exp(-x)), [x for x in REAL if abs(x) < 300]),
    "gelu": (lambda x: x * mp.ncdf(x), [x for x in REAL if x > -1.5]),
    "gelu by tanh": (lambda x: x / 2 * (1 + mp.tanh(
        mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3))), [x for x in REAL if x > -1.5]),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), [x for x in REAL if x > -700]),
    "softplus": (lambda x: mp.log(1 + mp.exp(x)), [x for x in REAL if x > -700]),
    "logSigmoid": (lambda x: -mp.log(1 + mp.exp(-x)), [x for x in REAL if x < 700]),
    "logGamma": (lambda x: mp.log(abs(mp.gamma(x))), POSITIVE[:-2] + NEGATIVE),
    "stirlingRest": (
        lambda a: mp.loggamma(a) - ((a - 1) * mp.log(a - 1) - (a - 1) if a > 33 else 0),
        [0.1, 0.7, 3.5, 20.0, 33.0, 33.5, 34.0, 65.0, 1e3, 1e6, 1e15]),
    "stirlingRestSlope": (
        lambda a: mp.digamma(a) - mp.log(a - 1), [33.5, 34.0, 65.0, 1e3, 1e6, 1e15]),
}
TWO_OPERANDS = {
    "logAddExp": (lambda a, b: max(a, b) + mp.log(1 + mp.exp(-abs(a - b))), PAIRS),
    "xlogy": (lambda x, y: x * mp.log(y), WITH_POSITIVE),
    "xlog1py": (lambda x, y: x * mp.log(1 + y), WITH_POSITIVE),
    "power": (mp.power, POWERS),
    "atan2": (mp.atan2, POINTS),
    "remainder": (lambda a, b: a - b * mp.floor(a / b), QUOTIENTS),
    "floorDivide": (lambda a, b: mp.floor(a / b), QUOTIENTS),
}


def value(function, *arguments):
    """A function's value, rounded once; the digits are many more than any of them cancels."""
    with mp.workdps(700):
        return float(function(*map(mp.mpf, arguments)))


def main():
    polygammas = [
        {"order": order, "x": x, "value": float(mp.psi(order, mp.mpf(x)))}
        for order in ORDERS for x in POSITIVE[3:-2] + NEGATIVE
    ]
    fixture = {
        "mpmath": mp.__version__,
        "oneOperand": [
            {"function": name, "x": x, "value": value(function, x)}
            for name, (function, arguments) in ONE_OPERAND.items() for x in arguments
        ],
        "twoOperands": [
            {"function": name, "x": x, "y": y, "value": value(function, x, y)}
            for name, (function, pairs) in TWO_OPERANDS.items() for x, y in pairs
        ],
        "polygamma": polygammas,
    }
    path = pathlib.Path(__file__).with_name("special_functions.json")
    path.write_text(json.dumps(fixture, separators=(",", ":")).replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    main()
