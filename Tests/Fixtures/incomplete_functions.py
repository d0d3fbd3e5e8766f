"""Writes incomplete_functions.json: incomplete gamma and beta functions by mpmath, rounded once.

Made with mpmath 1.3.0. To make it anew:

    pip install mpmath==1.3.0 && python incomplete_functions.py

The functions are summed from their power series with as many digits as these lose; derivatives with
respect to shapes are central differences with a step of 10^-30. Probabilities that round to 1
are left out, and so is what is below 10^-300.
"""

import json
import pathlib

import mpmath as mp

mp.mp.dps = 90

GAMMA = [
    (1e-6, [1e-30, 1e-3, 0.5, 1.05, 2.0, 30.0]), (0.01, [1e-10, 0.2, 1.0, 1.2, 12.0, 300.0]),
    (0.5, [1e-20, 1e-3, 0.4, 1.0, 5.0, 80.0]), (1.0, [1e-9, 0.7, 1.3, 40.0, 600.0]),
    (2.7, [1e-4, 0.6, 2.6, 2.8, 9.0, 100.0]), (12.5, [0.05, 3.0, 12.4, 13.1, 30.0, 250.0]),
    (39.9, [2.0, 25.0, 39.0, 41.0, 70.0]), (40.5, [2.0, 24.0, 25.0, 40.0, 40.5, 55.0, 60.0, 300.0]),
    (300.0, [40.0, 200.0, 299.0, 300.0, 320.0, 419.0, 421.0, 900.0]),
    (2e4, [17000.0, 19800.0, 20000.0, 20300.0, 24000.0]), (1e6, [965000.0, 999000.0, 1e6, 1.003e6]),
]
BETA = [
    (1e-6, 1e-6, [1e-20, 0.3, 0.7]), (1e-6, 2.0, [1e-5, 0.4, 0.9]), (3.0, 1e-6, [0.2, 0.7, 0.999]),
    (0.5, 0.5, [1e-12, 0.2, 0.5, 0.99]), (0.3, 4.5, [1e-8, 0.05, 0.6, 0.99]),
    (1.0, 1.0, [1e-5, 0.3, 0.8]), (2.5, 1.2, [1e-3, 0.4, 0.8, 0.9999]),
    (8.0, 10.0, [0.01, 0.3, 0.45, 0.7, 0.98]), (120.0, 3.5, [0.5, 0.95, 0.97, 0.999]),
    (40.0, 900.0, [1e-3, 0.03, 0.0425, 0.05, 0.3]), (1e3, 1e3, [0.3, 0.48, 0.5, 0.53, 0.65]),
    (1e4, 5.0, [0.99, 0.9995, 0.9999]), (0.02, 5e3, [1e-9, 1e-4, 3e-3]),
    (1e6, 1e6, [0.488, 0.4995, 0.5, 0.501]), (1e6, 10.0, [0.9999, 0.99999, 0.999995]),
]
SMALLEST = mp.mpf(10)**-300


def gamma_p(a, x):
    """P(a, x) by its power series, whose terms are all positive."""
    term = total = mp.mpf(1)
    n, least = 0, mp.mpf(10)**-mp.mp.dps
    while term > total * least:
        n += 1
        term *= x / (a + n)
        total += term
    return mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1)) * total


def gamma_pair(a, x):
    # Above the mean, 1 - p cancels up to 300 digits.
    with mp.workdps(70 if x < a else 420):
        p = gamma_p(a, x)
        return p, 1 - p


def beta_series(a, b, x):
    """I_x(a, b) by its power series of positive terms, which converges fast up to x = 1/2."""
    term = total = mp.mpf(1)
    n, least = 0, mp.mpf(10)**-mp.mp.dps
    while term > total * least:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    y = 1 - x
    logarithm = a * mp.log(x) + b * mp.log(y) - mp.log(a)
    return mp.exp(logarithm + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b)) * total


def beta_pair(a, b, x):
    # What is left to 1 cancels up to 300 digits.
    with mp.workdps(420):
        a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
        if x <= 0.5:
            p = beta_series(a, b, x)
            return p, 1 - p
        q = beta_series(b, a, 1 - x)
        return 1 - q, q


def slope(function, at):
    """The derivative with respect to one number, by central differences."""
    step = mp.mpf(10)**-30 * at
    (p1, q1), (p0, q0) = function(at + step), function(at - step)
    small = (p1 - p0) if p1 < q1 else (q0 - q1)
    return small / (2 * step)


def row(shapes, x, pair, slopes, density):
    p, q = pair
    if min(p, q) < SMALLEST:
        return None
    return {
        "shapes": shapes, "x": x, "lower": float(p), "upper": float(q),
        "slopes": [float(s) for s in slopes], "density": float(density),
    }


def gamma_row(a, x):
    a_, x_ = mp.mpf(a), mp.mpf(x)
    density = mp.exp((a_ - 1) * mp.log(x_) - x_ - mp.loggamma(a_))
    slopes = [slope(lambda v: gamma_pair(v, x_), a_)]
    return row([a], x, gamma_pair(a_, x_), slopes, density)


def beta_row(a, b, x):
    a_, b_, x_ = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    logarithm = (a_ - 1) * mp.log(x_) + (b_ - 1) * mp.log(1 - x_)
    density = mp.exp(logarithm + mp.loggamma(a_ + b_) - mp.loggamma(a_) - mp.loggamma(b_))
    slopes = [
        slope(lambda v: beta_pair(v, b_, x_), a_), slope(lambda v: beta_pair(a_, v, x_), b_),
    ]
    return row([a, b], x, beta_pair(a_, b_, x_), slopes, density)


def main():
    gamma = [gamma_row(a, x) for a, points in GAMMA for x in points]
    beta = [beta_row(a, b, x) for a, b, points in BETA for x in points]
    fixture = {
        "mpmath": mp.__version__,
        "gamma": [r for r in gamma if r], "beta": [r for r in beta if r],
    }
    path = pathlib.Path(__file__).with_name("incomplete_functions.json")
    path.write_text(json.dumps(fixture, separators=(",", ":")).replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    main()
