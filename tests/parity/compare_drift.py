#!/usr/bin/env python3
"""`tamis drift` beside SciPy and NumPy (golden/drift.json, by drift.py), to 1e-9 relative; rows in another order too."""
import csv
import io
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

TAMIS = str(Path(sys.argv[1]).resolve())
CASES = json.loads((Path(__file__).resolve().parent / "golden" / "drift.json").read_text())


def shuffled(text):
    head, *rows = text.splitlines()
    random.Random(1).shuffle(rows)
    return "\n".join([head] + rows) + "\n"


def drift(reference, new):
    with tempfile.TemporaryDirectory(prefix="tamis-drift-") as folder:
        (Path(folder) / "r.csv").write_text(reference)
        (Path(folder) / "n.csv").write_text(new)
        done = subprocess.run([TAMIS, "drift", "--csv", "r.csv", "n.csv"], cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 3) or done.stderr:
        raise RuntimeError(done.stderr)
    return done.stdout


def faults_of(case):
    out = drift(case["reference"], case["new"])
    got = {line["column"]: line for line in csv.DictReader(io.StringIO(out))}
    for column, want in case["want"].items():
        for name, value in want.items():
            if not math.isclose(float(got[column][name]), value, rel_tol=1e-9, abs_tol=1e-15):
                yield "%s %s: %s, not %r" % (column, name, got[column][name], value)
    if drift(shuffled(case["reference"]), shuffled(case["new"])) != out:
        yield "other figures when the rows come in another order"


print("1..%d" % len(CASES))
for i, case in enumerate(CASES):
    faults = list(faults_of(case))
    for fault in faults:
        print("# " + fault)
    print("%s %d - tables %d" % ("not ok" if faults else "ok", i + 1, i + 1))
