#!/usr/bin/env python3
"""`tamis evaluate` beside scikit-learn (golden/evaluate.json, by evaluate.py), to 1e-9.

Each table also in another order of its rows, from a pipe, and with CRLF: the bytes must be the same (but for the line ends).
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


def evaluate(folder, *args, stdin=None):
    done = subprocess.run([TAMIS, "evaluate", "-q", *args], cwd=folder, capture_output=True, input=stdin)
    if done.returncode:
        raise RuntimeError(done.stderr.decode().strip())
    return done.stdout


def lines_of(out):
    found = {}
    for line in csv.DictReader(io.StringIO(out.decode())):
        key = "|".join((line["class"], line["segment"], line["measure"]))
        if key in found:
            raise RuntimeError(key + " is there twice")
        found[key] = float(line["value"]) if line["value"] else None
    return found


def same(v, w):
    return v == w if v is None or w is None else math.isclose(v, w, rel_tol=1e-9, abs_tol=1e-9)


def faults_of(case, folder):
    (folder / "table.csv").write_text(case["table"])
    if case["costs"]:
        (folder / "costs.csv").write_text(case["costs"])
    out = evaluate(folder, *case["args"], "table.csv")
    got = lines_of(out)
    for key, want in case["want"].items():
        if key == "reliability":
            for kind, values in zip(("predicted", "observed"), want):
                found = [v for k, v in got.items() if k.endswith("|reliability-" + kind)]
                if len(found) != len(values) or not all(map(same, found, values)):
                    yield "reliability-%s: %s, not %s" % (kind, found, values)
        elif key not in got:
            yield key + " is not there"
        elif not same(got[key], want):
            yield "%s: %r, not %r" % (key, got[key], want)
    header, *rows = case["table"].splitlines(True)
    random.Random(1).shuffle(rows)
    if evaluate(folder, *case["args"], stdin="".join([header, *rows]).encode()) != out:
        yield "another order of the rows gives other bytes"
    if evaluate(folder, *case["args"], stdin=case["table"].replace("\n", "\r\n").encode()) != out.replace(b"\n", b"\r\n"):
        yield "CRLF gives other figures"
    one, two = (evaluate(folder, *case["args"], "--bootstrap", "40", "-j", j, "table.csv") for j in "13")
    if one != two:
        yield "the number of threads tells in the intervals"


def main():
    cases = json.loads((HERE / "golden" / "evaluate.json").read_text())
    bad = 0
    print("1..%d" % len(cases))
    for i, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                faults = list(faults_of(case, Path(folder)))
            except RuntimeError as e:
                faults = [str(e)]
        bad += bool(faults)
        print("%s %d - %s" % ("not ok" if faults else "ok", i, case["name"]))
        for fault in faults:
            print("#  " + fault)
    return bad > 0


sys.exit(main())
