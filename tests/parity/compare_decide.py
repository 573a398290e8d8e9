#!/usr/bin/env python3
"""What `tamis decide` and `tamis weigh -s effective` make of the tables of golden/decide.json (by decide.py), to 1e-9."""
import csv
import io
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
golden = json.loads((HERE / "golden" / "decide.json").read_text())
tamis = str(Path(sys.argv[1]).resolve())
results = []


def close(a, b, tolerance=1e-9):
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)


def run(folder, *arguments):
    out = subprocess.run([tamis, *arguments, "--report", "report.json"], cwd=folder, capture_output=True, check=True).stdout.decode()
    step = json.loads((Path(folder) / "report.json").read_text())["steps"][0]
    return list(csv.DictReader(io.StringIO(out, newline=""))), step


def two(folder, case):
    table = Path(folder) / "in.csv"
    table.write_text(case["table"])
    for name, want in case["best"].items():
        costs = ["--cost", "fn=7,fp=2"] if name == "cost" else []
        rows, step = run(folder, "decide", "-q", "-p", "score", "-t", "y", "--best", name, *costs, "in.csv")
        sign = -1 if name == "cost" else 1
        faults = []
        if not close(step["threshold"], want["threshold"]) or not close(step["labelled"][name], sign * want["value"]):
            faults.append("%r %r, not %r" % (step["threshold"], step["labelled"][name], want))
        for got, (threshold, value) in zip(step["folds"], want["folds"]):
            if not close(got["threshold"], threshold) or not close(got["value"], sign * value):
                faults.append("fold %r: not %r %r" % (got, threshold, value))
        if [row["_decision"] for row in rows] != [str(int(float(row["score"]) >= want["threshold"])) for row in rows]:
            faults.append("decisions do not follow the threshold")
        results.append(("best %s of %d rows" % (name, len(rows)), faults))
    kept = case["kept"]
    (Path(folder) / "under.json").write_text(json.dumps({"steps": [{"step": "sample", "strategy": "under", "classes": [
        {"class": "0", "before": 4000, "after": round(4000 * kept)}, {"class": "1", "before": 77, "after": 77}]}]}))
    rows, step = run(folder, "decide", "-q", "-p", "score", "--undo", "under.json", "in.csv")
    wrong = [(row["_score"], want) for row, want in zip(rows, case["undone"]) if not close(float(row["_score"]), want)]
    wrong += [row for row, want in zip(rows, case["undone"]) if abs(want - .5) > 1e-9 and row["_decision"] != str(int(want > .5))]
    results.append(("probabilities put right, %d rows" % len(rows), ["%r" % w for w in wrong[:3]]))


def many(folder, case):
    (Path(folder) / "in.csv").write_text(case["table"])
    (Path(folder) / "costs.csv").write_text(case["matrix"])
    for key, costs in (("cheapest", ["--cost-matrix", "costs.csv"]), ("likeliest", [])):
        classes = ["--classes", ",".join(name[2:] for name in case["table"].split("\n")[0].split(","))]
        rows, step = run(folder, "decide", "-q", "-p", "p_*", *costs, *(classes if not costs else []), "in.csv")
        wrong = [(row, want) for row, want in zip(rows, case[key]) if row["_decision"] != want]
        results.append(("%s of %d columns" % (key, len(rows[0]) - 1), ["%r" % (w,) for w in wrong[:3]]))


def effective(folder, case):
    (Path(folder) / "in.csv").write_text("y\n" + "".join("%s\n" % "abc"[i] * n for i, n in enumerate(case["counts"])))
    rows, step = run(folder, "weigh", "-q", "-t", "y", "-s", "effective", "--beta", repr(case["beta"]), "in.csv")
    faults = [row for row in rows if not close(float(row["_weight"]), case["weights"]["abc".index(row["y"])])]
    if not close(step["effective_rows"], case["effective_rows"]):
        faults.append((step["effective_rows"], case["effective_rows"]))
    results.append(("effective numbers, beta %r" % case["beta"], ["%r" % (f,) for f in faults[:3]]))


with tempfile.TemporaryDirectory() as scratch:
    for one in golden["two"]:
        two(scratch, one)
    for one in golden["many"]:
        many(scratch, one)
    for one in golden["effective"]:
        effective(scratch, one)
print("TAP version 13\n1..%d" % len(results))
for number, (what, faults) in enumerate(results):
    print("%sok %d - %s" % ("not " if faults else "", number + 1, what))
    print("".join("# %s\n" % fault for fault in faults), end="")
sys.exit(any(faults for _, faults in results))
