"""Writes incomplete_gamma_temme.inc: power series of the functions c_k of Temme's expansion.

They follow from c_0 = 1/mu - 1/eta and c_k = (1/eta) dc_(k-1)/deta + (-1)^k g_k / mu (DLMF 8.12.10), where
mu - log(1 + mu) = eta^2 / 2 and g_k are the coefficients of Stirling's series of the gamma function.
All is computed with fractions and rounded once:  python3 temme.py
"""

import pathlib
from fractions import Fraction
from math import comb

ORDERS, TERMS = 8, 20
LENGTH = TERMS + 2 * ORDERS + 4


def inverse_of_mu():
    """The coefficients of 1/mu, from eta^-1 on; mu itself solves mu mu' = eta (1 + mu)."""
    mu = [Fraction(0), Fraction(1)]
    for n in range(2, LENGTH + 2):
        known = sum(mu[i] * (n + 1 - i) * mu[n + 1 - i] for i in range(2, n))
        mu.append((mu[n - 1] - known) / (n + 1))
    inverse = [Fraction(1)]
    for n in range(1, LENGTH):
        inverse.append(-sum(mu[i + 1] * inverse[n - i] for i in range(1, n + 1)))
    return inverse


def stirling_coefficients():
    """g_k of gamma(a) = sqrt(2 pi / a) (a / e)^a sum of g_k a^-k, by exponentiating the logarithm's."""
    bernoulli = [Fraction(1)]
    for n in range(1, ORDERS + 3):
        bernoulli.append(-sum(comb(n + 1, k) * bernoulli[k] for k in range(n)) / (n + 1))
    logarithm = [Fraction(0)] * (ORDERS + 2)
    for k in range(1, (ORDERS + 2) // 2 + 1):
        if 2 * k - 1 < len(logarithm):
            logarithm[2 * k - 1] = bernoulli[2 * k] / (2 * k * (2 * k - 1))
    g = [Fraction(1)]
    for n in range(1, ORDERS + 1):
        g.append(sum(j * logarithm[j] * g[n - j] for j in range(1, n + 1)) / n)
    return g


def rows():
    """The coefficients of c_k, from eta^0 on."""
    inverse, g = inverse_of_mu(), stirling_coefficients()
    current = [Fraction(0)] + inverse[1:]  # from eta^-1 on
    yield current[1:TERMS + 1]
    for k in range(1, ORDERS):
        # eta^(i-1) becomes (i-1) eta^(i-3).
        shifted = [(i + 1) * current[i + 2] for i in range(LENGTH - 2)] + [Fraction(0)] * 2
        current = [s + (-1)**k * g[k] * v for s, v in zip(shifted, inverse)]
        assert current[0] == 0
        yield current[1:TERMS + 1]


def main():
    lines = [
        "// Power series of Temme's functions c_k(eta), k from 0 up; made by Tests/Fixtures/temme.py.",
        f"enum {{ TEMME_ORDERS = {ORDERS}, TEMME_TERMS = {TERMS} }};",
        "static const double temme[TEMME_ORDERS][TEMME_TERMS] = {",
    ]
    for row in rows():
        lines.append("  {")
        for start in range(0, TERMS, 4):
            numbers = " ".join(f"{float(v):.17g}," for v in row[start:start + 4])
            lines.append(f"    {numbers}")
        lines.append("  },")
    lines.append("};")
    root = pathlib.Path(__file__).resolve().parents[2]
    path = root / "Sources" / "LevinKernels" / "incomplete_gamma_temme.inc"
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
