"""Prints the maximum-likelihood fit of the example CountRegression, for the tests: data, estimates, standard errors.

Made with NumPy 2.4. To make it anew:

    pip install numpy && python count_regression.py

The data are drawn as the example draws them, one number after the other from `default_rng(0)`. The fit is Newton's method
with derivatives by hand. With z the logit of the gate, eta the logarithm of the rate lambda, and p the probability that a
zero is a structural one, sigmoid(z + lambda):

    zero:   log(e^z + e^-lambda) - log(1 + e^z);           d/dz = p - pi,  d/deta = -(1 - p) lambda
    count:  y eta - lambda - log y! - log(1 + e^z);        d/dz = -pi,     d/deta = y - lambda

Standard errors are square roots of the diagonal of the inverse of the negative Hessian.
"""

import math

import numpy as np

RATE = [0.8, 0.25, -0.1, 0.2, 0.3, -0.4]
GATE = [-0.5, -0.4, 0.2, -0.6]


def draw(count=2_000):
    random = np.random.default_rng(0)
    inputs, visits = np.zeros((count, 6)), np.zeros(count)
    for i in range(count):
        age, income = random.uniform(20, 80), random.normal(40, 12)
        clinic, insured = random.integers(0, 3), random.uniform() < 0.6
        row = [1, (age - 50) / 10, (income - 40) / 10, float(insured), clinic == 0, clinic == 1]
        gate = 1 / (1 + math.exp(-sum(a * b for a, b in zip(GATE, row))))
        rate = math.exp(sum(a * b for a, b in zip(RATE, row)))
        is_zero = random.uniform() < gate
        inputs[i], visits[i] = row, 0 if is_zero else random.poisson(rate)
    return inputs, visits


def derivatives(coefficients, x, y):
    """The log-likelihood, its gradient and its Hessian."""
    w = x[:, :4]
    rate, z = np.exp(x @ coefficients[:6]), w @ coefficients[6:]
    pi, zero = 1 / (1 + np.exp(-z)), y == 0
    p = np.where(zero, 1 / (1 + np.exp(-z - rate)), 0)
    log_factorial = np.array([math.lgamma(n + 1) for n in y])
    value = np.where(zero, np.logaddexp(z, -rate), y * np.log(rate) - rate - log_factorial)
    d_eta = np.where(zero, -(1 - p) * rate, y - rate)
    d_z = p - pi
    h_eta = np.where(zero, -(1 - p) * rate + p * (1 - p) * rate ** 2, -rate)
    h_mixed, h_z = p * (1 - p) * rate, p * (1 - p) - pi * (1 - pi)
    mixed = x.T @ (h_mixed[:, None] * w)
    hessian = np.block([
        [x.T @ (h_eta[:, None] * x), mixed], [mixed.T, w.T @ (h_z[:, None] * w)]])
    gradient = np.concatenate([x.T @ d_eta, w.T @ d_z])
    return (value - np.logaddexp(0, z)).sum(), gradient, hessian


if __name__ == "__main__":
    x, y = draw()
    print("visits", y[:8].astype(int), y.sum(), "zeros", (y == 0).sum())
    print("inputs", repr(x[0]), repr(x.sum(0)))
    coefficients = np.zeros(10)
    for _ in range(50):
        value, gradient, hessian = derivatives(coefficients, x, y)
        step = np.linalg.solve(hessian, -gradient)
        while not derivatives(coefficients + step, x, y)[0] >= value:
            step = step / 2
            if abs(step).max() < 1e-15:
                break
        coefficients = coefficients + step
    value, gradient, hessian = derivatives(coefficients, x, y)
    print("loss", -value / len(y), "gradient", np.linalg.norm(gradient) / len(y))
    np.set_printoptions(precision=10, linewidth=100)
    print("estimates", coefficients)
    print("errors", np.sqrt(np.diag(np.linalg.inv(-hessian))))
