"""A CSV file and what pandas 3.1 and Python's exact arithmetic make of it: csv_table.csv, csv_table.json, decimals.json."""

import json
import pathlib
import random
import struct
from fractions import Fraction

import numpy as np
import pandas as pd

folder = pathlib.Path(__file__).parent
rng = random.Random(7)


def bits64(x):
    return str(struct.unpack("<Q", struct.pack("<d", x))[0])


def nearest32(text):
    """The float32 nearest to a decimal, ties to even, in exact arithmetic."""
    exact = Fraction(text)
    guess = np.float32(float(text))
    if not np.isfinite(guess):
        return guess
    candidates = [np.nextafter(guess, np.float32(-np.inf)), guess, np.nextafter(guess, np.float32(np.inf))]
    def key(c):
        even = int(np.float32(c).view(np.uint32)) & 1
        return (abs(Fraction(float(c)) - exact), even)
    return min((c for c in candidates if np.isfinite(c)), key=key)


def decimals():
    texts = ["0", "-0", "0.0", "1", "-1", "+1.5", ".5", "5.", "1e0", "1E5", "1e+5", "1e-5", "9007199254740993",
             "9007199254740992", "9007199254740995", "0.1", "0.3", "123456789012345678", "1234567890123456789",
             "12345678901234567890", "18446744073709551615", "9999999999999999999", "99999999999999999999",
             "1e22", "1e23", "8.5e22", "1e27", "1e28", "1e-27", "1e-28", "1e308", "1.7976931348623157e308",
             "2.2250738585072014e-308", "2.2250738585072011e-308", "4.9e-324", "5e-324", "2.4703282292062328e-324",
             "16777217", "16777219", "33554433", "0.1000000014901161193847656250", "3.4028234e38", "1.17549435e-38",
             "1e-45", "7.006492321624085e-46", "000000000000000000000000001.5", "0.00000000000000000000000000015",
             "100000000000000000000000000000000", "1." + "0" * 40 + "1", "9007199254740992.99999999999999999999"]
    for _ in range(300):
        texts.append(repr(rng.uniform(-1, 1) * 10.0 ** rng.randint(-30, 30)))
        texts.append("%.*g" % (rng.randint(1, 20), rng.gauss(0, 1)))
        texts.append("%d.%0*d" % (rng.randint(-10**9, 10**9), rng.randint(1, 18), rng.randint(0, 10**9)))
        texts.append("%de%d" % (rng.randint(1, 2**64 - 1), rng.randint(-30, 30)))
    # Halfway between neighbours, and a hair beside.
    for _ in range(150):
        x = rng.uniform(1, 2) * 2.0 ** rng.randint(0, 60)
        half = (Fraction(x) + Fraction(np.nextafter(x, np.inf))) / 2
        if half.denominator <= 2**20:
            digits = len(str(half.denominator)) + 20
            text = str(half.numerator * 10**digits // half.denominator)
            texts.append(text[:-digits] + "." + text[-digits:])
            texts.append(text[:-digits] + "." + text[-digits:-1] + "1")
        f = np.float32(rng.uniform(1, 2) * 2.0 ** rng.randint(0, 40))
        half = (Fraction(float(f)) + Fraction(float(np.nextafter(f, np.float32(np.inf))))) / 2
        if half.denominator == 1:
            texts += [str(half.numerator), str(half.numerator) + ".0000000000001"]
        else:
            texts.append(repr(float(half)))
    return texts


texts = decimals()
rows = [{"text": t, "double": bits64(float(t)), "float": str(int(np.float32(nearest32(t)).view(np.uint32)))}
        for t in texts]
(folder / "decimals.json").write_text(json.dumps(rows, indent=0) + "\n")

cities = ["Paris", "New York, NY", 'the "Big" one', "Köln", "two\nlines", "", "NA"]
count = 200
frame = pd.DataFrame({
    "id": [rng.randint(-2**63, 2**63 - 1) for _ in range(count)],
    "x": [rng.gauss(0, 1) * 10.0 ** rng.randint(-20, 20) for _ in range(count)],
    "short": [round(rng.uniform(0, 100), 2) for _ in range(count)],
    "gap": [rng.choice([rng.random(), None]) for _ in range(count)],
    "holes": [rng.choice([rng.randint(0, 9), None]) for _ in range(count)],
    "flag": [rng.random() < 0.5 for _ in range(count)],
    "city": [rng.choice(cities) for _ in range(count)],
})
frame["holes"] = frame["holes"].astype("Int64")
path = folder / "csv_table.csv"
frame.to_csv(path, index=False, na_rep="NA", lineterminator="\r\n", quoting=0)
read = pd.read_csv(path, keep_default_na=False, na_values={"gap": ["NA"], "holes": ["NA"]},
                   float_precision="round_trip", dtype={"city": str})
categories = read["city"].astype("category")
(folder / "csv_table.json").write_text(json.dumps({
    "id": [str(v) for v in read["id"]],
    "x": [bits64(v) for v in read["x"]],
    "short": [bits64(v) for v in read["short"]],
    "gap": [None if v != v else bits64(v) for v in read["gap"]],
    "holes": [None if v != v else bits64(v) for v in read["holes"]],
    "flag": [bool(v) for v in read["flag"]],
    "city": [int(v) for v in categories.cat.codes],
    "cities": list(categories.cat.categories),
}, indent=0, ensure_ascii=False) + "\n")
print(pd.__version__, np.__version__, len(rows))
