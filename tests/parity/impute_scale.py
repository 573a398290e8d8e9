#!/usr/bin/env python3
"""Golden tables of imputing and scaling, by scikit-learn.

Needs NumPy and scikit-learn, which nothing else here does; the tables it makes are checked in:

    python3 -m venv venv && venv/bin/pip install scikit-learn && venv/bin/python tests/parity/impute_scale.py

Writes four tables to testdata/parity/ (from a fixed seed), golden/*.csv and impute_scale.json; with
scikit-learn 1.9.1 the tables are those checked in, byte for byte.
"""
import csv
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"
cases = []


def write(path, names, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(names)
        out.writerows(rows)


def case(name, run, names, rows):
    write(HERE / "golden" / (name + ".csv"), names, rows)
    cases.append(dict(name=name, run=run))


def show(x):
    return "" if x is None or x != x else repr(float(x))


def holes(rng, column, share):
    return ["" if rng.random() < share else text for text in column]


def table(rng, n, of):
    columns = [of[name](rng, n) for name in of]
    return [list(row) for row in zip(*columns)]


def marks(rng, n):
    return ["test" if rng.random() < .25 else "train" for _ in range(n)]


# -- impute -----------------------------------------------------------------------------------------------------------------

IMPUTE = {
    "group": lambda r, n: [r.choice(["a", "b", "c"]) for _ in range(n)],
    "normal": lambda r, n: holes(r, [repr(float(x)) for x in r.normal(50, 12, n)], .2),
    "skewed": lambda r, n: holes(r, ["%.3f" % x for x in r.lognormal(3, 2, n)], .3),
    "count": lambda r, n: holes(r, [str(x) for x in r.poisson(2, n)], .1),
    "word": lambda r, n: holes(r, [r.choice(["red", "green", "blue", "Red", "été"]) for _ in range(n)], .25),
    "tied": lambda r, n: [""] + [["x", "y", "w"][i % 3] for i in range(1, n)],
    "code": lambda r, n: holes(r, ["%03d" % r.integers(0, 4) for _ in range(n)], .1),
    "empty": lambda r, n: [""] * n,
    "full": lambda r, n: [str(x) for x in r.integers(0, 9, n)],
    "_split": marks,
}
NUMBERS = ["normal", "skewed", "count", "full"]
TEXTS = ["group", "word", "tied", "code"]


class Filler:
    """One SimpleImputer for each column, learned from the rows given; fills the texts of a column."""

    def __init__(self, rows, names, numbers, texts=None):
        self.names = names
        self.imputers = {}
        for i, name in enumerate(names):
            column = [row[i] for row in rows]
            if name in NUMBERS and numbers:
                self.imputers[name] = SimpleImputer(strategy=numbers).fit(self.numbers(column))
            elif name in TEXTS and texts:
                self.imputers[name] = SimpleImputer(strategy=texts, missing_values="").fit(self.texts(column))

    @staticmethod
    def numbers(column):
        return np.array([[float(x) if x else np.nan] for x in column])

    @staticmethod
    def texts(column):
        return np.array([[x] for x in column], dtype=object)

    def fill(self, row):
        out = list(row)
        for i, name in enumerate(self.names):
            if row[i] or name not in self.imputers:
                continue
            if name in NUMBERS:
                out[i] = show(self.imputers[name].transform(self.numbers([""]))[0][0])
            else:
                out[i] = self.imputers[name].transform(self.texts([""]))[0][0]
        return out


def impute(rng):
    names = list(IMPUTE)
    rows, new = table(rng, 120, IMPUTE), table(rng, 40, IMPUTE)
    new[0][0] = "unseen"
    new[0][1] = ""
    write(DATA / "impute.csv", names, rows)
    write(DATA / "impute-new.csv", names, new)
    train = [row for row in rows if row[-1] == "train"]
    word = {"mean": "most_frequent", "median": "most_frequent", "most_frequent": "most_frequent"}

    for theirs, ours in (("mean", "mean"), ("median", "median"), ("most_frequent", "mode")):
        f = Filler(train, names, theirs, word[theirs])
        case("impute-" + ours, ["impute -q -s %s {data}/impute.csv" % ours], names, [f.fill(row) for row in rows])
        f = Filler(rows, names, theirs, word[theirs])
        case("impute-%s-learn-all" % ours, ["impute -q -s %s --learn-from all {data}/impute.csv" % ours], names,
             [f.fill(row) for row in rows])
        f = Filler(train, names, theirs, word[theirs])
        case("impute-%s-apply" % ours, ["impute -q -s %s {data}/impute.csv --save {tmp}/m.json -o {tmp}/out.csv" % ours,
                                        "apply {tmp}/m.json {data}/impute-new.csv"], names, [f.fill(row) for row in new])

    # within groups, and the whole column for a group that was not learned
    whole = Filler(train, names, "median", "most_frequent")
    groups = {g: Filler([row for row in train if row[0] == g], names, "median", "most_frequent") for g in "abc"}
    case("impute-groups", ["impute -q -g group {data}/impute.csv --save {tmp}/m.json -o {tmp}/out.csv",
                           "apply {tmp}/m.json {data}/impute-new.csv"], names,
         [groups.get(row[0], whole).fill(row) for row in new])

    # the indicator, as SimpleImputer adds it, over the numbers
    at = [names.index(name) for name in NUMBERS]
    learn = np.hstack([Filler.numbers([row[i] for row in train]) for i in at])
    both = np.hstack([Filler.numbers([row[i] for row in rows]) for i in at])
    theirs = SimpleImputer(strategy="mean", add_indicator=True).fit(learn)
    filled = theirs.transform(both)
    added = [NUMBERS[i] + "_missing" for i in theirs.indicator_.features_]
    f = Filler(train, names, "mean")
    case("impute-indicator", ["impute -q -s mean -c %s --indicator {data}/impute.csv" % ",".join(NUMBERS)], names + added,
         [f.fill(row) + ["%d" % x for x in some[len(NUMBERS):]] for row, some in zip(rows, filled)])

    # a column that is empty where it is learned
    empty = names.index("empty")
    zero = SimpleImputer(strategy="mean", keep_empty_features=True).fit(np.full((3, 1), np.nan)).statistics_[0]
    f = Filler(train, names, "mean", "most_frequent")
    case("impute-empty-fill", ["impute -q -s mean --empty fill {data}/impute.csv"], names,
         [[show(zero) if i == empty else x for i, x in enumerate(f.fill(row))] for row in rows])
    case("impute-empty-drop", ["impute -q -s mean --empty drop {data}/impute.csv"], [x for x in names if x != "empty"],
         [[x for i, x in enumerate(f.fill(row)) if i != empty] for row in rows])


# -- scale ------------------------------------------------------------------------------------------------------------------

SCALE = {
    "normal": lambda r, n: holes(r, [repr(float(x)) for x in r.normal(50, 12, n)], .1),
    "skewed": lambda r, n: ["%.6g" % x for x in r.lognormal(3, 2, n)],
    "year": lambda r, n: [str(x) for x in r.integers(1950, 2004, n)],
    "large": lambda r, n: [repr(float(x)) for x in r.normal(1e9, 1, n)],
    "tiny": lambda r, n: ["%.17e" % x for x in r.normal(0, 1e-9, n)],
    "constant": lambda r, n: ["0.1"] * n,
    "rare": lambda r, n: ["0"] * (n - n // 5) + [str(x) for x in r.integers(1, 5, n // 5)],
    "_split": marks,
}
SCALERS = {
    "standard": (StandardScaler(), ""),
    "minmax": (MinMaxScaler(), ""),
    "minmax-range": (MinMaxScaler(feature_range=(-2.5, .5)), "--range=-2.5,.5"),
    "maxabs": (MaxAbsScaler(), ""),
    "robust": (RobustScaler(), ""),
}


def exactly(learned, x):
    """x as StandardScaler would have it if it added up without rounding: of numbers near 1e9 that differ by 1, an error in the
    last digit of the mean shows in the seventh of the result."""
    exact = [Fraction(v) for v in learned]
    mean = sum(exact) / len(exact)
    variance = sum((v - mean) ** 2 for v in exact) / len(exact)
    sd = Decimal(variance.numerator).sqrt() / Decimal(variance.denominator).sqrt()
    return (x - float(mean)) / (float(sd) or 1)


def scale(rng):
    names = list(SCALE)
    rows, new = table(rng, 120, SCALE), table(rng, 40, SCALE)
    write(DATA / "scale.csv", names, rows)
    write(DATA / "scale-new.csv", names, new)

    def numbers(rows):
        return np.array([[float(x) if x else np.nan for x in row[:-1]] for row in rows])

    exact = [names.index("large"), names.index("constant")]
    train = numbers([row for row in rows if row[-1] == "train"])

    def texts(x, rows):
        return [[show(v) for v in some] + row[-1:] for some, row in zip(x, rows)]

    def scaled(scaler, rows):
        x = scaler.transform(numbers(rows))
        if isinstance(scaler, StandardScaler):
            for i in exact:
                x[:, i] = exactly(train[:, i], numbers(rows)[:, i])
        return texts(x, rows)

    for name, (scaler, more) in SCALERS.items():
        ours = "scale -s %s %s {data}/scale.csv" % (name.split("-")[0], more)
        scaler.fit(train)
        case("scale-" + name, [ours], names, scaled(scaler, rows))
        learn = ours + " --save {tmp}/m.json -o {tmp}/out.csv"
        case("scale-%s-apply" % name, [learn, "apply {tmp}/m.json {data}/scale-new.csv"], names,
             scaled(scaler, new))
        case("scale-%s-inverse" % name, [learn, "scale --load {tmp}/m.json --inverse {data}/scale-new.csv"], names,
             texts(scaler.inverse_transform(numbers(new)), new))


DATA.mkdir(parents=True, exist_ok=True)
(HERE / "golden").mkdir(exist_ok=True)
impute(np.random.default_rng(20240501))
scale(np.random.default_rng(20240502))
(HERE / "impute_scale.json").write_text("[\n" + ",\n".join(" " + json.dumps(c) for c in cases) + "\n]\n")
