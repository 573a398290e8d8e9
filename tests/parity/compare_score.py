#!/usr/bin/env python3
"""`tamis score` beside scikit-learn, SciPy and NumPy (golden/score.json, by score.py), to 1e-9 relative.

Each case is judged in several ways that must agree: with the table of holes, with the list of the cells, with the rows of the
imputed table in another order and matched by key; from files with CRLF; and through a pipe.
"""
import csv
import io
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TAMIS = str(Path(sys.argv[1]).resolve())


def score(folder, *args, stdin=None):
    done = subprocess.run([TAMIS, "score", "-q", *args], cwd=folder, capture_output=True, text=True, input=stdin)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    scores = {}
    for line in csv.DictReader(io.StringIO(done.stdout)):
        scores.setdefault(line["column"], {})[line["measure"]] = [float(line["value"]) if line["value"] else None, float(line["n"])]
    return scores


def differences(got, want, without=(), without_overall=()):
    want = {c: {k: v for k, v in s.items() if k not in without and (c != "*" or k not in without_overall)} for c, s in want.items()}
    if list(got) != list(want):
        yield "columns %s, not %s" % (list(got), list(want))
    for c in set(got) & set(want):
        if set(got[c]) != set(want[c]):
            yield "%s: other measures: %s" % (c, sorted(set(got[c]) ^ set(want[c])))
        for k in set(got[c]) & set(want[c]):
            (v, n), (w, m) = got[c][k], want[c][k]
            same = v == w if v is None or w is None else math.isclose(v, w, rel_tol=1e-9, abs_tol=1e-12)
            if not same or not math.isclose(n, m, rel_tol=1e-12):
                yield "%s %s: %s of %s, not %s of %s" % (c, k, v, n, w, m)


def faults_of(case, folder):
    for name in ("truth", "holes", "imputed", "cells"):
        if case[name]:
            (folder / (name + ".csv")).write_text(case[name])
            (folder / (name + "-crlf.csv")).write_bytes(case[name].replace("\n", "\r\n").encode())
    keyed = case["truth"].startswith("key,")
    out = ["-c", "!key"] if keyed else []
    holes = ["--holes", "holes.csv"] if case["holes"] else []
    whole = ("corr-max", "corr-mean", "corr-frobenius", "energy")

    yield from differences(score(folder, "truth.csv", "imputed.csv", *holes, *out), case["want"])
    yield from differences(score(folder, "truth.csv", "-", *holes, *out, stdin=case["imputed"]), case["want"])
    if holes:
        yield from differences(score(folder, "truth-crlf.csv", "imputed-crlf.csv", "--holes", "holes-crlf.csv", *out), case["want"])
        yield from differences(score(folder, "truth.csv", "imputed.csv", *holes, *out, "--measures", "rmse,f1,left"),
                               case["want"], {k for s in case["want"].values() for k in s} - {"rmse", "f1", "left"})
    yield from differences(score(folder, "cells.csv", "imputed.csv", *out), case["want"], (), whole)
    if keyed:
        head, *rows = case["imputed"].splitlines(True)
        random.Random(1).shuffle(rows)
        yield from differences(score(folder, "truth.csv", "-", *holes, "--key", "key", stdin=head + "".join(rows)), case["want"])


def main():
    cases = json.loads((HERE / "golden" / "score.json").read_text())["cases"]
    failed = 0
    print("TAP version 13\n1..%d" % len(cases))
    for i, case in enumerate(cases):
        with tempfile.TemporaryDirectory() as folder:
            try:
                faults = list(faults_of(case, Path(folder)))
            except RuntimeError as fault:
                faults = [str(fault)]
        failed += bool(faults)
        print("%sok %d - scored as they do: %s" % ("not " if faults else "", i + 1, case["name"]))
        print("".join("# %s\n" % fault for fault in faults), end="")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
