#!/usr/bin/env python3
"""`tamis profile` beside pandas and NumPy (golden/profile.json, by profile.py), to 1e-9."""
import csv
import io
import json
import math
import subprocess
import sys
from pathlib import Path

from profile_tables import TABLES, text

GOLDEN = json.loads((Path(__file__).resolve().parent / "golden" / "profile.json").read_text())
failed = 0


def run(arguments, data):
    return subprocess.run([sys.argv[1], "profile", *arguments], input=data.encode(), capture_output=True, check=True).stdout


def near(got, want):
    if want is None or got is None:
        return got is want
    return math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-9)


def faults_of(name):
    want, data = GOLDEN[name], text(name)
    got, faults = json.loads(run(["--json"], data)), []
    for c in got["columns"]:
        for key, value in want["columns"][c["name"]].items():
            if not near(c[key], value):
                faults.append("%s %s is %s, not %s" % (c["name"], key, c[key], value))
    for key in ("rows", "duplicates", "complete_rows"):
        if got["table"][key] != want[key]:
            faults.append("%s is %s, not %s" % (key, got["table"][key], want[key]))
    numeric = [i for i, c in enumerate(got["columns"]) if c["type"] == "numeric"]
    for what, mine, theirs in (("correlation", [[got["correlation"][i][k] for k in numeric] for i in numeric], want["correlation"]),
                               ("holes", got["missing_correlation"], want["holes"])):
        for i, row in enumerate(theirs):
            for k, value in enumerate(row):
                if not near(mine[i][k], value):
                    faults.append("%s %d, %d is %s, not %s" % (what, i, k, mine[i][k], value))
    patterns = sorted(([p["missing"], p["rows"]] for p in got["patterns"]), key=str)
    if patterns != want["patterns"]:
        faults.append("other patterns")
    if "little" in want:
        t = json.loads(run(["--json", "-c", "small,mixed,few,sign"], data))["table"]
        # EM stops a little before its end
        if not math.isclose(t["little_chi2"], want["little"][0], rel_tol=1e-6) or t["little_df"] != want["little"][1]:
            faults.append("Little's test: %s, not %s" % ((t["little_chi2"], t["little_df"]), want["little"]))
    # CSV says the same
    lines = {(r["column"], r["measure"]): r["value"] for r in csv.DictReader(io.StringIO(run(["--csv"], data).decode()))}
    for c in got["columns"]:
        for key in ("n", "missing", "distinct", "mean", "median", "skew"):
            if key in c and (float(lines[c["name"], key]) if lines[c["name"], key] else None) != c[key]:
                faults.append("--csv: %s %s is %s, --json has %s" % (c["name"], key, lines[c["name"], key], c[key]))
    return faults


print("TAP version 13\n1..%d" % len(TABLES))
for i, name in enumerate(TABLES):
    faults = faults_of(name)
    failed += bool(faults)
    print("%sok %d - profiled as pandas does: %s" % ("not " if faults else "", i + 1, name))
    print("".join("# %s\n" % fault for fault in faults), end="")
sys.exit(failed > 0)
