#!/usr/bin/env python3
"""`tamis impute -s mice --method norm-predict` beside R's mice (golden/mice, by mice.R): both end where every column follows
from the others, to 1e-8 of a column's range."""
import csv
import io
import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent / "golden" / "mice"
failed = 0
cases = sorted(path.name[:-len(".filled.csv")] for path in GOLDEN.glob("*.filled.csv"))
print("TAP version 13\n1..%d" % len(cases))
for i, name in enumerate(cases):
    out = subprocess.run([sys.argv[1], "impute", "-q", "-s", "mice", "-m", "1", "--method", "norm-predict", "--iterations", "400",
                          str(GOLDEN / (name + ".csv"))], capture_output=True, check=True).stdout.decode()
    got = list(csv.DictReader(io.StringIO(out)))
    want = list(csv.DictReader((GOLDEN / (name + ".filled.csv")).open()))
    faults = [] if len(got) == len(want) else ["%d rows" % len(got)]
    for key in want[0]:
        values = [float(row[key]) for row in want]
        reach = max(values) - min(values)
        faults += ["row %d, %s: %s, not %s" % (k + 1, key, g[key], w[key]) for k, (g, w) in enumerate(zip(got, want))
                   if abs(float(g[key]) - float(w[key])) > 1e-8 * reach]
    failed += bool(faults)
    print("%sok %d - norm-predict ends where mice does: %s" % ("not " if faults else "", i + 1, name))
    print("".join("# %s\n" % fault for fault in faults[:5]), end="")
sys.exit(failed > 0)
