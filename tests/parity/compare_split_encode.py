#!/usr/bin/env python3
"""split and encode against what scikit-learn made of the same tables (golden/split_encode.json). Standard library only.

    tests/parity/compare_split_encode.py build/tools/tamis

Equal to the last count and cell, but for groups: there folds must have the same sizes (one class), or be as even as
scikit-learn's (several).
"""
import csv
import io
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import mean, pstdev

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"
# mean standard deviation of the shares of the classes over the folds: ties fall otherwise than there
MARGIN = 0.01


def run(tamis, *args):
    done = subprocess.run([tamis, *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise AssertionError(done.stderr.decode())
    return list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))


def column(table, name):
    return [row[table[0].index(name)] for row in table[1:]]


def by_mark(table, name):
    """{mark: {class: rows}}, or {mark: rows}."""
    marks = [row[-1] for row in table[1:]]
    if name is None:
        return dict(Counter(marks))
    found = {}
    for mark, value in zip(marks, column(table, name)):
        found.setdefault(mark, Counter())[value] += 1
    return {mark: dict(one) for mark, one in found.items()}


def check_split(tamis, case):
    for seed in (0, 1):
        got = by_mark(run(tamis, "split", "--seed", seed, *case["args"], DATA / "split.csv"), case["column"])
        assert got == case["marks"], "%s, not %s" % (got, case["marks"])


def check_groups(tamis, case):
    for seed in (0, 1):
        table = run(tamis, "split", "--seed", seed, *case["args"], DATA / "split.csv")
        folds = {}
        for group, mark in zip(column(table, "group"), [row[-1] for row in table[1:]]):
            assert folds.setdefault(group, mark) == mark, "group %s is torn" % group
        if "sizes" in case:
            got = sorted(by_mark(table, None).values())
            assert got == case["sizes"], "%s, not %s" % (got, case["sizes"])
        else:
            got, total = by_mark(table, case["column"]), Counter(column(table, case["column"]))
            spread = mean(pstdev([fold.get(c, 0) / total[c] for fold in got.values()]) for c in total)
            assert spread <= case["spread"] + MARGIN, "spread %g, not %g" % (spread, case["spread"])


def cells(table, others):
    """The new columns' cells as numbers, the other columns left out."""
    keep = [i for i, name in enumerate(table[0]) if name not in others]
    return [[int(row[i]) if row[i] != "" else None for i in keep] for row in table[1:]]


def check_encode(tamis, case):
    others = [name for i, name in enumerate(("city", "level", "hole")) if i != case["column"]]
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model.json"
        fitted = run(tamis, "encode", "-q", *case["args"], "--save", model, DATA / "encode.csv")
        assert cells(fitted, others) == case["fitted"], "learned rows differ"
        if case["applied"] is not None:
            applied = run(tamis, "apply", "-q", model, DATA / "encode_new.csv")
            assert cells(applied, others) == case["applied"], "new rows differ"


def main():
    tamis = sys.argv[1]
    golden = json.loads((HERE / "golden" / "split_encode.json").read_text())
    checks = [(check, case) for part, check in (("split", check_split), ("groups", check_groups), ("encode", check_encode))
              for case in golden[part]]
    print("TAP version 13\n1..%d" % len(checks))
    failed = 0
    for i, (check, case) in enumerate(checks, 1):
        why = None
        try:
            check(tamis, case)
        except AssertionError as e:
            why = str(e)
        failed += why is not None
        print("%sok %d - %s %s" % ("not " if why else "", i, check.__name__[6:], " ".join(case["args"])))
        if why:
            print("\n".join("# " + line for line in why.splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
