#!/usr/bin/env python3
"""Golden scores by scikit-learn, SciPy and NumPy: writes golden/score.json, tables and all.

Run by hand, with a Python that has them (scikit-learn 1.9.1 and SciPy made the file that is checked in): python3
tests/parity/score.py. The comparison, compare_score.py, needs nothing but the standard library.

NRMSE and PFC are missForest's mixError() in NumPy; the interval of several imputations is written out with SciPy's quantile.
"""
import io
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, mean_squared_error, r2_score

HERE = Path(__file__).resolve().parent
warnings.simplefilter("ignore")


def text_of(frame):
    """A CSV with every digit of every number, and holes empty."""
    out = io.StringIO()
    frame.to_csv(out, index=False)
    return out.getvalue()


def of_numbers(t, i):
    d, n = i - t, len(t)
    figures = dict.fromkeys("rmse nrmse mae bias percent-bias r2 ks wasserstein energy".split())
    if n:
        figures.update(rmse=mean_squared_error(t, i) ** .5, mae=mean_absolute_error(t, i), bias=d.mean(), ks=stats.ks_2samp(t, i).statistic,
                       wasserstein=stats.wasserstein_distance(t, i), energy=stats.energy_distance(t, i))
        figures["percent-bias"] = 100 * abs(i.mean() - t.mean()) / abs(t.mean())
    if n > 1:
        figures.update(nrmse=np.sqrt(np.mean(d ** 2) / np.var(t, ddof=1)), r2=r2_score(t, i))
    return figures


def of_texts(t, i):
    if not len(t):
        return dict.fromkeys(["accuracy", "pfc", "f1"])
    return {"accuracy": accuracy_score(t, i), "pfc": np.mean(t != i), "f1": f1_score(t, i, average="macro", zero_division=0)}


def correlation(x, y):
    """Of the rows that have both; by the deviations, since pandas' running sums lose eight digits far from zero."""
    both = (x.notna() & y.notna()).to_numpy()
    x, y = x.to_numpy(float)[both], y.to_numpy(float)[both]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    x, y = x - x.mean(), y - y.mean()
    return (x @ y) / np.sqrt((x @ x) * (y @ y))


def correlations(truth, imputed, numeric):
    if len(numeric) < 2:
        return {}
    d = np.array([abs(correlation(truth[x], truth[y]) - correlation(imputed[x], imputed[y]))
                  for i, x in enumerate(numeric) for y in numeric[i + 1:]])
    d = d[~np.isnan(d)]
    if not len(d):
        return {"corr-max": [None, 0], "corr-mean": [None, 0], "corr-frobenius": [None, 0]}
    return {"corr-max": [d.max(), len(d)], "corr-mean": [d.mean(), len(d)], "corr-frobenius": [np.sqrt(2 * (d ** 2).sum()), len(d)]}


def energy(truth, mask, imputed):
    """Of the rows with a number judged, each column by the standard deviation of its true values there."""
    here = mask.any(axis=1).to_numpy()
    x, y = truth.to_numpy(float)[here], imputed.to_numpy(float)[here]
    if not len(x):
        return [None, 0]
    sd = x.std(axis=0, ddof=1) if len(x) > 1 else np.ones(x.shape[1])
    sd[(np.ptp(x, axis=0) == 0)] = 1
    there = ~np.isnan(y).any(axis=1)
    x, y = (x[there] - x[0]) / sd, (y[there] - x[0]) / sd
    if not len(x):
        return [None, 0]
    square = 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()
    return [np.sqrt(square) if square > 1e-13 * cdist(x, y).mean() else 0., len(x)]


