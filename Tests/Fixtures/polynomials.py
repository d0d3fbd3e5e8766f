"""Fits the polynomials of scalar_f32.inc and prints their coefficients, constant term first.

Each fit is a weighted minimax problem, solved as a linear programme on Chebyshev points.
For float32 evaluation the coefficients are rounded one after the other, constant term first,
and those that remain are fitted again, so that a rounded coefficient is made up for by the rest.

Needs numpy, scipy and mpmath:  python3 polynomials.py [name ...]
"""

import sys

import mpmath as mp
import numpy as np
from scipy.optimize import linprog

mp.mp.dps = 40
POINTS = 300


def minimax(x, y, weight, degree, fixed):
  """Coefficients that minimise max |weight * (y - p(x))|, the first ones being given."""
  y = y - sum(c * x**k for k, c in enumerate(fixed))
  free = range(len(fixed), degree + 1)
  scale = np.max(np.abs(x))
  a = np.stack([weight * (x / scale) ** k for k in free], axis=1)
  b = weight * y
  unit = np.max(np.abs(b))
  if unit == 0:
    return list(fixed) + [0.0] * len(free), 0.0
  # A least-squares fit first: the programme then only has to find its small correction.
  start = np.linalg.lstsq(a, b, rcond=None)[0]
  rest = b - a @ start
  size = max(np.max(np.abs(rest)), 1e-18)
  one = np.ones((len(x), 1))
  q, r = np.linalg.qr(a)
  q = q * np.sqrt(len(x))
  rows = np.block([[q, -one], [-q, -one]])
  cost = np.zeros(q.shape[1] + 1)
  cost[-1] = 1
  bounds = [(None, None)] * q.shape[1] + [(0, None)]
  found = linprog(cost, A_ub=rows, b_ub=np.concatenate([rest, -rest]) / size, bounds=bounds)
  more = np.linalg.solve(r, found.x[:-1] * np.sqrt(len(x))) * size
  coefficients = [c / scale**k for c, k in zip(start + more, free)]
  return list(fixed) + coefficients, found.x[-1] * size


def fit(name, f, low, high, degree, weight, single=True):
  """Prints the polynomial in x that approaches f(x) for x from low to high."""
  k = np.arange(POINTS)
  x = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (k + 0.5) / POINTS)
  y = np.array([float(f(mp.mpf(v))) for v in x])
  w = np.array([float(weight(mp.mpf(v))) for v in x])
  fixed = []
  coefficients, error = minimax(x, y, w, degree, fixed)
  for k in range(degree + 1 if single else 0):
    fixed.append(float(np.float32(coefficients[k])))
    coefficients = minimax(x, y, w, degree, fixed)[0] if k < degree else fixed
  found = np.max(np.abs(w * (y - sum(c * x**k for k, c in enumerate(coefficients)))))
  print(f"{name}: degree {degree} on [{float(low):.4g}, {float(high):.4g}],", end=" ")
  print(f"weighted error {error:.2e}, with the coefficients rounded {found:.2e}")
  for c in coefficients:
    print(f"  {np.float32(c):.9g}f" if single else f"  {c:.17g}")


def one(x):
  return mp.mpf(1)


LN2 = float(mp.log(2))
ROOT = mp.findroot(mp.digamma, 1.46)
HALF_LOG_2PI = mp.log(2 * mp.pi) / 2


def stirling(s):
  x = 1 / mp.sqrt(s)
  return (mp.loggamma(x) - (x - 0.5) * (mp.log(x) - 1) - HALF_LOG_2PI + 0.5) * x


def digamma_tail(s):
  x = 1 / mp.sqrt(s)
  return (mp.log(x) - 1 / (2 * x) - mp.digamma(x)) * x * x


def lgamma_core(u):
  return mp.loggamma(u + 2) / (u * (u + 1))


def erfc_tail(t):
  x = 3.75 * (1 + t) / (1 - t)
  return mp.erfc(x) * mp.exp(x * x) * (x + 3.75)


def erfcx_scaled(t):
  u = 3.75 * (1 + t) / (1 - t)
  if u > 50:
    return mp.quad(lambda v: mp.exp(-v * v / (4 * u * u) - v), [0, 60]) / mp.sqrt(mp.pi) * (u + 3.75) / u
  return mp.erfc(u) * mp.exp(u * u) * (u + 3.75)


