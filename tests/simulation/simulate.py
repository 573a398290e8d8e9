#!/usr/bin/env python3
"""Does an imputation leave the answer of an analysis where it was? Many tables, half of one column gone, one regression.

    tests/simulation/simulate.py build/tools/tamis                  # a few runs, wide bands: what the suite does
    tests/simulation/simulate.py build/tools/tamis --runs 1000 --sizes 200,1000     # the figures of docs/imputation.md

Each run draws z normal, x = z / 2 + noise with variance 1, y = 1 + x + z + e, e normal with the sd of --noise (the slope of x
is 1), and takes half of x away: at random (MCAR); of the rows whose y + z is above its mean 60 %, of the others 40 % (MAR);
or with the logistic of y + z's standard score (MAR-right: ampute of R's mice), which leaves few donors where most is missing.
`tamis impute` fills it, y is regressed on x and z in each imputation, and `tamis pool --dfcom N-3` makes one interval of
them (one imputation: the usual interval). What is counted: the bias of the slope in percent of 1, the share of 95 %
intervals that hold 1, and their width (van Buuren 2018, "Flexible Imputation of Missing Data", 2.5). MAR-right and noise
other than .5 are shown, not judged. Nothing but the standard library.
"""
import argparse
import csv
import io
import math
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

METHODS = {
    "complete": None,
    "pmm": "-s mice -m 5 --method pmm",
    "norm": "-s mice -m 5 --method norm",
    "norm-predict": "-s mice -m 1 --method norm-predict",
    "mean": "-s mean",
}
HONEST = ("complete", "pmm", "norm")


def make(rng, n, mechanism, noise):
    rows, holes = [], []
    for _ in range(n):
        z = rng.gauss(0, 1)
        x = z / 2 + rng.gauss(0, math.sqrt(.75))
        rows.append((x, 1 + x + z + rng.gauss(0, noise), z))
    for x, y, z in rows:
        # y + z has the mean 1 and the variance 7 + noise^2: half of the rows in the mean
        p = {"MCAR": .5, "MAR": .6 if y + z > 1 else .4, "MAR-right": 1 / (1 + math.exp(-(y + z - 1) / math.sqrt(7 + noise * noise)))}
        holes.append(rng.random() < p[mechanism])
    return rows, holes


def regress(rows):
    """The slope of x in y ~ 1 + x + z, and its standard error."""
    n = len(rows)
    mx, my, mz = (sum(row[i] for row in rows) / n for i in range(3))
    sxx = sum((x - mx) ** 2 for x, y, z in rows)
    szz = sum((z - mz) ** 2 for x, y, z in rows)
    syy = sum((y - my) ** 2 for x, y, z in rows)
    sxz = sum((x - mx) * (z - mz) for x, y, z in rows)
    sxy = sum((x - mx) * (y - my) for x, y, z in rows)
    szy = sum((z - mz) * (y - my) for x, y, z in rows)
    d = sxx * szz - sxz * sxz
    bx, bz = (szz * sxy - sxz * szy) / d, (sxx * szy - sxz * sxy) / d
    rss = syy - bx * sxy - bz * szy
    return bx, math.sqrt(rss / (n - 3) * szz / d)


def run(tamis, words, text):
    return subprocess.run([tamis, *words], input=text.encode(), capture_output=True, check=True).stdout.decode()


def imputed(tamis, options, rows, holes, seed):
    text = "x,y,z\n" + "".join("%s,%r,%r\n" % ("" if hole else repr(x), y, z) for (x, y, z), hole in zip(rows, holes))
    out = csv.reader(io.StringIO(run(tamis, ["impute", "-q", "-j", "1", "--seed", str(seed)] + options.split(), text)))
    header, copies = next(out), {}
    at = header.index("_imputation") if "_imputation" in header else None
    for row in out:
        copies.setdefault(row[at] if at is not None else "1", []).append(tuple(map(float, row[:3])))
    return [regress(copies[which]) for which in sorted(copies)]


def interval(tamis, fits, n):
    """Pooled; a single fit is pooled with itself, which leaves it as it is."""
    fits = fits if len(fits) > 1 else fits * 2
    text = "estimate,std.error\n" + "".join("%r,%r\n" % fit for fit in fits)
    words = ["pool", "--dfcom", str(n - 3)]
    row = next(csv.DictReader(io.StringIO(run(tamis, words, text))))
    return float(row["estimate"]), float(row["conf.low"]), float(row["conf.high"])


def one(tamis, n, mechanism, noise, i, methods):
    rows, holes = make(random.Random("%d/%s/%d" % (n, mechanism, i)), n, mechanism, noise)
    answers = {}
    for method in methods:
        options = METHODS[method]
        fits = [regress(rows)] if options is None else imputed(tamis, options, rows, holes, i + 1)
        answers[method] = interval(tamis, fits, n)
    return answers


def summary(answers):
    runs = len(answers)
    return (100 * (sum(a for a, low, high in answers) / runs - 1), sum(low <= 1 <= high for a, low, high in answers) / runs,
            sum(high - low for a, low, high in answers) / runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tamis")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--mechanisms", default="MCAR,MAR")
    parser.add_argument("--noise", type=float, default=.5)
    parser.add_argument("--sizes", default="200", help="rows: 200,1000")
    options = parser.parse_args()
    # three standard errors of what so few runs can tell, on top of the bands asked for
    bias_band = 5 if options.runs >= 500 else 5 + 300 * .1 / math.sqrt(options.runs)
    low = .92 if options.runs >= 500 else .95 - 3 * math.sqrt(.95 * .05 / options.runs) - .03
    high = .98 if options.runs >= 500 else 1
    cases = [(n, mechanism) for n in map(int, options.sizes.split(",")) for mechanism in options.mechanisms.split(",")]
    faults, number = 0, 0
    print("TAP version 13\n1..%d" % (len(cases) * len(METHODS)))
    for n, mechanism in cases:
        with ThreadPoolExecutor(options.threads) as pool:
            runs = list(pool.map(lambda i: one(options.tamis, n, mechanism, options.noise, i, METHODS), range(options.runs)))
        for method in METHODS:
            bias, coverage, width = summary([answers[method] for answers in runs])
            good = abs(bias) < bias_band and low <= coverage <= high
            number += 1
            # what does not add the uncertainty of the missing must be seen to fail, not merely not be tested
            passed = mechanism == "MAR-right" or options.noise != .5 or (good if method in HONEST else abs(bias) >= 5 or coverage < .92)
            faults += not passed
            print("%sok %d - %s, n = %d, %s: bias %.1f %%, coverage %.3f, width %.3f" %
                  ("" if passed else "not ", number, method, n, mechanism, bias, coverage, width), flush=True)
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
