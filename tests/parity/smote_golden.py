#!/usr/bin/env python3
"""The planes of scikit-learn's linear machines: writes golden/smote.json.

Run by hand, with a Python that has scikit-learn (1.9.1 made the file that is checked in): python3 tests/parity/smote_golden.py
The comparison, compare_smote.py, needs nothing but the standard library.
"""
import csv
import json
import tempfile
from pathlib import Path

import numpy
import sklearn
from sklearn.svm import LinearSVC

import smote_tables

HERE = Path(__file__).resolve().parent
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "mixed.csv"
    smote_tables.mixed(path)
    with open(path, newline="") as f:
        train = [row for row in csv.DictReader(f) if row["_split"] == "train"]
numbers = numpy.array([[float(row[c]) for c in smote_tables.NUMBERS] for row in train])
numbers = (numbers - numbers.mean(0)) / numbers.std(0)
golden = {"sklearn": sklearn.__version__, "planes": {}}
for label in ("few", "mid"):
    signs = numpy.array([1 if row["y"] == label else -1 for row in train])
    # the intercept is a weight as any other there, too
    machine = LinearSVC(loss="squared_hinge", dual=False, C=1, class_weight="balanced", tol=1e-12, max_iter=10 ** 7, random_state=0).fit(numbers, signs)
    golden["planes"][label] = [float(w) for w in machine.coef_[0]] + [float(machine.intercept_[0])]
(HERE / "golden" / "smote.json").write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
