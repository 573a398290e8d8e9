"""Tables of two classes, one of them rare, for imbalance.py. Everything is drawn from seeds that are written here."""
import os
import zlib

import numpy as np
import pandas as pd

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "data")
ROWS = 4000             # of a data set at most

# file: target, its positive class, what a missed one costs where a false alarm costs 1. That of german-credit is published
# with it; the others are made up, the dearer the rarer.
REAL = {"mammography": ("class", "'1'", 20), "german-credit": ("risk", "2", 5), "pima": ("diabetes", "1", 3)}
NOT_MEASURED = {"pima": ["glucose", "blood_pressure", "skin_thickness", "insulin", "bmi"]}  # zeros, as the folder's README has it


def real(name):
    path = os.path.join(DATA, name + ".csv")
    if not os.path.exists(path):
        return None
    target, positive, cost = REAL[name]
    table = pd.read_csv(path)
    y = table.pop(target).astype(str) == positive
    for column in NOT_MEASURED.get(name, []):
        table[column] = table[column].replace(0, np.nan)
    return some(table, y), cost


def some(table, y):
    """At most ROWS, the classes keeping their shares; the label is the last column, yes or no."""
    table = table.assign(y=np.where(y, "yes", "no"))
    if len(table) > ROWS:
        table = table.groupby("y").sample(frac=ROWS / len(table), random_state=1).sort_index()
    return table.reset_index(drop=True)


def linear(r, n=4000):
    """One in a hundred; the log-odds are linear in three of six normal columns: logistic regression is right here."""
    x = r.normal(size=(n, 6))
    odds = -6.2 + x[:, :3] @ [1.5, 1, -1]
    return some(pd.DataFrame(x, columns=["x%d" % i for i in range(6)]), r.random(n) < 1 / (1 + np.exp(-odds))), 50


def islands(r, n=4000):
    """Three in a hundred, most of them in four small clusters amid the others, with two categories that help a little."""
    y = r.random(n) < .03
    x = r.normal(scale=1.5, size=(n, 4))
    centres = np.array([[2, 0, 0, 1], [-2, 1, 0, 0], [0, -2, 2, 0], [0, 2, -1, -2]])
    x[y] = centres[r.integers(0, 4, y.sum())] + .5 * r.normal(size=(y.sum(), 4))
    table = pd.DataFrame(x.round(4), columns=list("abcd"))
    table["kind"] = np.where(y, r.choice(["p", "q", "r"], n, p=[.5, .3, .2]), r.choice(["p", "q", "r"], n, p=[.3, .3, .4]))
    table["place"] = r.choice(["k%d" % i for i in range(8)], n)
    return some(table, y), 20


def levels(r, n=3000):
    """Five in a hundred, categories alone; two of them count together."""
    table = pd.DataFrame({"c%d" % i: r.integers(0, 3 + i, n) for i in range(6)})
    odds = -4 + 1.2 * (table.c0 == 1) + .5 * table.c1 + 1.8 * ((table.c2 == 2) & (table.c3 > 3)) - .8 * (table.c4 == 0)
    y = r.random(n) < 1 / (1 + np.exp(-odds))
    return some(table.apply(lambda c: c.map(lambda v: "v%d" % v)), y), 20


OWN = [linear, islands, levels]


def names():
    return list(REAL) + [f.__name__ for f in OWN]


def load(name):
    """(table, cost of a missed yes); None where the file is not there."""
    for f in OWN:
        if f.__name__ == name:
            return f(np.random.default_rng(zlib.crc32(name.encode())))
    return real(name)
