#!/usr/bin/env python3
"""Golden tables of `impute -s iterative`, by scikit-learn's IterativeImputer with its default BayesianRidge.

Needs scikit-learn, which nothing else here does; the tables it makes are checked in. Writes testdata/parity/iterative-*.csv (from a
fixed seed), golden/iterative-*.csv and iterative.json. Columns are named in the order scikit-learn sees them, which is how
columns with equally many holes are ordered.
"""
import csv
import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"
warnings.simplefilter("ignore", ConvergenceWarning)
cases = []


def write(path, names, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(names)
        out.writerows([["" if np.isnan(v) else repr(float(v)) for v in row] for row in rows])


def factors(rng, n, p, k):
    return rng.normal(size=(n, k)) @ rng.normal(size=(k, p)) + .5 * rng.normal(size=(n, p))


def tables(rng):
    yield "factors", factors(rng, 80, 5, 2)
    yield "scales", factors(rng, 70, 6, 3) * 10. ** np.array([-3, -1, 0, 1, 3, 5]) + np.array([0, 5, -3, 100, 0, 1e5])
    x = factors(rng, 60, 5, 2)
    yield "constant", np.column_stack([x[:, :2], np.full(60, 7.), x[:, 2:]])
    yield "collinear", np.column_stack([x, x[:, 0] - 2 * x[:, 1]])
    yield "counts", rng.poisson(np.exp(.5 * factors(rng, 90, 4, 1))).astype(float)
    yield "skewed", np.exp(factors(rng, 90, 5, 2))


def holes(rng, x, share):
    """MCAR for some columns, by the value of the next one for others; no row or column without a cell."""
    out = x.copy()
    for j in range(x.shape[1]):
        if j % 2:
            rank = np.argsort(np.argsort(x[:, (j + 1) % x.shape[1]])) / len(x)
            gone = rng.random(len(x)) < 2 * share * rank
        else:
            gone = rng.random(len(x)) < share
        gone[:3] = False
        out[gone, j] = np.nan
    return out


def case(name, x, new, ours, **options):
    names = ["x%d" % i for i in range(x.shape[1])]
    imputer = IterativeImputer(**options)
    write(HERE / "golden" / (name + ".csv"), names, imputer.fit_transform(x))
    run = "impute -q -s iterative%s {data}/%s.csv" % (ours, name)
    cases.append(dict(name=name, run=[run], close=1e-6))
    write(HERE / "golden" / (name + "-apply.csv"), names, imputer.transform(new))
    cases.append(dict(name=name + "-apply", close=1e-6, run=[run + " --save {tmp}/m.json -o {tmp}/out.csv",
                                                         "apply {tmp}/m.json {data}/%s-new.csv" % name]))


def main():
    rng = np.random.default_rng(20240611)
    for table, x in tables(rng):
        for share, ours, options in ((.05, "", {}), (.3, " --max-iter 25 --tol 1e-6", dict(max_iter=25, tol=1e-6)),
                                     (.6, " --sweep descending --min x1=0 --max-iter 4",
                                      dict(imputation_order="descending", max_iter=4))):
            name = "iterative-%s-%d" % (table, 100 * share)
            names = ["x%d" % i for i in range(x.shape[1])]
            if "min x1" in ours:
                options["min_value"] = [0 if i == 1 else -np.inf for i in range(x.shape[1])]
            train, new = holes(rng, x[:-10], share), holes(rng, x[-10:], share)
            write(DATA / (name + ".csv"), names, train)
            write(DATA / (name + "-new.csv"), names, new)
            case(name, train, new, ours, **options)
    (HERE / "iterative.json").write_text("[\n " + ",\n ".join(map(json.dumps, cases)) + "\n]\n")


main()
