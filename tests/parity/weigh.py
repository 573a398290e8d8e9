#!/usr/bin/env python3
"""Golden class weights by scikit-learn: writes golden/weigh.json.

Run by hand, with a Python that has scikit-learn (1.9.1 made the file that is checked in): python3 tests/parity/weigh.py
The comparison, compare_weigh.py, needs nothing but the standard library.
"""
import csv
import json
from pathlib import Path

import numpy
import sklearn
from sklearn.utils.class_weight import compute_class_weight

HERE = Path(__file__).resolve().parent
with open(HERE.parent.parent / "testdata" / "demo.csv", newline="") as f:
    rows = list(csv.DictReader(f))
golden = {"sklearn": sklearn.__version__, "weights": {}}
for target in ("left", "plan", "calls"):
    labels = [row[target] for row in rows if row[target] not in ("", "NA")]
    classes = sorted(set(labels))
    weights = compute_class_weight("balanced", classes=numpy.array(classes), y=labels)
    golden["weights"][target] = {label: float(weight) for label, weight in zip(classes, weights)}
(HERE / "golden" / "weigh.json").write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
