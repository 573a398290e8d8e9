#!/usr/bin/env python3
"""Golden measures by scikit-learn and NumPy: writes golden/evaluate.json, tables and all.

Run by hand, with a Python that has them (scikit-learn 1.9.1 made the file that is checked in): python3 tests/parity/evaluate.py.
The comparison, compare_evaluate.py, needs nothing but the standard library. What scikit-learn does not define (an area with
one class) is null. Thresholds and costs are found by trying every score, G-mean and ECE written out.
"""
import io
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

HERE = Path(__file__).resolve().parent
warnings.simplefilter("ignore")


def of_decisions(y, d, w, classes):
    there = [c for c in classes if (y == c).any() or (d == c).any()]
    want = {"accuracy": m.accuracy_score(y, d, sample_weight=w), "mcc": m.matthews_corrcoef(y, d, sample_weight=w),
            "balanced-accuracy": m.balanced_accuracy_score(y, d, sample_weight=w)}
    kappa = m.cohen_kappa_score(y, d, sample_weight=w)
    if not np.isnan(kappa):
        want["kappa"] = kappa
    for kind in ("macro", "weighted"):
        p, r, f, _ = m.precision_recall_fscore_support(y, d, labels=there, average=kind, sample_weight=w, zero_division=0)
        want.update({"precision-" + kind: p, "recall-" + kind: r, "f1-" + kind: f})
    p, r, f, s = m.precision_recall_fscore_support(y, d, labels=there, sample_weight=w, zero_division=0)
    want["gmean"] = np.prod(r) ** (1 / len(there))         # as imbalanced-learn: of all that occur or were decided for
    out = {"*||" + k: v for k, v in want.items()}
    for i, c in enumerate(there):
        out.update({c + "||precision": p[i], c + "||recall": r[i], c + "||f1": f[i], c + "||support": s[i]})
    table = m.confusion_matrix(y, d, labels=classes, sample_weight=w)
    for i, a in enumerate(classes):
        for k, b in enumerate(classes):
            out["%s|predicted=%s|confusion" % (a, b)] = table[i, k]
    return out


def of_ranks(y, p, w, c):
    t = (y == c).astype(int)
    if len(set(t)) < 2:
        return None, (m.average_precision_score(t, p, sample_weight=w) if t.any() else None)
    return m.roc_auc_score(t, p, sample_weight=w), m.average_precision_score(t, p, sample_weight=w)


def of_bins(p, right, w, edges):
    at = np.searchsorted(edges[1:-1], p)
    total = sum(abs(np.sum(w[at == b] * right[at == b]) - np.sum(w[at == b] * p[at == b])) for b in range(10))
    return total / w.sum()


def of_probabilities(y, P, w, classes):
    ones = np.ones(len(y)) if w is None else w
    out = {}
    two = len(classes) == 2
    for i, c in enumerate(classes):
        auc, ap = of_ranks(y, P[:, 1] if two and i == 1 else -P[:, 1] if two else P[:, i], w, c)
        out[c + "||auc"], out[c + "||average-precision"] = auc, ap
    if two:
        out["*||auc"], out["*||average-precision"] = out[classes[1] + "||auc"], out[classes[1] + "||average-precision"]
        out["*||log-loss"] = m.log_loss(y == classes[1], P[:, 1], sample_weight=w, labels=[False, True])
        out["*||brier"] = m.brier_score_loss(y == classes[1], P[:, 1], sample_weight=w)
        sure, right = P[:, 1], y == classes[1]
    else:
        aucs = np.array([out[c + "||auc"] for c in classes])
        rows = np.array([ones[y == c].sum() for c in classes])
        out["*||auc"], out["*||auc-weighted"] = aucs.mean(), (aucs * rows).sum() / rows.sum()
        out["*||average-precision"] = np.mean([out[c + "||average-precision"] for c in classes])
        codes = np.array([classes.index(c) for c in y])
        out["*||log-loss"] = m.log_loss(codes, P, sample_weight=w, labels=range(len(classes)))
        out["*||brier"] = np.average(((P - np.eye(len(classes))[codes]) ** 2).sum(axis=1), weights=ones)
        sure, right = P.max(axis=1), P.argmax(axis=1) == codes
    out["*||ece"] = of_bins(sure, right, ones, np.linspace(0, 1, 11))
    out["*||ece-quantile"] = of_bins(sure, right, ones, np.percentile(sure, np.linspace(0, 1, 11) * 100))
    if two and w is None:
        observed, predicted = calibration_curve(y == classes[1], P[:, 1], n_bins=10)
        out["reliability"] = [list(predicted), list(observed)]
    return out


