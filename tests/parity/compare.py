#!/usr/bin/env python3
"""Compare what tamis gives with what another program gave (golden/, made by the script beside the list).

    tests/parity/compare.py build/tools/tamis impute_scale.json [--filter TEXT]

The list is JSON: cases with a name, the command lines to run one after the other, and the golden table that the last
one's output must equal: the same header, the same rows, every cell the same text, or a number within a relative 1e-12.
A case may say "close": then a number may differ by so much of its column's standard deviation as well. In a command {data} is
testdata/parity and {tmp} a scratch folder.
"""
import argparse
import csv
import io
import json
import math
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"
CLOSE = 1e-12


def number(text):
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def same(got, want):
    if got == want:
        return True
    a, b = number(got), number(want)
    return a is not None and b is not None and abs(a - b) <= CLOSE * abs(b)


def near(got, want, most):
    a, b = number(got), number(want)
    return a is not None and b is not None and abs(a - b) <= most


def difference(got, want, close):
    """What is wrong, or None."""
    if got[:1] != want[:1]:
        return "header %s, not %s" % (got[:1], want[:1])
    if len(got) != len(want):
        return "%d rows, not %d" % (len(got) - 1, len(want) - 1)
    for i, row in enumerate(got):
        if len(row) != len(want[0]):
            return "row %d has %d cells, not %d" % (i, len(row), len(want[0]))
    for column, name in enumerate(want[0]):
        values = [number(row[column]) for row in want[1:]] if close else []
        values = [value for value in values if value is not None]
        most = close * statistics.pstdev(values) if values else 0
        for i, (a, b) in enumerate(zip(got[1:], want[1:]), 1):
            if not same(a[column], b[column]) and not near(a[column], b[column], most):
                return "row %d, %s: %s, not %s" % (i, name, a[column], b[column])
    return None


def run(case, tamis, tmp):
    """The last command's output, as rows; or what went wrong, as text."""
    for command in case["run"]:
        words = [word.format(data=DATA, tmp=tmp) for word in shlex.split(command)]
        done = subprocess.run([tamis] + words, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode:
            return None, "%s: exit %d: %s" % (command, done.returncode, done.stderr.decode("utf-8", "replace"))
    return list(csv.reader(io.StringIO(done.stdout.decode("utf-8"), newline=""))), None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tamis")
    parser.add_argument("list")
    parser.add_argument("--filter", default="", help="only cases whose name holds this")
    options = parser.parse_args()

    cases = [case for case in json.loads((HERE / options.list).read_text()) if options.filter in case["name"]]
    failed = 0
    print("TAP version 13\n1..%d" % len(cases))
    for i, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory(prefix="tamis-parity-") as tmp:
            got, why = run(case, os.path.abspath(options.tamis), tmp)
        if not why:
            with open(HERE / "golden" / (case["name"] + ".csv"), newline="", encoding="utf-8") as f:
                why = difference(got, list(csv.reader(f)), case.get("close", 0))
        print("%sok %d - %s" % ("not " if why else "", i, case["name"]), flush=True)
        if why:
            failed += 1
            print("# " + why.replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