def erfinv_ratio(w):
  x = mp.sqrt(-mp.expm1(-w))
  with mp.workdps(60):
    return mp.erfinv(x) / x


def fits():
  """Name, function, range, degree, weight and whether it is evaluated in float32."""
  log_low, log_high = 2**-0.5 - 1, 2**0.5 - 1
  yield ("exp", lambda r: (mp.expm1(r) - r) / r**2, -LN2 / 2, LN2 / 2, 4,
         lambda r: abs(r**2 / mp.expm1(r)), True)
  yield ("log", lambda f: (mp.log1p(f) - f + f * f / 2) / f**3, log_low, log_high, 8,
         lambda f: abs(f**3 / mp.log1p(f)), True)
  yield ("tanh", lambda s: (mp.tanh(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, 0, 0.625**2, 4,
         lambda s: s, True)
  yield ("lgamma", lgamma_core, -1, 0.5, 9, lambda u: max(abs(u), 0.2) / lgamma_core(u), True)
  yield ("lgamma tail", stirling, 1e-9, 0.16, 2, lambda s: mp.sqrt(s), True)
  yield ("digamma", lambda u: mp.digamma(u + 2) / (u + 2 - ROOT), -1, 0.5, 10,
         lambda u: (u + 2 - ROOT) / mp.digamma(u + 2), True)
  yield ("digamma tail", digamma_tail, 1e-9, 0.16, 2, lambda s: s, True)
  yield ("trigamma", lambda t: (mp.psi(1, 1 / t) / t - 1) / t, 1e-9, 1, 8,
         lambda t: t * t / mp.psi(1, 1 / t), True)
  yield ("sin pi x", lambda s: (mp.sincpi(mp.sqrt(s)) - 1) / s, 1e-9, 0.25, 3,
         lambda s: s / mp.sincpi(mp.sqrt(s)), True)
  yield ("cos pi x", lambda s: (mp.cospi(mp.sqrt(s)) - 1) / s, 1e-9, 0.25, 4, lambda s: s, True)
  yield ("erf", lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1, 1e-9, 0.88, 6, one, True)
  yield ("erfc", erfc_tail, -0.6, 0.5, 9, one, True)
  yield ("log in float64", lambda s: (mp.atanh(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, 1e-9, 0.02945, 3,
         lambda s: s, False)
  # The constant term is taken as 1, which keeps the powers of two exact.
  yield ("exp2 in float64", lambda r: mp.mpf(2)**r, -0.5, 0.5, 7, lambda r: mp.mpf(2)**-r, False)
  yield ("sin in float64", lambda s: (mp.sinc(mp.sqrt(s)) - 1) / s, 1e-9, 0.6169, 3,
         lambda s: s, False)
  yield ("cos in float64", lambda s: mp.cos(mp.sqrt(s)), 0, 0.6169, 4, one, False)
  yield ("atan in float64", lambda s: (mp.atan(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, 1e-9, 1, 10,
         lambda s: s, False)
  yield ("asin in float64", lambda s: (mp.asin(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, 1e-9, 0.25, 7,
         lambda s: s, False)
  yield ("sinh in float64", lambda s: (mp.sinh(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, 1e-9, 1, 3,
         lambda s: s, False)
  # The next three are in a variable that is 0 in the middle of the range.
  yield ("erfinv in float64", lambda w: erfinv_ratio(w + 3), -2.9999999, 3, 12,
         lambda w: 1 / erfinv_ratio(w + 3), False)
  yield ("erfinv tail in float64", lambda r: erfinv_ratio((r + 4.25)**2), -1.81, 1.85, 12,
         lambda r: 1 / erfinv_ratio((r + 4.25)**2), False)
  # The square root of the largest exponent that a float gives is below 4.
  yield ("erfinv tail of float32 in float64", lambda r: erfinv_ratio((r + 3.25)**2), -0.81, 0.75, 10,
         lambda r: 1 / erfinv_ratio((r + 3.25)**2), False)
  yield ("erfcx in float64", erfcx_scaled, -1, 0.99999, 13, lambda t: 1 / erfcx_scaled(t), False)


if __name__ == "__main__":
  for arguments in fits():
    if len(sys.argv) == 1 or arguments[0] in sys.argv[1:]:
      fit(*arguments)
