"""What the peers share: the data, the starting values, and how results are measured and printed.

Data and starting values are those of the Swift benchmarks, whose generator draws NumPy's numbers.
"""

import argparse
import os
import statistics
import sys
import time


def limit_threads():
    """Obeys `--threads N`: before the libraries are loaded, which look once how many there are."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--threads", type=int)
    threads = parser.parse_known_args()[0].threads
    if threads is None:
        return
    if hasattr(os, "sched_setaffinity"):  # JAX has no other setting.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)


limit_threads()

import numpy as np

LEARNING_RATE = 0.001
LARGE = 1_000_000
DISTRIBUTION_ROWS = (10_000, LARGE)
MATRIX_SIZES = (256, 1024)

MIXTURE_ROWS = (100, 100_000)
MIXTURE_START = {"weights": [0.9, 0.1], "scale": 0.35, "locs": [6.4, 8.0]}
MIXTURE_LOGIT = 0.5
RAW_RATE = 4.5
RAW_CONCENTRATIONS = [[-0.45, -0.166], [-1.52, 0.38]]
MIXTURE_LOGITS = [-1.03, -0.56]

LAYER_SIZES = (64, 128, 128, 10)
BATCH = 128


def inflated_counts(rows):
    """Counts that are zero half of the time, of shape [rows, 1]."""
    random = np.random.default_rng(0)
    counts = random.poisson(5, (rows, 1))
    return (random.binomial(1, 0.5, (rows, 1)) * counts).astype(np.float32)


def bimodal_proportions(rows):
    """Proportions with two peaks, of shape [rows, 1]."""
    random = np.random.default_rng(0)
    is_high = random.binomial(1, 0.5, (rows, 1))
    high = random.beta(10, 1.5, (rows, 1))
    low = random.beta(1.5, 10, (rows, 1))
    return (is_high * high + (1 - is_high) * low).astype(np.float32)


def two_normals(rows):
    """Numbers of two normals, one of which is rare, of shape [rows]."""
    random = np.random.default_rng(0)
    is_rare = random.random(rows) >= 0.9175750017166138
    locs = np.where(is_rare, 8.24577808380127, 6.540727615356445)
    return (locs + random.standard_normal(rows) * 0.31486010551452637).astype(np.float32)


def regression_data(rows=LARGE, columns=20):
    """Inputs of shape [rows, columns], and targets of shape [rows]."""
    random = np.random.default_rng(0)
    inputs = random.standard_normal((rows, columns)).astype(np.float32)
    noise = random.standard_normal(rows).astype(np.float32)
    return inputs, inputs.sum(axis=1) + np.float32(0.5) + noise


def classification_data():
    """Inputs of shape [batch, 64], and the classes they belong to, of shape [batch]."""
    random = np.random.default_rng(0)
    inputs = random.standard_normal((BATCH, LAYER_SIZES[0])).astype(np.float32)
    return inputs, random.integers(0, LAYER_SIZES[-1], BATCH)


def perceptron_layers():
    """Weights of shape [inputs, outputs] and offsets of zero, layer by layer."""
    random = np.random.default_rng(1)
    return [
        (
            (random.standard_normal((inputs, outputs)) * np.sqrt(2 / inputs)).astype(np.float32),
            np.zeros(outputs, np.float32),
        )
        for inputs, outputs in zip(LAYER_SIZES, LAYER_SIZES[1:])
    ]


def matrices(size):
    """Two square matrices."""
    random = np.random.default_rng(0)
    return [random.standard_normal((size, size)).astype(np.float32) for _ in range(2)]


def median_microseconds(sample, samples=11, sample_seconds=0.1, repetitions=None):
    """The median time of one repetition.

    `sample(n)` prepares what it needs, repeats the work n times, and returns the seconds that the
    repetitions alone took. Without `repetitions` as many are made as fill a sample.
    """
    if repetitions is None:
        repetitions = 1
        while (seconds := sample(repetitions)) < sample_seconds / 2:
            repetitions *= 2
        repetitions = max(1, round(repetitions * sample_seconds / seconds))
    else:
        sample(repetitions)
    times = [sample(repetitions) / repetitions for _ in range(samples)]
    return statistics.median(times) * 1e6


def seconds_of(body):
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def matrix_product_time(multiply, a, b):
    """The median time of `multiply(a, b)`, whose result is in memory when it returns."""

    def sample(repetitions):
        return seconds_of(lambda: [multiply(a, b) for _ in range(repetitions)] and None)

    return median_microseconds(sample)


def parser(description):
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--losses", action="store_true", help="losses of steps 1 and 10, no times")
    result.add_argument("--only", help="benchmarks of these names alone, separated by commas")
    result.add_argument("--threads", type=int, help="how many threads to use; all cores if left out")
    return result


def report(options, fits, products=()):
    """Prints a row for each benchmark that was asked for.

    A fit is (name, rows, losses, time) and a product is (name, rows, time); `losses(n)` gives the
    losses of the first n steps, or of those that are comparable, and `time()` microseconds.
    """
    only = options.only.split(",") if options.only else None
    print("name,rows,step,loss" if options.losses else "name,rows,microseconds")
    for name, rows, losses, measure in fits:
        if only and name not in only:
            continue
        if options.losses:
            values = losses(10)
            for step in (1, 10):
                if step <= len(values):
                    print(f"{name},{rows},{step},{values[step - 1]!r}")
        else:
            print(f"{name},{rows},{measure():.3f}")
        sys.stdout.flush()
    for name, rows, measure in products:
        if not options.losses and (not only or name in only):
            print(f"{name},{rows},{measure():.3f}", flush=True)