def of_costs(y, p, d, w, classes, cost):
    ones = np.ones(len(y)) if w is None else w
    code = {c: i for i, c in enumerate(classes)}
    price = lambda said: np.average([cost[code[a]][code[b]] for a, b in zip(y, said)], weights=ones)
    out = {"*||cost": price(d)}
    if len(classes) == 2:
        tried = [(price([classes[int(x >= t)] for x in p]), -t) for t in [np.inf, *sorted(set(p))]]
        best = min(tried, key=lambda x: (round(x[0], 12), x[1]))
        elkan = (cost[0][1] - cost[0][0]) / (cost[0][1] - cost[0][0] + cost[1][0] - cost[1][1])
        c = classes[1]
        out.update({c + "||best-cost": best[0], c + "||best-cost-threshold": None if np.isinf(best[1]) else -best[1],
                    c + "||elkan-threshold": elkan, c + "||elkan-cost": price([classes[int(x >= elkan)] for x in p])})
    return out


def case(name, y, P, classes, w=None, cost=None, scores=False, unnamed=None):
    """P: of two classes the positive one's; of more a column each; 1-d of texts: decisions alone."""
    y = np.array(y, dtype=str)
    frame = pd.DataFrame({"y": y})
    args, want = ["-t", "y"], {}
    if w is not None:
        frame["w"] = w
        args += ["--weight", "w"]
    P = np.asarray(P)
    if P.dtype.kind in "US":
        frame["d"] = d = P
        args += ["--prediction", "d", "--task", "classes"]
    elif P.ndim == 1:
        frame["p"] = P
        args += ["-p", "p", "--positive", classes[1]]
        d = np.where(P >= .5, classes[1], classes[0])
        two = np.stack([1 - P, P], axis=1)
    else:
        for i, c in enumerate(classes):
            frame["p_" + c] = P[:, i]
        args += ["-p", "p_*"]
        d = np.array(classes)[P.argmax(axis=1)]
        two = P
    want.update(of_decisions(y, d, w, classes))
    if P.dtype.kind not in "US":
        if scores:
            for i, c in enumerate(classes):
                want[c + "||auc"], want[c + "||average-precision"] = of_ranks(y, P if i else -P, w, c)
        else:
            want.update(of_probabilities(y, two, w, classes))
    table = None
    if P.ndim == 1 and P.dtype.kind not in "US":
        f1 = [(-m.f1_score(y, np.where(P >= t, classes[1], classes[0]), pos_label=classes[1], sample_weight=w, zero_division=0), -t)
              for t in sorted(set(P))]
        best = min(f1, key=lambda x: (round(x[0], 12), x[1]))
        if best[0] < 0:
            want[classes[1] + "||best-f1"], want[classes[1] + "||best-f1-threshold"] = -best[0], -best[1]
    if cost is not None:
        table = "actual,predicted,cost\n" + "".join(
            "%s,%s,%r\n" % (a, b, cost[i][k]) for i, a in enumerate(classes) for k, b in enumerate(classes) if cost[i][k])
        args += ["--costs", "costs.csv"]
        want.update(of_costs(y, P, d, w, classes, cost))
    # a class whose name nobody knows has no lines
    want = {k: v for k, v in want.items() if not unnamed or not (k.startswith(unnamed + "|") or "=%s|" % unnamed in k)}
    return {"name": name, "table": text_of(frame), "costs": table, "args": args, "want": plain(want)}


