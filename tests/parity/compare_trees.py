#!/usr/bin/env python3
"""Fill one column with trees, and compare the error with that of scikit-learn's on the same tables (trees.json): the mean of
three tables may be larger by one part in twenty.

    tests/parity/compare_trees.py build/tools/tamis
"""
import csv
import io
import json
import subprocess
import sys
from pathlib import Path

from trees_tables import SEEDS, WIDE, error, table

BAND = 1.05


def fill(tamis, strategy, rows, column, holes):
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["x%d" % i for i in range(WIDE)] + ["y"])
    for x, y, gone in zip(rows, column, holes):
        out.writerow(x + ["" if gone else y])
    done = subprocess.run([tamis, "impute", "-q", "-s", strategy, "--seed", "1"], input=text.getvalue(), capture_output=True,
                          text=True, check=True)
    cells = [row[-1] for row in csv.reader(io.StringIO(done.stdout))][1:]
    return [cell for cell, gone in zip(cells, holes) if gone]


def mean_error(tamis, strategy, kind):
    total = 0
    for seed in SEEDS:
        rows, column, holes = table(kind, seed)
        filled = fill(tamis, strategy, rows, column, holes)
        if kind == "number":
            filled = [float(cell) for cell in filled]
        total += error(kind, filled, [y for y, gone in zip(column, holes) if gone])
    return total / len(SEEDS)


def main():
    golden = json.loads((Path(__file__).resolve().parent / "trees.json").read_text())
    bad = 0
    print("1..%d" % len(golden))
    for i, case in enumerate(golden, 1):
        got = mean_error(sys.argv[1], case["strategy"], case["kind"])
        fine = got <= BAND * case["error"]
        bad += not fine
        print("%s %d - %s of %s: %.4f, scikit-learn %.4f" % ("ok" if fine else "not ok", i, case["strategy"], case["kind"], got,
                                                             case["error"]), flush=True)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
