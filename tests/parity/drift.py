#!/usr/bin/env python3
"""Golden figures of drift by SciPy, NumPy and scikit-learn: writes golden/drift.json, tables and all.

Run by hand, with a Python that has them (SciPy 1.17.1 and scikit-learn 1.9.1 made the file that is checked in): python3
tests/parity/drift.py.
compare_drift.py needs nothing but the standard library. Bins are NumPy's deciles of the reference; the index, with half a row
in each bin, is written out. The AUC is that of scikit-learn's boosted trees, as many and as deep, the mean of ten five-fold
cross-validations.
"""
import json
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score

HERE = Path(__file__).resolve().parent


def of_counts(a, b):
    n, m, k = a.sum(), b.sum(), len(a)
    p, q = (a + .5) / (n + k / 2), (b + .5) / (m + k / 2)
    test = stats.chi2_contingency([a, b], correction=False)
    return {"psi": ((p - q) * np.log(p / q)).sum(), "js": jensenshannon(a / n, b / m, base=2), "chi2": test[0], "chi2_p": test[1],
            "cramers_v": stats.contingency.association(np.array([a, b]), method="cramer")}


def of_numbers(a, b):
    edges = np.unique(np.quantile(a, np.arange(1, 10) / 10))
    edges = edges[edges < a.max()]
    ks = stats.ks_2samp(a, b, method="exact")
    apart = stats.wasserstein_distance(a, b)
    count = [np.bincount(np.searchsorted(edges, x), minlength=len(edges) + 1) for x in (a, b)]
    return {"ks": ks.statistic, "ks_p": ks.pvalue, "wasserstein": apart, "wasserstein_sd": apart / np.std(a), **of_counts(*count)}


def rows(g, n, new):
    """Half a deviation in x, y against x instead of with it, z as it was; the two tables have not as many rows."""
    x = g.normal(.5 * new, 1, n)
    y = (-.4 if new else .4) * x + g.normal(0, 1, n)
    return np.column_stack([x, y, g.normal(0, 1, n)]).round(3)


def classifier():
    g = np.random.default_rng(9)
    tables = [rows(g, 600, 0), rows(g, 400, 1)]
    model = GradientBoostingClassifier(n_estimators=50, learning_rate=.1, max_depth=3, min_samples_leaf=20, random_state=0)
    auc = cross_val_score(model, np.vstack(tables), np.repeat([0, 1], [600, 400]), scoring="roc_auc",
                          cv=RepeatedStratifiedKFold(n_splits=5, n_repeats=10, random_state=0)).mean()
    texts = ["\n".join(["x,y,z"] + [",".join("%g" % v for v in row) for row in t]) + "\n" for t in tables]
    return {"reference": texts[0], "new": texts[1], "auc": float(auc)}


def main():
    cases = []
    for seed, (n, m) in enumerate(((200, 50), (60, 300), (150, 150), (37, 41))):
        g = np.random.default_rng(seed)
        tables = [{"norm": g.normal(s / 4, 1, k).round(4), "ties": g.integers(0, 30, k) + s * 1., "skew": g.lognormal(s / 3, 1, k).round(3),
                   "level": g.choice(4, k, p=p)} for k, s, p in ((n, 0, [.25] * 4), (m, seed, [.4, .2, .2, .2]))]
        want = {c: of_numbers(tables[0][c], tables[1][c]) for c in ("norm", "ties", "skew")}
        want["level"] = of_counts(*(np.bincount(t["level"], minlength=4) for t in tables))
        texts = ["\n".join([",".join(t)] + [",".join(["%r" % float(t[c][i]) for c in ("norm", "ties", "skew")] + ["L%d" % t["level"][i]])
                                             for i in range(len(t["norm"]))]) + "\n" for t in tables]
        cases.append({"reference": texts[0], "new": texts[1],
                      "want": {c: {k: float(v) for k, v in w.items()} for c, w in want.items()}})
    (HERE / "golden" / "drift.json").write_text(json.dumps({"tables": cases, "classifier": classifier()}, indent=1) + "\n")


main()
