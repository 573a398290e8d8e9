#!/usr/bin/env python3
"""Errors of scikit-learn's trees on the tables of trees_tables.py, into trees.json: HistGradientBoosting that stops early as
boost does, RandomForest with as many trees and predictors a node as missForest. Needs scikit-learn, which nothing else does.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.ensemble import (HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor)

from trees_tables import KINDS, SEEDS, WIDE, error, table

TRIES = int((WIDE + 1) ** .5)


def models(kind, seed):
    boost = HistGradientBoostingRegressor if kind == "number" else HistGradientBoostingClassifier
    forest = RandomForestRegressor if kind == "number" else RandomForestClassifier
    more = {"min_samples_split": 6} if kind == "number" else {}
    return {"boost": boost(random_state=seed, early_stopping=True),
            "forest": forest(100, max_features=TRIES, random_state=seed, **more)}


golden = []
for kind in KINDS:
    errors = {"boost": [], "forest": []}
    for seed in SEEDS:
        rows, column, holes = table(kind, seed)
        x, y, gone = np.array(rows), np.array(column), np.array(holes)
        for name, model in models(kind, seed).items():
            says = model.fit(x[~gone], y[~gone]).predict(x[gone])
            errors[name].append(error(kind, list(says), list(y[gone])))
    for name, several in errors.items():
        golden.append({"strategy": name, "kind": kind, "error": round(float(np.mean(several)), 5)})
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