def numbers(name, y, p, w=None):
    y, p = np.asarray(y, float), np.asarray(p, float)
    frame = pd.DataFrame({"y": y, "d": p})
    args = ["-t", "y", "--prediction", "d", "--task", "numbers"]
    if w is not None:
        frame["w"] = w
        args += ["-w", "w"]
    want = {"*||rmse": m.root_mean_squared_error(y, p, sample_weight=w), "*||mae": m.mean_absolute_error(y, p, sample_weight=w),
            "*||r2": m.r2_score(y, p, sample_weight=w) if len(y) > 1 else None, "*||bias": np.average(p - y, weights=w)}
    if w is None:
        want["*||median-absolute-error"] = m.median_absolute_error(y, p)
    return {"name": name, "table": text_of(frame), "costs": None, "args": args, "want": plain(want)}


def text_of(frame):
    out = io.StringIO()
    frame.to_csv(out, index=False)
    return out.getvalue()


def plain(want):
    return {k: None if v is None else v if isinstance(v, list) else float(v) for k, v in want.items()}


def chances(r, n, k):
    x = r.gamma(1, size=(n, k))
    return x / x.sum(axis=1, keepdims=True)


r = np.random.default_rng(7)
p200 = r.uniform(size=200)
y200 = np.where(r.uniform(size=200) < p200 ** 2, "yes", "no")
P3 = chances(r, 150, 3)
y3 = np.array(["a", "b", "c"])[[r.choice(3, p=q) for q in P3]]
x = r.normal(size=90)
cases = [
    case("two classes", y200, p200, ["no", "yes"]),
    case("ties", y200, np.round(p200, 1), ["no", "yes"]),
    case("weights and ties", y200, np.round(p200, 1), ["no", "yes"], w=np.round(r.uniform(0, 3, size=200), 2)),
    case("the positive class comes first by text", y200, 1 - p200, ["yes", "no"]),
    case("costs", y200, p200, ["no", "yes"], cost=[[0, 1.5], [10, -1]]),
    case("costs and ties", y200, np.round(p200, 1), ["no", "yes"], cost=[[0, 3], [1, 0]]),
    case("scores that are no probabilities", y200, np.round(4 * p200 - 2, 1), ["no", "yes"], scores=True),
    case("three classes", y3, P3, ["a", "b", "c"]),
    case("three classes, weights, costs", y3, P3, ["a", "b", "c"], w=r.uniform(size=150), cost=[[0, 1, 2], [3, 0, 1], [5, 5, 0]]),
    case("three classes, ties", y3, (np.floor(P3 * 4) + 1) / (np.floor(P3 * 4) + 1).sum(axis=1, keepdims=True), ["a", "b", "c"]),
    case("decisions alone", y3, r.permutation(y3), ["a", "b", "c"]),
    case("a class is never decided for", y3, np.where(y3 == "c", "a", y3), ["a", "b", "c"]),
    case("one class", ["yes"] * 20, p200[:20], ["no", "yes"], unnamed="no"),
    case("the other class", ["no"] * 20, p200[:20], ["no", "yes"]),
    case("sure and wrong", ["yes", "no", "yes", "no"], [0., 1., 1., 0.], ["no", "yes"]),
    case("two rows", ["yes", "no"], [.75, .25], ["no", "yes"]),
    numbers("numbers", 2 * x + 1, 2 * x + r.normal(size=90)),
    numbers("numbers, weights", 2 * x + 1, 2 * x + r.normal(size=90), w=r.uniform(size=90)),
    numbers("a constant", [3, 3, 3], [3, 2, 5]),
    numbers("one number", [3], [2.5]),
]
(HERE / "golden" / "evaluate.json").write_text(json.dumps(cases, indent=0) + "\n")
