#!/usr/bin/env python3
"""Golden numbers for split and encode, from scikit-learn.

Writes the inputs (testdata/parity/split.csv, encode.csv, encode_new.csv) and what scikit-learn makes of them
(tests/parity/golden/split_encode.json). Run by hand when a case is added, with scikit-learn 1.9 in a virtual environment:

    python3 -m venv venv && venv/bin/pip install 'scikit-learn==1.9.*' && venv/bin/python tests/parity/split_encode.py

compare_split_encode.py, which needs nothing but Python, holds tamis to it.
"""
import csv
import json
import random
from collections import Counter
from pathlib import Path

import numpy
import sklearn
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, train_test_split
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"


def write(path, header, rows):
    with open(path, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def counts(classes, rows):
    return dict(sorted(Counter(classes[i] for i in rows).items()))


# -- split -----------------------------------------------------------------------------------------------------------------

def split_data():
    r = random.Random(20)
    groups = [n for n, size in enumerate(r.randint(1, 23) for _ in range(60)) for _ in range(size)][:307]
    rows = []
    for i in range(307):
        two = "yes" if r.random() < 0.13 else "no"
        five = r.choices(["a", "b", "c", "d", "e"], [40, 25, 20, 10, 5])[0]
        kind = "x" if (groups[i] * 7919) % 10 < 3 else r.choice(["x", "y"])
        rows.append([i, two, five, kind, "g%d" % groups[i]])
    return ["id", "two", "five", "kind", "group"], rows


def is_tie(classes, n_test):
    """Remainders that meet where the last rows are given out: scikit-learn draws there."""
    n = len(classes)
    sizes = Counter(classes)
    left = n_test - sum(k * n_test // n for k in sizes.values())
    remainders = sorted((k * n_test % n for k in sizes.values()), reverse=True)
    return 0 < left < len(remainders) and remainders[left - 1] == remainders[left]


def split_goldens(rows):
    golden = []
    everyone = numpy.arange(len(rows))
    for column, at in (("two", 1), ("five", 2), ("kind", 3)):
        classes = [row[at] for row in rows]
        for share in (0.1, 0.2, 0.25, 1 / 3, 0.5):
            train, test = train_test_split(everyone, test_size=share, stratify=classes, random_state=0)
            assert not is_tie(classes, len(test))
            golden.append({"args": ["-t", column, "--test", repr(share)], "column": column,
                           "marks": {"train": counts(classes, train), "test": counts(classes, test)}})
        for k in (2, 3, 5, 10):
            folds = StratifiedKFold(k).split(everyone, classes)
            golden.append({"args": ["-t", column, "--folds", str(k)], "column": column,
                           "marks": {str(i): counts(classes, test) for i, (_, test) in enumerate(folds, 1)}})
    for share in (0.1, 0.2, 0.25, 1 / 3, 0.5):
        train, test = train_test_split(everyone, test_size=share, random_state=0)
        golden.append({"args": ["--test", repr(share)], "column": None, "marks": {"train": len(train), "test": len(test)}})
    for k in (2, 3, 5, 10):
        golden.append({"args": ["--folds", str(k)], "column": None,
                       "marks": {str(i): len(test) for i, (_, test) in enumerate(KFold(k).split(everyone), 1)}})
    return golden


def group_goldens(rows):
    """Which group is in which fold is a matter of ties; how even the folds come out is not."""
    golden = []
    everyone = numpy.arange(len(rows))
    groups = [row[4] for row in rows]
    for k in (2, 3, 5):
        folds = [test for _, test in GroupKFold(k).split(everyone, groups=groups)]
        golden.append({"args": ["-g", "group", "--folds", str(k)], "column": None,
                       "sizes": sorted(len(test) for test in folds)})
        for column, at in (("two", 1), ("kind", 3)):
            classes = [row[at] for row in rows]
            folds = [test for _, test in StratifiedGroupKFold(k).split(everyone, classes, groups)]
            total = Counter(classes)
            spread = numpy.mean([numpy.std([counts(classes, test).get(c, 0) / total[c] for test in folds]) for c in total])
            golden.append({"args": ["-g", "group", "--stratify", column, "--folds", str(k)], "column": column,
                           "spread": float(spread)})
    return golden


# -- encode ----------------------------------------------------------------------------------------------------------------

def encode_data(seed, n, extra):
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        city = r.choices(["Bern", "Basel", "Chur", "Genf", "Zug", "Ürgl", "a b", "Thun"] + extra, [30, 20, 10, 8, 5, 3, 2, 1]
                         + [4] * len(extra))[0]
        level = r.choices(["low", "mid", "high"], [3, 2, 1])[0]
        hole = r.choices(["p", "q", ""], [5, 3, 1])[0]
        rows.append([city, level, hole])
    return rows


def matrix(values):
    return [[None if v != v else int(v) for v in row] for row in values]


def encode_goldens(train, new):
    golden = []

    def column(rows, at):
        return numpy.array([[row[at] if row[at] != "" else numpy.nan] for row in rows], dtype=object)

    def add(args, name, encoder, apply):
        encoder.fit(column(train, name))
        golden.append({"args": args, "column": name, "fitted": matrix(encoder.transform(column(train, name))),
                       "applied": matrix(encoder.transform(column(new, name))) if apply else None})

    def onehot(**options):
        return OneHotEncoder(sparse_output=False, handle_unknown="ignore", **options)

    add(["-c", "level"], 1, onehot(), True)
    add(["-c", "level", "--drop-first"], 1, onehot(drop="first"), True)
    add(["-c", "city", "--unknown", "zeros"], 0, onehot(), True)
    add(["-c", "city", "--unknown", "zeros", "--min-count", "12"], 0, onehot(min_frequency=12), True)
    add(["-c", "city", "--unknown", "zeros", "--max-categories", "4"], 0, onehot(max_categories=4), True)
    add(["-c", "city", "--unknown", "zeros", "--max-categories", "3", "--min-count", "4"], 0,
        onehot(max_categories=3, min_frequency=4), True)
    add(["-c", "hole", "--missing", "column"], 2, onehot(), True)

    def ordinal(**options):
        return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=numpy.nan, **options)

    add(["-c", "level", "-s", "ordinal"], 1, ordinal(), True)
    add(["-c", "city", "-s", "ordinal", "--unknown", "missing"], 0, ordinal(), True)
    add(["-c", "city", "-s", "ordinal", "--unknown", "missing", "--max-categories", "4"], 0, ordinal(max_categories=4), False)
    add(["-c", "hole", "-s", "ordinal"], 2, ordinal(), True)
    return golden


def main():
    DATA.mkdir(parents=True, exist_ok=True)
    header, rows = split_data()
    write(DATA / "split.csv", header, rows)
    train, new = encode_data(1, 240, []), encode_data(2, 40, ["Olten", "Visp"])
    write(DATA / "encode.csv", ["city", "level", "hole"], train)
    write(DATA / "encode_new.csv", ["city", "level", "hole"], new)
    golden = {"made_with": "scikit-learn " + sklearn.__version__, "split": split_goldens(rows), "groups": group_goldens(rows),
              "encode": encode_goldens(train, new)}
    with open(HERE / "golden" / "split_encode.json", "w") as f:
        f.write("{\n")
        f.write('"made_with": %s' % json.dumps(golden["made_with"]))
        for part in ("split", "groups", "encode"):
            f.write(',\n"%s": [\n%s\n]' % (part, ",\n".join(json.dumps(one) for one in golden[part])))
        f.write("\n}\n")


if __name__ == "__main__":
    main()
