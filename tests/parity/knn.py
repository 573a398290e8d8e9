#!/usr/bin/env python3
"""Golden cells of `impute -s knn`: by scikit-learn's KNNImputer (nan-euclidean), and by looking at every row (gower).

    tests/parity/knn.py [build/tools/tamis]

Needs NumPy and scikit-learn, which nothing else here does; the cells are checked in (golden/knn.json). Where scikit-learn's
distances, taken apart as x^2 + y^2 - 2xy, lose digits, direct subtraction decides; where donors tie at the k-th place, any
choice of them is right, and the least and the greatest that can come of it are kept. With a program, every cell of every case
is compared with it, not only those that are kept.
"""
import csv
import io
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
from sklearn.impute import KNNImputer

import knn_tables

KEPT = 24
TIE = 1e-9


def direct(metric, numbers, words, lo, hi, x, w, p):
    """The distances of all rows from one, NaN where nothing is shared."""
    total, shared = np.zeros(len(numbers)), np.zeros(len(numbers))
    for j in range(numbers.shape[1]):
        both = ~np.isnan(numbers[:, j]) & ~np.isnan(x[j])
        gap = np.where(both, numbers[:, j] - x[j], 0)
        if metric == "gower":
            gap = np.abs(gap) / (hi[j] - lo[j]) if hi[j] > lo[j] else 0 * gap
        total += gap if metric == "gower" else gap * gap
        shared += both
    for j in range(words.shape[1]):
        both = (words[:, j] != "") & (w[j] != "")
        total += both & (words[:, j] != w[j])
        shared += both
    with np.errstate(all="ignore"):
        mean = np.where(shared > 0, total / shared, np.nan)
    return mean if metric == "gower" else np.sqrt(mean * p)


def count(metric, how):
    """Donors where nobody says: scikit-learn's 5, 10 by Gower; VIM's, with its median, are 5."""
    return 10 if metric == "gower" and how != "median" else 5


def weights_of(distance, how):
    if how != "distance" or len(distance) == 0:
        return np.ones(len(distance))
    return (distance == 0) * 1.0 if (distance == 0).any() else 1 / distance


def value(metric, how, donors, distance):
    weights = weights_of(distance, how)
    if donors.dtype == object:
        votes = {}
        for d, v in zip(donors, weights):
            votes[d] = votes.get(d, 0) + v
        best = max(votes.values())
        return min(d for d in votes if votes[d] >= best * (1 - 1e-12))
    if how == "median":
        return float(np.median(donors))
    return float((donors * weights).sum() / weights.sum())


def fill(metric, how, column, distance):
    """(least, greatest) that any choice among ties gives; None: they are categories, and it matters."""
    there = (column != "") if column.dtype == object else ~np.isnan(column)
    donors = np.flatnonzero(there & ~np.isnan(distance))
    if len(donors) == 0:
        if not there.any():
            return "", ""
        v = value(metric, how, column[there], np.ones(there.sum()))
        return v, v
    donors, k = donors[np.argsort(distance[donors], kind="stable")], count(metric, how)
    edge = distance[donors[min(k, len(donors)) - 1]]
    inner = donors[distance[donors] < edge * (1 - TIE)]
    ties = donors[np.abs(distance[donors] - edge) <= edge * TIE]
    need = min(k, len(donors)) - len(inner)
    if column.dtype == object:
        if need < len(ties) and len(set(column[ties])) > 1:
            return None
        v = value(metric, how, column[donors[:k]], distance[donors[:k]])
        return v, v
    if need == len(ties):
        v = value(metric, how, column[donors[:k]], distance[donors[:k]])
        return v, v
    ties = ties[np.argsort(column[ties], kind="stable")]
    ends = [np.concatenate([inner, chosen]) for chosen in (ties[:need], ties[len(ties) - need:])]
    return tuple(value(metric, how, column[c], np.append(distance[inner], np.full(need, edge))) for c in ends)


def parse(rows, d):
    numbers = np.array([[float(c) if c else np.nan for c in row[:d]] for row in rows]).reshape(len(rows), d)
    words = np.array([row[d:] for row in rows], dtype=object).reshape(len(rows), len(rows[0]) - d)
    return numbers, words