def one(truth, mask, imputed, numeric):
    """{column: {measure: [value, n]}} of one imputed table."""
    scores, pool = {}, {"t": [], "i": [], "wrong": [], "f1": []}
    judged = left = 0
    for c in truth.columns:
        here = mask[c].to_numpy()
        if not here.any():
            continue
        t, i = truth[c][here], imputed[c][here]
        there = i.notna()
        s = {"left": [int((~there).sum()), int(here.sum())]}
        judged, left = judged + s["left"][1], left + s["left"][0]
        t, i = t[there].to_numpy(), i[there].to_numpy()
        figures = of_numbers(t.astype(float), i.astype(float)) if c in numeric else of_texts(t.astype(str), i.astype(str))
        s.update({k: [v, len(t)] for k, v in figures.items()})
        scores[c] = s
        if c in numeric:
            pool["t"] += list(t)
            pool["i"] += list(i)
        elif len(t):
            pool["wrong"] += list(t != i)
            pool["f1"].append(figures["f1"])
    total = {"left": [left, judged]}
    if any(c in numeric for c in scores):
        t, i = np.array(pool["t"], float), np.array(pool["i"], float)
        total.update({k: [v, len(t)] for k, v in of_numbers(t, i).items() if k in ("rmse", "nrmse", "mae", "bias")})
    if any(c not in numeric for c in scores):
        n = len(pool["wrong"])
        pfc = np.mean(pool["wrong"]) if n else None
        total.update({"pfc": [pfc, n], "accuracy": [None if pfc is None else 1 - pfc, n],
                      "f1": [np.mean(pool["f1"]) if n else None, len(pool["f1"])]})
    total.update(correlations(truth, imputed, numeric))
    if len(numeric) > 1:
        total["energy"] = energy(truth[numeric], mask[numeric], imputed[numeric])
    scores["*"] = total
    return scores


def intervals(truth, mask, tables, numeric):
    """Coverage and width of mean -+ t(k - 1, .975) s sqrt(1 + 1/k), by column, and coverage of all."""
    found, all_in = {}, []
    for c in numeric:
        inside, width = [], []
        for row in np.flatnonzero(mask[c].to_numpy()):
            x = np.array([t[c].iloc[row] for t in tables], float)
            x = x[~np.isnan(x)]
            if len(x) < 2:
                continue
            half = stats.t.ppf(.975, len(x) - 1) * x.std(ddof=1) * np.sqrt(1 + 1 / len(x))
            inside.append(abs(truth[c].iloc[row] - x.mean()) <= half)
            width.append(2 * half)
        if mask[c].any():
            n = len(inside)
            found[c] = {"coverage": [np.mean(inside) if n else None, n], "width": [np.mean(width) if n else None, n]}
            all_in += inside
    found["*"] = {"coverage": [np.mean(all_in) if all_in else None, len(all_in)]}
    return found


def mean_of(scores):
    """Each measure's mean over imputations; one that has no value there does not count."""
    mean = {}
    for c in scores[0]:
        mean[c] = {}
        for measure in scores[0][c]:
            values = [s[c][measure][0] for s in scores]
            values = [v for v in values if v is not None and not np.isnan(v)]
            mean[c][measure] = [np.mean(values) if values else None, np.mean([s[c][measure][1] for s in scores])]
    return mean


def plain(scores):
    return {c: {k: [None if v is None or not np.isfinite(v) else float(v), float(n)] for k, (v, n) in s.items()}
            for c, s in scores.items()}


def case(name, truth, mask, tables, stacked=False, all_cells=False):
    numeric = [c for c in truth.columns if c != "key" and pd.api.types.is_numeric_dtype(truth[c])]
    judged = truth.drop(columns="key", errors="ignore")
    scores = mean_of([one(judged, mask, t, numeric) for t in tables])
    if stacked:
        for c, s in intervals(judged, mask, tables, numeric).items():
            scores[c].update(s)
    holes = truth.copy().astype(object)
    for c in mask.columns:
        holes.loc[mask[c].to_numpy(), c] = None
    if stacked:
        whole = pd.concat([t.assign(_imputation=k + 1) for k, t in enumerate(tables)])
    else:
        whole = tables[0]
    cells = pd.DataFrame([(row + 1, c, truth[c].iloc[row]) for row in range(len(truth)) for c in mask.columns if mask[c].iloc[row]],
                         columns=["row", "column", "value"], dtype=object)
    return {"name": name, "truth": text_of(truth), "holes": None if all_cells else text_of(holes), "imputed": text_of(whole),
            "cells": text_of(cells), "want": plain(scores)}


