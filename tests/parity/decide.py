#!/usr/bin/env python3
"""Golden thresholds, decisions and weights by scikit-learn and NumPy: writes golden/decide.json, tables and all.

Run by hand, with a Python that has scikit-learn (1.9.1 made the file that is checked in): python3 tests/parity/decide.py
The comparison, compare_decide.py, needs nothing but the standard library.

Thresholds are sought by brute force: every distinct score, the highest first, and scikit-learn's own measure of what it decides.
"""
import json
from pathlib import Path

import numpy
import sklearn
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score, recall_score

HERE = Path(__file__).resolve().parent
r = numpy.random.default_rng(11)


def gmean(y, d):
    return float(numpy.sqrt(recall_score(y, d) * recall_score(y, d, pos_label=0)))


def cost(fn, fp):
    def of(y, d):
        tn, false_alarms, missed, tp = confusion_matrix(y, d, labels=[0, 1]).ravel()
        return -float(false_alarms * fp + missed * fn) / len(y)
    return of


MEASURES = {"f1": lambda y, d: f1_score(y, d, zero_division=0), "gmean": gmean,
            "balanced": balanced_accuracy_score, "youden": lambda y, d: balanced_accuracy_score(y, d, adjusted=True),
            "cost": cost(7, 2)}


def best(scores, y, measure):
    found = (None, measure(y, numpy.zeros_like(y)))
    for t in sorted(set(scores), reverse=True):
        value = measure(y, (scores >= t).astype(int))
        if value > found[1] + 1e-12:
            found = (float(t), float(value))
    return found


golden = {"sklearn": sklearn.__version__, "two": [], "many": []}
for n, digits in ((60, 1), (400, 2), (900, 6)):
    y = (r.random(n) < .2).astype(int)
    scores = numpy.round(1 / (1 + numpy.exp(-r.normal(2 * y - 2, 1.2))), digits)
    fold = r.integers(1, 4, n)
    table = "score,y,_fold\n" + "".join("%s,%d,%d\n" % row for row in zip(map(repr, map(float, scores)), y, fold))
    thresholds = {}
    for name, measure in MEASURES.items():
        t, value = best(scores, y, measure)
        folds = [best(scores[fold == f], y[fold == f], measure) for f in (1, 2, 3)]
        thresholds[name] = {"threshold": t, "value": value, "folds": folds}
    share = 3 / 40
    golden["two"].append({"table": table, "best": thresholds, "kept": share,
                          "undone": [float(share * p / ((share - 1) * p + 1)) for p in scores]})

for k in (2, 3, 5):
    p = numpy.round(r.dirichlet(numpy.ones(k), 200), 4)
    matrix = numpy.round(r.random((k, k)) * 10, 1)
    numpy.fill_diagonal(matrix, -1)
    names = ["c%d" % i for i in range(k)]
    golden["many"].append({
        "table": ",".join("p_" + name for name in names) + "\n" + "".join(",".join("%.4f" % x for x in row) + "\n" for row in p),
        "matrix": "actual," + ",".join(names) + "\n" + "".join(
            names[i] + "," + ",".join("%.1f" % x for x in matrix[i]) + "\n" for i in range(k)),
        "cheapest": [names[i] for i in numpy.argmin(p @ matrix, axis=1)],
        "likeliest": [names[i] for i in numpy.argmax(p, axis=1)]})

golden["effective"] = []
for beta in (0, .9, .999, .999999):
    counts = numpy.array([3, 40, 500])
    weights = (1 - beta) / (1.0 - numpy.power(beta, counts))
    weights = weights / weights.sum() * len(counts)
    every = numpy.repeat(weights, counts)
    golden["effective"].append({"beta": beta, "counts": counts.tolist(), "weights": weights.tolist(),
                                "effective_rows": float(every.sum() ** 2 / (every ** 2).sum())})
(HERE / "golden" / "decide.json").write_text(json.dumps(golden, indent=1) + "\n")
