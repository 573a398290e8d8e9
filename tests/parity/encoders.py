#!/usr/bin/env python3
"""Golden numbers for encode, from scikit-learn, on real tables with missing cells.

Reads titanic, horse-colic, penguins, german-credit, pima and mammography (../shared/data beside the repository) and
testdata/parity/encode.csv, asks tamis into which folds it deals rows (their numbers are its own; that they are even is
tested elsewhere), and writes what scikit-learn makes of each level: tests/parity/golden/encoders.json. By hand, with
scikit-learn 1.9:

    venv/bin/python tests/parity/encoders.py build/tools/tamis

compare_encoders.py, which needs nothing but Python, holds tamis to it.
"""
import json
import math
import sys
import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.feature_extraction import FeatureHasher
from sklearn.model_selection import PredefinedSplit
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from compare_encoders import TABLES, find, folds_of, is_missing, read

HERE = Path(__file__).resolve().parent
SEED, FOLDS, MOST = 7, 5, 12000


def cells(rows, at, na, numeric):
    return numpy.array([[numpy.nan if is_missing(row[at], na) else float(row[at]) if numeric else row[at]] for row in rows],
                       dtype=float if numeric else object)


def target(rows, at, kind):
    if kind == "continuous":
        return numpy.array([float(row[at]) for row in rows])
    return numpy.array([row[at] for row in rows])


def first_of_each(keys):
    seen = {}
    for i, key in enumerate(keys):
        seen.setdefault(key, i)
    return seen


def number(v):
    v = float(v)
    return None if math.isnan(v) else v


def vector(row):
    """Numbers; of many that are 0 but for one 1, "place/how many" (place -1: none is 1)."""
    row = [number(v) for v in numpy.atleast_1d(row)]
    if len(row) > 4 and set(row) <= {0, 1} and sum(row) <= 1:
        return "%d/%d" % (row.index(1) if 1 in row else -1, len(row))
    return row


def of_levels(rows, at, na, matrix, prefix=None):
    """level (missing: "") -> what it became; with `prefix`, of fold and level."""
    keys = [("" if is_missing(row[at], na) else row[at]) for row in rows]
    if prefix is not None:
        keys = ["%d:%s" % (prefix[i], key) for i, key in enumerate(keys)]
    return {key: vector(matrix[i]) for key, i in first_of_each(keys).items()}


def goldens(name, na, label, columns, folds):
    header, rows = read(find(name), label[0])
    y_at = header.index(label[0])
    rows = [row for row in rows if not is_missing(row[y_at], na)]
    y = target(rows, y_at, label[1])
    out = []
    for column in columns:
        at = header.index(column)
        numeric = all(is_missing(row[at], na) or row[at].replace(".", "", 1).isdigit() for row in rows) and not any(
            row[at].startswith("0") and len(row[at]) > 1 for row in rows)
        x = cells(rows, at, na, numeric)

        def add(args, matrix, **more):
            out.append({"table": name, "column": column, "args": args, "levels": of_levels(rows, at, na, matrix), **more})

        for smooth in ("auto", 10.0, 0.0):
            e = TargetEncoder(target_type=label[1], smooth=smooth, cv=PredefinedSplit(folds[:len(rows)]))
            crossed = e.fit_transform(x, y)
            fitted = e.transform(x)
            add(["-s", "target"] + ([] if smooth == "auto" else ["--smooth", "%g" % smooth]), fitted, unknown=vector(e.target_mean_),
                crossed=of_levels(rows, at, na, crossed, folds))
        add(["-s", "ordinal"], OrdinalEncoder().fit_transform(x))
        present = [i for i in range(len(rows)) if not is_missing(rows[i][at], na)]
        for args, options in (([], {}), (["--min-count", "20"], {"min_frequency": 20}), (["--drop-first"], {"drop": "first"}),
                              (["--drop-if-binary"], {"drop": "if_binary"})):
            e = OneHotEncoder(sparse_output=False, handle_unknown="ignore", **options).fit(x[present])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                add(["-s", "onehot", "--unknown", "zeros"] + args, e.transform(x))
        h = FeatureHasher(n_features=6, input_type="string", alternate_sign=False)
        add(["-s", "hash", "--buckets", "6"],
            h.transform([[] if is_missing(row[at], na) else [row[at]] for row in rows]).toarray())
        if label[1] == "binary":
            out.append({"table": name, "column": column, "args": ["-s", "woe"], "levels": woe(rows, at, na, y)})
    return out


def woe(rows, at, na, y):
    """In closed form: ln((p + 1)/(P + 2)) - ln((q + 1)/(Q + 2))."""
    second = sorted(set(y))[1]
    keys = [("" if is_missing(row[at], na) else row[at]) for row in rows]
    out = {}
    for key in set(keys):
        p = sum(1 for k, v in zip(keys, y) if k == key and v == second)
        q = sum(1 for k, v in zip(keys, y) if k == key and v != second)
        all_p = sum(1 for v in y if v == second)
        out[key] = [math.log((p + 1) / (all_p + 2)) - math.log((q + 1) / (len(y) - all_p + 2))]
    return out


def main():
    folds = folds_of(sys.argv[1], SEED, FOLDS, MOST)
    cases = []
    for name, (na, label, columns) in TABLES.items():
        cases += goldens(name, na, label, columns, folds)
    golden = {"made_with": "scikit-learn " + sklearn.__version__, "seed": SEED, "folds": FOLDS,
              "dealt": "".join(map(str, folds[:1500])), "cases": cases}
    with open(HERE / "golden" / "encoders.json", "w") as f:
        f.write(json.dumps(golden).replace('{"table"', '\n{"table"') + "\n")


if __name__ == "__main__":
    main()