def expected(metric, how, train, new, d):
    """{(part, row, column): (least, greatest)}, and how often scikit-learn was overruled."""
    (n, w), out, overruled = parse(train, d), {}, 0
    lo, hi = np.nanmin(n, axis=0), np.nanmax(n, axis=0)
    sd = np.nanstd(n, axis=0)
    for part, rows in (("train", train), ("new", new)):
        x, words = parse(rows, d)
        theirs = KNNImputer(n_neighbors=count(metric, how), weights=how).fit(n).transform(x) if metric != "gower" else None
        for i, row in enumerate(rows):
            if "" not in row:
                continue
            distance = direct(metric, n, w, lo, hi, x[i], words[i], d)
            for j in [j for j, cell in enumerate(row) if cell == ""]:
                both = fill(metric, how, n[:, j] if j < d else w[:, j - d], distance)
                if both is None:
                    continue
                if theirs is not None and both[0] == both[1]:
                    close = 1e-9 if how == "uniform" else 1e-5
                    if abs(theirs[i, j] - both[0]) <= close * sd[j]:
                        both = (float(theirs[i, j]),) * 2
                    else:
                        overruled += 1
                out[part, i, j] = both
    return out, overruled, sd


def compare(tamis, metric, how, names, train, new, want, sd):
    with tempfile.TemporaryDirectory() as tmp:
        model = tmp + "/m.json"
        run = [tamis, "impute", "-s", "knn", "--metric", metric, *knn_tables.OPTIONS[how], "-q", "--save", model]
        got = {}
        got["train"] = subprocess.run(run, input=knn_tables.text(names, train), capture_output=True, text=True, check=True).stdout
        got["new"] = subprocess.run([tamis, "apply", "-q", model], input=knn_tables.text(names, new), capture_output=True,
                                    text=True, check=True).stdout
    got = {part: list(csv.reader(io.StringIO(text)))[1:] for part, text in got.items()}
    worst, ties = 0, 0
    for (part, i, j), (least, most) in want.items():
        cell = got[part][i][j]
        if isinstance(least, str):
            assert cell == least, (part, i, j, cell, least)
            continue
        off = max(least - float(cell), float(cell) - most) / (sd[j] or 1)
        ties += least != most
        worst = max(worst, off)
    return worst, ties


def main():
    tamis = sys.argv[1] if len(sys.argv) > 1 else None
    rng = np.random.default_rng(1)
    cases = []
    for metric in ("nan-euclidean", "gower"):
        for name in list(knn_tables.REAL) + list(knn_tables.MADE):
            for share in knn_tables.SHARES:
                for how in knn_tables.OPTIONS if metric == "gower" else ("uniform", "distance"):
                    names, train, new, d = knn_tables.table(name, share, metric == "gower")
                    if metric != "gower":
                        names, train, new = names[:d], [r[:d] for r in train], [r[:d] for r in new]
                    want, overruled, sd = expected(metric, how, train, new, d)
                    said = "%s %s %d %s: %d cells, %d by direct computation" % (metric, name, share, how, len(want), overruled)
                    if tamis:
                        said += ", off by %.1e sd at most, %d ties" % compare(tamis, metric, how, names, train, new, want, sd)
                    print(said, flush=True)
                    keys = sorted(want)
                    single = [key for key in keys if want[key][0] == want[key][1]]
                    kept = [single[i] for i in sorted(rng.choice(len(single), min(KEPT, len(single)), replace=False))]
                    tied = [key for key in keys if want[key][0] != want[key][1]]
                    kept += [tied[i] for i in sorted(rng.choice(len(tied), min(KEPT // 4, len(tied)), replace=False))]
                    cases.append(dict(metric=metric, table=name, share=share, weights=how,
                                      cells=[[*key, *(want[key][:1] if want[key][0] == want[key][1] else want[key])]
                                             for key in kept]))
    with open(Path(__file__).resolve().parent / "golden" / "knn.json", "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")


warnings.simplefilter("ignore", RuntimeWarning)
main()
