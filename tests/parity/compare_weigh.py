#!/usr/bin/env python3
"""The weights of `tamis weigh` beside those scikit-learn gave (golden/weigh.json, by weigh.py), to 1e-12 relative."""
import csv
import io
import json
import math
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
golden = json.loads((HERE / "golden" / "weigh.json").read_text())["weights"]
failed = 0
print("TAP version 13\n1..%d" % len(golden))
for i, (target, want) in enumerate(sorted(golden.items())):
    out = subprocess.run([sys.argv[1], "weigh", "-q", "-t", target, str(HERE.parent.parent / "testdata" / "demo.csv")],
                         capture_output=True, check=True).stdout.decode()
    got, faults = {}, []
    for row in csv.DictReader(io.StringIO(out, newline="")):
        if row[target] in want:
            got.setdefault(row[target], set()).add(float(row["_weight"]))
    for label, weight in want.items():
        if not all(math.isclose(g, weight, rel_tol=1e-12, abs_tol=0) for g in got.get(label, {math.nan})):
            faults.append("class %s: %s, not %r" % (label, got.get(label), weight))
    failed += bool(faults)
    print("%sok %d - balanced weights of %s" % ("not " if faults else "", i + 1, target))
    print("".join("# %s\n" % fault for fault in faults), end="")
sys.exit(failed > 0)
