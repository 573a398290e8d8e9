#!/usr/bin/env python3
"""`tamis pool` beside pool() of R's mice (golden/pool, by pool.R), to 1e-10 relative: estimates, variances, degrees of
freedom, intervals, p values."""
import csv
import io
import math
import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent / "golden" / "pool"
OPTIONS = {"nhanes-large": ["--df", "m", "--dfcom", "1e300"], "nhanes-99": ["--conf", "99%"]}
failed = 0


def number(text):
    return float(text) if text else math.inf


cases = sorted(path.name[:-len(".pooled.csv")] for path in GOLDEN.glob("*.pooled.csv"))
print("TAP version 13\n1..%d" % len(cases))
for i, name in enumerate(cases):
    text = (GOLDEN / (name + ".csv")).read_text()
    options = OPTIONS.get(name, [])
    if name == "nhanes-large":          # no column says how many: without end
        text, options = text.replace("df.residual", "rest"), []
    out = subprocess.run([sys.argv[1], "pool", *options], input=text.encode(), capture_output=True, check=True).stdout.decode()
    got = list(csv.DictReader(io.StringIO(out)))
    want = list(csv.DictReader(io.StringIO((GOLDEN / (name + ".pooled.csv")).read_text())))
    faults = [] if [row["term"] for row in got] == [row["term"] for row in want] else ["other terms"]
    for g, w in zip(got, want):
        if set(g) != set(w):
            faults.append("other columns: %s" % (set(g) ^ set(w)))
        faults += ["%s: %s is %s, not %s" % (w["term"], key, g[key], w[key]) for key in w
                   if key != "term" and not math.isclose(number(g[key]), number(w[key]), rel_tol=1e-10, abs_tol=1e-280)]
    failed += bool(faults)
    print("%sok %d - pooled as mice does: %s" % ("not " if faults else "", i + 1, name))
    print("".join("# %s\n" % fault for fault in faults), end="")
sys.exit(failed > 0)
