#!/usr/bin/env python3
"""split against what scikit-learn and pandas made of the same table (splits.json, by splits.py). Standard library only.

    tests/parity/compare_splits.py build/tools/tamis

Windows and groups: the same rows, to the last. Strata: in every stratum of pandas' qcut the test part has its exact share,
rounded up or down (a class of two rows or more at least one), and its total is scikit-learn's.
"""
import csv
import io
import json
import subprocess
import sys
from math import ceil, floor
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE / "golden" / "splits.csv"


def wrong(tamis, case):
    done = subprocess.run([tamis, "split", "-q", *case["run"].split(), str(TABLE)], capture_output=True)
    if done.returncode:
        return done.stderr.decode()
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    marked = {mark: [int(row["row"]) for row in rows if row["_split"] == mark] for mark in ("train", "test")}
    if "train" in case:
        return None if marked["train"] == case["train"] and marked["test"] == case["test"] else "%s, not %s" % (marked, case)
    test, total = set(marked["test"]), case["total"]
    if len(test) != total:
        return "%d test rows, not %d" % (len(test), total)
    for rows in case["strata"]:
        share, got = len(rows) * total / sum(map(len, case["strata"])), len(test.intersection(rows))
        if not (min(floor(share), len(rows) - 1) <= got <= max(ceil(share), len(rows) > 1)):
            return "%d of %d rows of a stratum, not %.2f" % (got, len(rows), share)
    return None


def main():
    cases = json.loads((HERE / "splits.json").read_text())
    failed = 0
    print("TAP version 13\n1..%d" % len(cases))
    for i, case in enumerate(cases, 1):
        why = wrong(sys.argv[1], case)
        failed += why is not None
        print("%sok %d - %s" % ("not " if why else "", i, case["run"]))
        if why:
            print("# " + why[:500].replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
