#!/usr/bin/env python3
"""Golden predictions by scikit-learn: writes golden/evaluate_models.json, tables and all.

Run by hand, with a Python that has it (scikit-learn 1.9.1 made the file that is checked in): python3
tests/parity/evaluate_models.py. The comparison, compare_evaluate_models.py, needs nothing but the standard library.
"""
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

HERE = Path(__file__).resolve().parent
FEATURES = ["a", "b", "c", "g", "h"]


def table(n=240):
    r = np.random.default_rng(11)
    t = pd.DataFrame({"a": r.normal(size=n).round(4), "b": (r.lognormal(size=n) * 1000).round(2), "c": r.uniform(-1, 1, size=n),
                      "g": r.choice(["x", "y", "z"], size=n, p=[.5, .3, .2]), "h": r.choice(["p", "q"], size=n)})
    t["n"] = (2 * t.a - .001 * t.b + (t.g == "x") * 1.5 - (t.h == "q") * t.c + r.normal(size=n)).round(3)
    t["two"] = np.where(t.n + r.normal(size=n) > 0, "yes", "no")
    t["three"] = np.where(t.n > .8, "high", np.where(t.n > -1, "low", "none"))
    t["w"] = r.uniform(0, 3, size=n).round(2)
    t["_split"] = np.where(r.uniform(size=n) < .7, "train", "test")
    t.loc[np.flatnonzero(t._split == "test")[:3], "g"] = "never seen"
    return t


t = table()
train, test = t[t._split == "train"], t[t._split == "test"]
prepare = lambda: make_column_transformer((StandardScaler(), ["a", "b", "c"]), (OneHotEncoder(handle_unknown="ignore"), ["g", "h"]))
logistic = lambda C=1: LogisticRegression(C=C, solver="newton-cholesky", tol=1e-12, max_iter=1000)
many = lambda: LogisticRegression(solver="lbfgs", tol=1e-12, max_iter=100000)
svm = lambda: LinearSVC(dual=False, tol=1e-12, max_iter=100000)
cases = []


def case(name, model, target, estimator, weighted=False, within=1e-6):
    chain = make_pipeline(prepare(), estimator)
    step = chain.steps[-1][0]
    chain.fit(train[FEATURES], train[target], **({step + "__sample_weight": train.w} if weighted else {}))
    if target == "n":
        scores = {"predicted": chain.predict(test[FEATURES]).tolist()}
    elif hasattr(chain, "predict_proba"):
        scores = {"score_" + c: p.tolist() for c, p in zip(chain.classes_, chain.predict_proba(test[FEATURES]).T)}
    else:
        margins = chain.decision_function(test[FEATURES])
        margins = np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins
        scores = {"score_" + c: p.tolist() for c, p in zip(chain.classes_, margins.T)}
    args = ["-t", target, "-c", ",".join(FEATURES), "--model", model] + (["--weight", "w"] if weighted else [])
    cases.append({"name": name, "args": args, "scores": scores, "within": within})


case("logistic", "logistic", "two", logistic())
case("logistic, hardly held back", "logistic --penalty 0.001", "two", logistic(1000))
case("logistic, weights", "logistic", "two", logistic(), True)
case("logistic, three classes", "logistic", "three", many(), within=1e-5)
case("logistic, three classes, weights", "logistic", "three", many(), True, within=1e-5)
case("ridge", "ridge", "n", Ridge(), within=1e-9)
case("ridge, weights", "ridge --penalty 3", "n", Ridge(3), True, within=1e-9)
case("svm", "svm", "two", svm(), within=1e-5)
case("svm, three classes", "svm", "three", svm(), within=1e-5)
case("knn", "knn", "two", KNeighborsClassifier())
case("knn, three classes", "knn -k 8", "three", KNeighborsClassifier(8))
case("knn, a number", "knn -k 3", "n", KNeighborsRegressor(3), within=1e-9)
case("majority", "majority", "three", DummyClassifier(strategy="prior"), within=1e-12)
case("median", "majority", "n", DummyRegressor(strategy="median"), within=1e-12)
out = io.StringIO()
t.to_csv(out, index=False)
(HERE / "golden" / "evaluate_models.json").write_text(json.dumps({"table": out.getvalue(), "cases": cases}, indent=0) + "\n")