def some(r, frame, share):
    return pd.DataFrame({c: r.random(len(frame)) < share for c in frame.columns if c != "key"})


def filled(r, truth, mask, noise=.5, left=0.):
    """Numbers moved, texts drawn from the column; some left empty."""
    table = truth.copy()
    for c in mask.columns:
        here = mask[c].to_numpy()
        if pd.api.types.is_numeric_dtype(truth[c]):
            sd = truth[c].std() if len(truth) > 1 and truth[c].std() > 0 else 1
            table[c] = table[c].astype(float)
            table.loc[here, c] = truth[c][here] + r.normal(.1, noise, here.sum()) * sd
        else:
            table.loc[here, c] = r.choice(truth[c].to_numpy(), here.sum())
        table.loc[here & (r.random(len(truth)) < left), c] = None
    return table


def cases():
    r = np.random.default_rng(6)
    x = r.normal(size=(120, 3)) @ r.normal(size=(3, 4))
    mixed = pd.DataFrame(x, columns=list("abcd"))
    mixed["town"] = r.choice(["Ely", "York", "Bath, Avon", 'the "Wells"'], 120)
    mixed["kind"] = np.where(x[:, 0] > 0, "yes", "no")
    mixed.insert(0, "key", ["k%d" % i for i in r.permutation(120)])
    mask = some(r, mixed, .3)
    yield case("mixed", mixed, mask, [filled(r, mixed, mask)])
    yield case("some left", mixed, mask, [filled(r, mixed, mask, left=.3)])
    yield case("several", mixed, mask, [filled(r, mixed, mask) for _ in range(5)], stacked=True)
    yield case("several, some left", mixed, mask, [filled(r, mixed, mask, left=.4) for _ in range(3)], stacked=True)
    table = filled(r, mixed, mask)
    yield case("every cell", mixed, mixed.drop(columns="key").notna(), [table], all_cells=True)
    every = mixed.drop(columns="key").notna()
    yield case("all missing", mixed, every, [filled(r, mixed, every, 2)])

    ties = pd.DataFrame({"a": r.integers(1, 4, 200), "b": r.integers(-1, 2, 200), "c": r.choice(["x", "y"], 200)})
    mask = some(r, ties, .5)
    moved = ties.copy()
    for c in ties.columns:
        moved.loc[mask[c], c] = r.permutation(ties.loc[mask[c], c])
    moved["a"] = moved["a"].where(~mask["a"], moved["a"] % 3 + 1)
    yield case("ties", ties, mask, [moved])

    constant = pd.DataFrame({"a": [2.5] * 12, "b": r.normal(size=12), "c": ["x"] * 12, "d": r.normal(size=12)})
    mask = some(r, constant, .5)
    mask.iloc[0] = True
    yield case("constant", constant, mask, [filled(r, constant, mask)])
    yield case("constant, right", constant, mask, [constant])
    flat = constant.copy()
    flat["b"] = constant["b"].where(~mask["b"], .125)
    flat["d"] = .1
    mask["d"] = True
    yield case("filled with one value", constant, mask, [flat])

    row = pd.DataFrame({"a": [3.], "b": [-2.], "c": ["x"]})
    yield case("one row", row, row.notna(), [pd.DataFrame({"a": [4.5], "b": [-2.], "c": ["y"]})])
    yield case("one row, left", row, row.notna(), [pd.DataFrame({"a": [None], "b": [1.], "c": [None]})])

    far = pd.DataFrame({"a": 1e9 + r.normal(size=300), "b": 1e-9 * r.normal(size=300), "c": 1e6 * r.normal(size=300)})
    far["d"] = far["a"] - 1e9 + r.normal(size=300)
    mask = some(r, far, .2)
    yield case("far from zero", far, mask, [filled(r, far, mask)])


golden = {"by": "scikit-learn, SciPy, NumPy; tests/parity/score.py", "cases": list(cases())}
(HERE / "golden" / "score.json").write_text(json.dumps(golden, indent=1, allow_nan=False) + "\n")
