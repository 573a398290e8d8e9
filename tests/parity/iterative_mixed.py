#!/usr/bin/env python3
"""Golden tables of `impute -s iterative` with categories, by scikit-learn's regressions in a chain written out here.

Needs scikit-learn, which nothing else here does; the tables it makes are checked in. Writes testdata/parity/iterative-mixed-*.csv
(from a fixed seed), golden/iterative-mixed-*.csv and iterative_mixed.json. Numbers: BayesianRidge on centred features;
categories: LogisticRegression (C=1) on standardised ones; more than 64 levels: linear discriminants, by numpy. All start at
means and modes and take turns by missing cells. A table of which some hole's two best levels are nearly equal is refused here.
"""
import csv
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import BayesianRidge, LogisticRegression
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"
TOLD, CLASSES = 32, 64


class Column:
    """How a column enters as features: a number itself, a category by dummies."""

    def __init__(self, cells):
        self.text = cells.dtype == object
        self.hole = np.array([c == "" for c in cells]) if self.text else np.isnan(cells)
        seen = cells[~self.hole]
        if not self.text:
            self.start = seen.mean()
            return
        self.levels, counts = np.unique(seen.astype(str), return_counts=True)
        rank = sorted(range(len(counts)), key=lambda i: (-counts[i], self.levels[i]))
        self.start = self.levels[rank[0]]
        self.own = self.levels[1:] if len(counts) == 2 else self.levels
        self.rest = len(counts) > TOLD + 1
        if self.rest:
            self.own = sorted(self.levels[i] for i in rank[:TOLD])

    def features(self, cells):
        if not self.text:
            return cells.astype(float)[:, None]
        out = [(cells == level).astype(float) for level in self.own]
        if self.rest:
            out.append(1 - np.sum(out, axis=0))
        return np.column_stack(out)


def discriminants(x, y):
    """Classes, and a function of rows to scores."""
    classes, y = np.unique(y.astype(str), return_inverse=True)
    scaler = StandardScaler().fit(x)
    z, p, k = scaler.transform(x), x.shape[1], len(classes)
    sums, counts = np.zeros((k, p)), np.bincount(y, minlength=k)
    np.add.at(sums, y, z)
    off = z - (sums / counts[:, None])[y]
    within = (off.T @ off + (p + 1) * np.eye(p)) / (len(z) - k + p + 1)
    means = sums / (counts[:, None] + 1)
    w = np.linalg.solve(within, means.T).T
    b = np.log(counts) - .5 * np.sum(means * w, axis=1)
    return classes, lambda rows: scaler.transform(rows) @ w.T + b


def logistic(x, y):
    scaler = StandardScaler().fit(x)
    fit = LogisticRegression(C=1, tol=1e-12, max_iter=100000).fit(scaler.transform(x), y.astype(str))

    def scores(rows):
        s = fit.decision_function(scaler.transform(rows))
        return np.column_stack([np.zeros(len(s)), s]) if s.ndim == 1 else s
    return fit.classes_, scores


def chain(table, rounds, tol):
    """Completed columns; the smallest gap between a hole's two best levels."""
    columns = {name: Column(cells) for name, cells in table.items()}
    now = {name: np.where(c.hole, c.start, table[name]) for name, c in columns.items()}
    order = sorted(table, key=lambda name: (columns[name].hole.sum(), name))
    largest = max(np.nanmax(np.abs(v)) for name, v in table.items() if not columns[name].text)
    gap = np.inf
    for _ in range(rounds):
        change, flips, holes = np.zeros(len(next(iter(table.values())))), 0, 0
        for name in order:
            c, hole = columns[name], columns[name].hole
            x = np.column_stack([columns[o].features(now[o]) for o in sorted(table) if o != name])
            if not c.text:
                new = BayesianRidge().fit(x[~hole], now[name][~hole].astype(float)).predict(x[hole])
                change[hole] += np.abs(new - now[name][hole])
            else:
                many = len(c.levels) > CLASSES
                classes, scores = (discriminants if many else logistic)(x[~hole], now[name][~hole])
                s = scores(x[hole])
                best = np.sort(s, axis=1)[:, -2:]
                gap = min(gap, (best[:, 1] - best[:, 0]).min())
                new = classes[s.argmax(axis=1)].astype(object)
                flips += (new != now[name][hole]).sum()
                holes += hole.sum()
            now[name][hole] = new
        if change.max() < tol * largest and (not holes or flips / holes < tol):
            break
    return now, gap


def write(path, table):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(table)
        out.writerows([["" if v == "" or v != v else v if isinstance(v, str) else repr(float(v)) for v in row]
                       for row in zip(*table.values())])


def tables(rng):
    def factors(n, p, k):
        return rng.normal(size=(n, k)) @ rng.normal(size=(k, p)) + .5 * rng.normal(size=(n, p))

    def cut(v, names):
        return np.array([names[i] for i in np.argsort(np.argsort(v)) * len(names) // len(v)], dtype=object)

    x = factors(150, 5, 2)
    yield "two", dict(a=x[:, 0] * 40 + 100, b=x[:, 1], c=cut(x[:, 2] + .5 * rng.normal(size=150), ["no", "yes"]), d=x[:, 3])
    x = factors(200, 6, 2)
    yield "several", dict(a=x[:, 0], b=cut(x[:, 1], ["red", "green", "blue", "grey"]), c=x[:, 2] * 1e3,
                          d=cut(x[:, 3], ["north", "south"]), e=x[:, 4], f=cut(-x[:, 5], list("uvwxy")))
    x = factors(400, 4, 2)
    yield "many", dict(a=x[:, 0], b=cut(x[:, 1], ["k%02d" % i for i in range(80)]), c=x[:, 2],
                       d=cut(x[:, 3], ["lo", "mid", "hi"]))


def main():
    rng, cases = np.random.default_rng(77), []
    for name, table in tables(rng):
        name = "iterative-mixed-" + name
        for i, column in enumerate(table):
            gone = rng.random(len(table[column])) < .1 + .03 * i
            table[column] = np.where(gone, "" if table[column].dtype == object else np.nan, table[column])
        write(DATA / (name + ".csv"), table)
        done, gap = chain(table, 12, 1e-4)
        assert gap > 1e-4, (name, gap)
        write(HERE / "golden" / (name + ".csv"), done)
        cases.append(dict(name=name, run=["impute -q -s iterative --max-iter 12 --tol 1e-4 {data}/%s.csv" % name], close=1e-5))
    (HERE / "iterative_mixed.json").write_text("[\n " + ",\n ".join(map(json.dumps, cases)) + "\n]\n")


main()
