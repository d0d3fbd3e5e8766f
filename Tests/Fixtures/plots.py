"""Writes plots.json: bins and counts, quantiles and densities of a few data sets as NumPy and SciPy have them.

    python3 plots.py > plots.json

Needs NumPy and SciPy.
"""

import json
import sys

import numpy as np
from scipy.stats import gaussian_kde


def data():
    random = np.random.default_rng(7)
    yield "normal", random.normal(size=500)
    yield "skewed", random.gamma(0.7, size=400)
    yield "two peaks", np.concatenate([random.normal(-4, 0.3, 60), random.normal(2, 2, 90)])
    yield "ties", np.round(random.normal(size=300), 1)
    yield "few", np.array([3.0, 1.5, 1.5, 8.25])
    yield "large", 1e9 + random.normal(size=200)
    yield "one far away", np.append(random.normal(size=99), 1000.0)


def main():
    cases = []
    for name, values in data():
        counts, edges = np.histogram(values, bins=50)
        auto_counts, auto_edges = np.histogram(values, bins="auto")
        quarters = [0, 0.1, 0.25, 0.5, 0.9, 0.975, 1]
        given = np.quantile(values, [0.1, 0.3, 0.35, 0.8])
        given_counts, _ = np.histogram(values, bins=given)
        kernel = gaussian_kde(values)
        narrow = gaussian_kde(values, bw_method=0.1)
        positions = np.linspace(values.min() - 1, values.max() + 1, 21)
        cases.append({
            "name": name, "values": values.tolist(),
            "counts": counts.tolist(), "edges": edges.tolist(),
            "autoCounts": auto_counts.tolist(), "autoEdges": auto_edges.tolist(),
            "givenEdges": given.tolist(), "givenCounts": given_counts.tolist(),
            "shares": quarters, "quantiles": np.quantile(values, quarters).tolist(),
            "positions": positions.tolist(), "density": kernel(positions).tolist(),
            "narrowDensity": narrow(positions).tolist(),
        })
    json.dump(cases, sys.stdout)
    print()


main()
