#!/usr/bin/env python3
"""Golden tables of `impute -s em` and `-s regression`.

em: EM for the multivariate normal written out in NumPy, row by row, from another start; what it converges to is the same.
regression: scikit-learn's LinearRegression, and LogisticRegression with next to no penalty, on the other columns with means
and modes in their holes.

Needs NumPy, pandas and scikit-learn, which nothing else here does; the tables it makes are checked in. Writes
testdata/parity/fitted-*.csv (from a fixed seed), golden/fitted-*.csv and fitted.json.
"""
import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"
cases = []


def write(path, names, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(names)
        out.writerows(rows)


def cell(value):
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else repr(float(value))


def case(name, run, table):
    """A golden table; numbers may differ by 1e-8 of their column's standard deviation."""
    write(HERE / "golden" / (name + ".csv"), list(table.columns), [[cell(v) for v in row] for row in table.values.tolist()])
    cases.append(dict(name=name, run=run, close=1e-8))


# -- em -------------------------------------------------------------------------------------------------------------------

def em(x):
    """Mean and covariance, as likely as can be."""
    x = x[~np.isnan(x).all(1)]
    seen = ~np.isnan(x)
    centre, scale = np.nanmean(x, 0), np.nanstd(x, 0)
    z = (x - centre) / scale
    n, p = z.shape
    mean, cov = np.zeros(p), np.eye(p)
    for _ in range(100000):
        filled, left = np.empty_like(z), np.zeros((p, p))
        for i in range(n):
            o, m = seen[i], ~seen[i]
            filled[i, o] = z[i, o]
            if m.any():
                b = np.linalg.solve(cov[np.ix_(o, o)], cov[np.ix_(o, m)]).T
                filled[i, m] = mean[m] + b @ (z[i, o] - mean[o])
                left[np.ix_(m, m)] += cov[np.ix_(m, m)] - b @ cov[np.ix_(o, m)]
        new = filled.mean(0)
        d = filled - new
        grown = (d.T @ d + left) / n
        change = max(abs(new - mean).max(), abs(grown - cov).max())
        mean, cov = new, grown
        if change < 1e-14:
            break
    return centre + scale * mean, cov * np.outer(scale, scale)


def expected(x, mean, cov):
    out = x.copy()
    for i, row in enumerate(x):
        m = np.isnan(row)
        o = ~m
        b = np.linalg.solve(cov[np.ix_(o, o)], cov[np.ix_(o, m)]).T
        out[i, m] = mean[m] + b @ (row[o] - mean[o])
    return out


def normal(rng, n, p, noise, share):
    """n rows of p numbers that hang together, on different scales; some cells missing at random given the first column."""
    few = rng.normal(size=(n, 2))
    x = few @ rng.normal(size=(2, p)) + noise * rng.normal(size=(n, p))
    x = x * 10.0 ** rng.integers(-3, 4, size=p) + rng.normal(size=p) * 10
    odds = share * 2 / (1 + np.exp(-few[:, :1]))
    holes = rng.random((n, p)) < odds
    return np.array([[np.nan if h else float("%.6g" % v) for v, h in zip(*pair)] for pair in zip(x, holes)])


def make_em():
    rng = np.random.default_rng(11)
    shapes = [("few", 80, 3, .5, .2), ("ten", 400, 10, .7, .1), ("half", 300, 5, .3, .5), ("tight", 200, 4, .02, .25)]
    for name, n, p, noise, share in shapes:
        names = ["x%d" % j for j in range(p)]
        x, new = normal(rng, n, p, noise, share), normal(rng, 40, p, noise, share)
        x[3] = np.nan
        kind = rng.choice(["a", "b", "c"], size=n + 40).tolist()
        frames = []
        for file, rows, kinds in ((name, x, kind[:n]), (name + "-new", new, kind[n:])):
            write(DATA / ("fitted-em-%s.csv" % file), names + ["kind"], [[cell(v) for v in r] + [k] for r, k in zip(rows, kinds)])
            frames.append((file, rows, kinds))
        mean, cov = em(x)
        learn = "impute -q -c @numeric -s em --tol 1e-13 --max-iter 100000 {data}/fitted-em-%s.csv" % name
        for file, rows, kinds in frames:
            table = pd.DataFrame(expected(rows, mean, cov), columns=names).assign(kind=kinds)
            run = [learn] if file == name else [learn + " --save {tmp}/m.json", "apply -q {tmp}/m.json {data}/fitted-em-%s.csv" % file]
            case("fitted-em-" + file, run, table)


# -- regression -----------------------------------------------------------------------------------------------------------

def make_mixed(rng, n):
    x = rng.normal(size=n)
    z = x * .5 + rng.normal(size=n)
    kind = np.array(list("uvw"))[np.argmax(np.c_[x, z, rng.normal(size=n)] + rng.gumbel(size=(n, 3)), 1)]
    flag = np.where(rng.random(n) < 1 / (1 + np.exp(-x + z)), "yes", "no")
    y = 1 + 2 * x - z + (kind == "u") * 3 + rng.normal(size=n) * .3
    table = pd.DataFrame(dict(x=x, z=100 * z + 7, kind=kind, flag=flag, y=y))
    for c in ("x", "z", "y"):
        table[c] = table[c].map(lambda v: float("%.6g" % v))
    return table.mask(rng.random(table.shape) < .15)


def stand_in(table, learned):
    out = table.copy()
    for c in out.columns:
        numeric = learned[c].dtype.kind == "f"
        out[c] = out[c].fillna(learned[c].mean() if numeric else sorted(learned[c].dropna().mode())[0])
    return out


def design(table, learned, column):
    whole, parts = stand_in(table, learned), []
    for c in table.columns.drop(column):
        if learned[c].dtype.kind == "f":
            parts.append(whole[c].to_numpy())
        else:
            parts += [(whole[c] == level).to_numpy(float) for level in sorted(learned[c].dropna().unique())[1:]]
    return np.column_stack(parts)


def regressed(table, learned):
    out = table.copy()
    for c in table.columns:
        seen, holes = learned[c].notna().to_numpy(), table[c].isna().to_numpy()
        x = design(learned, learned, c)[seen]
        centre, scale = x.mean(0), x.std(0)
        new = (design(table, learned, c)[holes] - centre) / scale
        x = (x - centre) / scale
        if learned[c].dtype.kind == "f":
            out.loc[holes, c] = LinearRegression().fit(x, learned[c][seen]).predict(new)
            continue
        model = LogisticRegression(C=1e12, tol=1e-12, max_iter=100000).fit(x, learned[c][seen])
        top = np.sort(model.predict_proba(new), 1)
        assert (top[:, -1] - top[:, -2]).min() > 1e-4, "two levels are as probable; another seed is needed"
        out.loc[holes, c] = model.predict(new)
    return out


def make_regression():
    rng = np.random.default_rng(8)
    table, new = make_mixed(rng, 400), make_mixed(rng, 60)
    for name, frame in (("", table), ("-new", new)):
        write(DATA / ("fitted-regression%s.csv" % name), list(frame.columns), [[cell(v) for v in r] for r in frame.values.tolist()])
    learn = "impute -q -s regression {data}/fitted-regression.csv"
    case("fitted-regression", [learn], regressed(table, table))
    case("fitted-regression-new", [learn + " --save {tmp}/m.json", "apply -q {tmp}/m.json {data}/fitted-regression-new.csv"],
         regressed(new, table))


make_em()
make_regression()
(HERE / "fitted.json").write_text("[\n%s\n]\n" % ",\n".join(" " + json.dumps(c) for c in cases), encoding="utf-8")
