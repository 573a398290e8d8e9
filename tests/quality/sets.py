"""Complete tables for the study, and the ways to make holes in them. Everything is drawn from seeds that are written here."""
import os
import sys
import zlib

import numpy as np
import pandas as pd

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "data")
ROWS = 400              # of a data set at most

# names, ids and texts that are different in (nearly) every row; zeros that mean "not measured" (the folder's README.md)
DROPPED = {"titanic": ["PassengerId", "Name", "Ticket", "Cabin"], "horse-colic": ["hospital_number"]}
NOT_MEASURED = {"pima": ["glucose", "blood_pressure", "skin_thickness", "insulin", "bmi"]}


def real(name):
    path = os.path.join(DATA, name + ".csv")
    if not os.path.exists(path):
        return None
    table = pd.read_csv(path, na_values=["?"], skipinitialspace=True).drop(columns=DROPPED.get(name, []))
    if len(table) > ROWS:
        table = table.sample(ROWS, random_state=1)
    for column in NOT_MEASURED.get(name, []):
        table[column] = table[column].replace(0, np.nan)
    return table.reset_index(drop=True)


def linear(r, n):
    """Normal, three factors behind eight columns."""
    x = r.normal(size=(n, 3)) @ r.normal(size=(3, 8)) + .6 * r.normal(size=(n, 8))
    return pd.DataFrame(x, columns=["x%d" % i for i in range(8)])


def friedman(r, n):
    """Friedman's function of five uniform columns that hang together a little, and noise."""
    common = r.normal(size=(n, 1))
    u = (r.normal(size=(n, 5)) + common) / np.sqrt(2)
    u = np.apply_along_axis(lambda c: (c.argsort().argsort() + .5) / n, 0, u)
    table = pd.DataFrame(u, columns=["u%d" % i for i in range(5)])
    table["y"] = 10 * np.sin(np.pi * u[:, 0] * u[:, 1]) + 20 * (u[:, 2] - .5) ** 2 + 10 * u[:, 3] + 5 * u[:, 4] + r.normal(size=n)
    table["z"] = np.exp(u[:, 0] + u[:, 3]) + .2 * r.normal(size=n)
    return table


def mixed(r, n):
    """Two categories, and numbers whose slopes hang on them."""
    kind = r.choice(["a", "b", "c"], n, p=[.5, .3, .2])
    x, w = r.normal(size=n), r.normal(size=n)
    slope = pd.Series(kind).map({"a": 1.5, "b": -1.5, "c": 0}).to_numpy()
    y = slope * x + .4 * r.normal(size=n)
    z = np.where(kind == "c", 2, 0) + w + .4 * r.normal(size=n)
    side = np.where(y + w + .5 * r.normal(size=n) > 0, "up", "down")
    size = pd.cut(x + .5 * r.normal(size=n), [-np.inf, -.7, .7, np.inf], labels=["small", "medium", "large"]).astype(str)
    return pd.DataFrame({"kind": kind, "x": x, "w": w, "y": y, "z": z, "side": side, "size": size})


def clustered(r, n):
    """Six clusters, nothing within them."""
    which = r.integers(0, 6, n)
    x = r.normal(scale=2, size=(6, 6))[which] + .6 * r.normal(size=(n, 6))
    return pd.DataFrame(x, columns=["x%d" % i for i in range(6)])


def heavy(r, n):
    """Counts and log-normal amounts with a common cause."""
    z = r.normal(size=n)
    table = pd.DataFrame({"amount": np.exp(1 + .9 * z + .4 * r.normal(size=n)).round(2), "calls": r.poisson(np.exp(.5 + .6 * z)),
                          "age": (45 + 8 * z + 8 * r.normal(size=n)).round().astype(int)})
    table["score"] = (z + r.standard_t(3, n) * .5).round(3)
    table["visits"] = r.poisson(np.exp(.3 * z + .02 * (table["age"] - 45)))
    table["paid"] = (table["amount"] * r.uniform(.5, 1, n)).round(2)
    return table


OWN = [linear, friedman, mixed, clustered, heavy]
REAL = ["titanic", "horse-colic", "pima", "german-credit", "mammography", "penguins"]


def names():
    return REAL + [f.__name__ for f in OWN]


def load(name):
    for f in OWN:
        if f.__name__ == name:
            return f(np.random.default_rng(zlib.crc32(name.encode())), ROWS)
    return real(name)


# -- holes ---------------------------------------------------------------------------------------------------------------

def holes(table, mechanism, rate, seed):
    """Which cells are hidden. MCAR: each alike. MAR: every other column has holes; each is seen less often the higher its
    neighbour, which has none, ranks in the row (levels by their frequency)."""
    r = np.random.default_rng([seed, zlib.crc32(mechanism.encode())])
    hidden = np.zeros(table.shape, dtype=bool)
    if mechanism == "MCAR":
        hidden = r.random(table.shape) < rate
    else:
        for i in range(0, table.shape[1] - table.shape[1] % 2, 2):
            pivot = table.iloc[:, i + 1]
            if not is_number(pivot):
                pivot = pivot.map(pivot.value_counts())
            rank = pivot.fillna(pivot.mean()).rank(method="average", pct=True)
            hidden[:, i] = r.random(len(table)) < np.minimum(1, 2 * rate * rank)
    return hidden & table.notna().to_numpy()


def is_number(column):
    return pd.api.types.is_numeric_dtype(column)


def error(truth, filled, hidden):
    """Mean over columns of RMSE / sd, and of the share of wrong levels. None: a cell was left."""
    of = []
    for i in range(truth.shape[1]):
        where = hidden[:, i]
        if not where.any():
            continue
        t, f = truth.iloc[:, i], filled.iloc[:, i]
        if f[where].isna().any():
            return None
        if not is_number(t):
            of.append((t[where].astype(str) != f[where].astype(str)).mean())
        elif t.std() > 0:
            of.append(np.sqrt(((t[where] - f[where].astype(float)) ** 2).mean()) / t.std())
    return float(np.mean(of))


def main():
    """sets.py FOLDER NAME...: the tables as CSV files."""
    folder, *wanted = sys.argv[1:]
    for name in wanted:
        table = load(name)
        if table is None:
            print("%s is not there: left out" % name, file=sys.stderr)
        else:
            table.to_csv(os.path.join(folder, name + ".csv"), index=False)


if __name__ == "__main__":
    main()
