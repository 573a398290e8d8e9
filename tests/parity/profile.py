#!/usr/bin/env python3
"""Writes golden/profile.json: what pandas and NumPy say of the tables of profile_tables.py. Needs both.

    profile.py > golden/profile.json

Kinds: figures of columns (pandas: describe, skew, kurt, quantile, nunique, isna), of the table (duplicated, dropna), the
correlations of numbers and of holes (corr), the patterns of holes (value_counts), and Little's test, by EM in NumPy.
"""
import io
import json
import sys

import numpy
import pandas

from profile_tables import TABLES, text

QUANTILES = {"q01": .01, "q05": .05, "q10": .1, "q25": .25, "median": .5, "q75": .75, "q90": .9, "q95": .95, "q99": .99}


def column(x):
    got = {"n": int(x.count()), "missing": int(x.isna().sum()), "distinct": int(x.nunique())}
    if x.dtype.kind not in "if":
        lengths = x.dropna().str.len()
        got.update(shortest=int(lengths.min()), longest=int(lengths.max()), length=float(lengths.mean()))
        return got
    x = x.astype(float).dropna()
    got.update(min=x.min(), max=x.max(), mean=x.mean(), sd=x.std(), skew=x.skew(), kurtosis=x.kurt(),
               zeros=int((x == 0).sum()), negatives=int((x < 0).sum()), mad=(x - x.median()).abs().median())
    got.update({name: x.quantile(q) for name, q in QUANTILES.items()})
    low, high = x.quantile(.25), x.quantile(.75)
    for name, k in (("outliers", 1.5), ("far_outliers", 3)):
        got[name] = int(((x < low - k * (high - low)) | (x > high + k * (high - low))).sum())
    return {k: None if isinstance(v, float) and numpy.isnan(v) else v for k, v in got.items()}


def square(m):
    return [[None if numpy.isnan(v) else float(v) for v in row] for row in m.to_numpy()]


def little(x):
    """Little 1988: the chi-square statistic, with the covariance of n - 1."""
    x = x[~numpy.isnan(x).all(axis=1)]
    n, p = x.shape
    scale = numpy.nanstd(x, axis=0)
    x = (x - numpy.nanmean(x, axis=0)) / scale
    seen = ~numpy.isnan(x)
    mean, cov = numpy.zeros(p), numpy.eye(p)
    for _ in range(2000):
        filled, left = numpy.empty_like(x), numpy.zeros((p, p))
        for i in range(n):
            o, m = seen[i], ~seen[i]
            filled[i, o] = x[i, o]
            if m.any():
                b = numpy.linalg.solve(cov[numpy.ix_(o, o)], cov[numpy.ix_(o, m)])
                filled[i, m] = mean[m] + (x[i, o] - mean[o]) @ b
                left[numpy.ix_(m, m)] += cov[numpy.ix_(m, m)] - cov[numpy.ix_(m, o)] @ b
        was = mean, cov
        mean = filled.mean(axis=0)
        cov = ((filled - mean).T @ (filled - mean) + left) / n
        if max(abs(was[0] - mean).max(), abs(was[1] - cov).max()) < 1e-12:
            break
    cov = cov * n / (n - 1)
    d2, df = 0., -p
    for pattern in numpy.unique(seen, axis=0):
        rows = x[(seen == pattern).all(axis=1)][:, pattern]
        d = rows.mean(axis=0) - mean[pattern]
        d2 += len(rows) * d @ numpy.linalg.solve(cov[numpy.ix_(pattern, pattern)], d)
        df += int(pattern.sum())
    return [float(d2), df]


golden = {}
for name in TABLES:
    d = pandas.read_csv(io.StringIO(text(name)))
    patterns = d.isna().value_counts()
    g = golden[name] = {
        "columns": {c: column(d[c]) for c in d}, "rows": len(d), "duplicates": int(d.duplicated().sum()),
        "complete_rows": len(d.dropna()), "correlation": square(d.corr(numeric_only=True)), "holes": square(d.isna().corr()),
        "patterns": sorted(([[c for c, v in zip(patterns.index.names, key) if v], int(n)] for key, n in patterns.items()
                            if any(key)), key=str)}
    if name in ("hundred", "thousand"):
        few = d[["small", "mixed", "few", "sign"]]
        g["little"] = little(few.to_numpy(float))
json.dump(golden, sys.stdout, indent=0, sort_keys=True)
print()
