#!/usr/bin/env python3
"""Compare what `impute -s knn` fills in, in rows learned from and in new ones, with golden/knn.json (made by knn.py).

    tests/parity/compare_knn.py build/tools/tamis

Numbers agree to 1e-9 of the column's standard deviation with uniform weights, to 1e-5 with distance weights (to 1e-9 for Gower's
distance); where donors tie at the k-th place, they lie between the least and the greatest that any choice gives. Tables
from ../shared/data are passed over where that is not there.
"""
import csv
import io
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import knn_tables

HERE = Path(__file__).resolve().parent


def filled(tamis, case, names, train, new):
    with tempfile.TemporaryDirectory() as tmp:
        model = tmp + "/m.json"
        runs = {"train": [tamis, "impute", "-q", "-s", "knn", "--metric", case["metric"], *knn_tables.OPTIONS[case["weights"]],
                          "--save", model], "new": [tamis, "apply", "-q", model]}
        return {part: list(csv.reader(io.StringIO(subprocess.run(
            run, input=knn_tables.text(names, train if part == "train" else new), capture_output=True, text=True,
            check=True).stdout)))[1:] for part, run in runs.items()}


def deviation(train, j, d):
    if j >= d:
        return 1
    x = [float(row[j]) for row in train if row[j] != ""]
    mean = math.fsum(x) / len(x)
    return math.sqrt(math.fsum((v - mean) ** 2 for v in x) / len(x)) or 1


def difference(case, got, train, d):
    """What is wrong, or None."""
    close = 1e-5 if case["metric"] != "gower" and case["weights"] == "distance" else 1e-9
    sd = {}
    for part, i, j, *want in case["cells"]:
        cell = got[part][i][j]
        if isinstance(want[0], str):
            off = cell != want[0]
        else:
            sd.setdefault(j, deviation(train, j, d))
            off = cell == "" or max(want[0] - float(cell), float(cell) - want[-1]) > close * sd[j]
        if off:
            return "%s, row %d, column %d: %s, not %s" % (part, i, j, cell, want)
    return None


def main():
    tamis = os.path.abspath(sys.argv[1])
    with open(HERE / "golden" / "knn.json", encoding="utf-8") as f:
        cases = json.load(f)
    failed = 0
    print("1..%d" % len(cases))
    for n, case in enumerate(cases, 1):
        name = "%s %s %d%% %s" % (case["metric"], case["table"], case["share"], case["weights"])
        found = knn_tables.table(case["table"], case["share"], case["metric"] == "gower")
        if found is None:
            print("ok %d - %s # SKIP no ../shared/data/%s.csv" % (n, name, case["table"]))
            continue
        names, train, new, d = found
        if case["metric"] != "gower":
            names, train, new = names[:d], [r[:d] for r in train], [r[:d] for r in new]
        why = difference(case, filled(tamis, case, names, train, new), train, d)
        failed += why is not None
        print("%s %d - %s%s" % ("not ok" if why else "ok", n, name, ": " + why if why else ""))
    return failed != 0


sys.exit(main())
