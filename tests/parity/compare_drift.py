#!/usr/bin/env python3
"""`tamis drift` beside SciPy, NumPy and scikit-learn (golden/drift.json, by drift.py): figures to 1e-9 relative, the AUC to .03. The
same with rows in another order, and from a saved reference."""
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
GOLDEN = json.loads((Path(__file__).resolve().parent / "golden" / "drift.json").read_text())
CASES = GOLDEN["tables"]
# what a saved reference of more than 2000 different values knows to a thousandth only
APPROXIMATE = ("ks", "ks_p", "wasserstein", "wasserstein_sd", "approximate")


def shuffled(text):
    head, *rows = text.splitlines()
    random.Random(1).shuffle(rows)
    return "\n".join([head] + rows) + "\n"


def drift(reference, new, saved=False, options=()):
    with tempfile.TemporaryDirectory(prefix="tamis-drift-") as folder:
        (Path(folder) / "r.csv").write_text(reference)
        (Path(folder) / "n.csv").write_text(new)
        if saved:
            subprocess.run([TAMIS, "drift", "--save", "r.json", "r.csv"], cwd=folder, check=True)
        done = subprocess.run([TAMIS, "drift", "--csv", *options] + (["--load", "r.json"] if saved else ["r.csv"]) + ["n.csv"],
                              cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 3) or done.stderr:
        raise RuntimeError(done.stderr)
    return done.stdout


def lines_of(out):
    return {line["column"]: line for line in csv.DictReader(io.StringIO(out))}


def faults_of(case):
    out = drift(case["reference"], case["new"])
    got = lines_of(out)
    for column, want in case["want"].items():
        for name, value in want.items():
            if not math.isclose(float(got[column][name]), value, rel_tol=1e-9, abs_tol=1e-15):
                yield "%s %s: %s, not %r" % (column, name, got[column][name], value)
    if drift(shuffled(case["reference"]), shuffled(case["new"])) != out:
        yield "other figures when the rows come in another order"
    if drift(case["reference"], case["new"], saved=True) != out:
        yield "other figures from a saved reference"


def classifier_faults():
    case = GOLDEN["classifier"]
    out = drift(case["reference"], case["new"], options=["--classifier"])
    line = lines_of(out)[""]
    auc, low, high = (float(line[name]) for name in ("auc", "auc_low", "auc_high"))
    if abs(auc - case["auc"]) > .03:
        yield "AUC %.4f, not %.4f" % (auc, case["auc"])
    if not low < auc < high or not .01 < high - low < .2:
        yield "an interval from %g to %g" % (low, high)
    used = {name: float(row["use"]) for name, row in lines_of(out).items() if name}
    if not used["x"] > 5 * used["z"] or not used["y"] > 2 * used["z"]:
        yield "columns used: %s" % used
    if drift(case["reference"], case["new"], saved=True, options=["--classifier"]) != out:
        yield "another AUC from a saved reference"


def approximate_faults():
    """Nine thousand different values, and a column of which a third is one value."""
    r = random.Random(5)
    tables = ["\n".join(["x,y,z"] + ["%r,%r,%d" % (r.lognormvariate(s, 1), 0 if r.random() < 1 / 3 + s else r.gauss(s, 1), r.randrange(9))
                                     for _ in range(n)]) + "\n" for n, s in ((9000, 0), (2500, .1))]
    exact, saved = lines_of(drift(*tables)), lines_of(drift(*tables, saved=True))
    for column, line in exact.items():
        for name, value in line.items():
            if name not in APPROXIMATE and saved[column][name] != value:
                yield "%s %s: %s from a saved reference, not %s" % (column, name, saved[column][name], value)
        if abs(float(line["ks"]) - float(saved[column]["ks"])) > .001:
            yield "%s ks: %s from a saved reference, not %s" % (column, saved[column]["ks"], line["ks"])
        if abs(float(line["wasserstein_sd"]) - float(saved[column]["wasserstein_sd"])) > .002:
            yield "%s wasserstein: %s from a saved reference, not %s" % (column, saved[column]["wasserstein_sd"], line["wasserstein_sd"])
        if bool(saved[column]["approximate"]) != (column != "z"):
            yield "%s is said to be approximate: %r" % (column, saved[column]["approximate"])


print("1..%d" % (len(CASES) + 2))
for i, (name, faults) in enumerate([("tables %d" % (i + 1), faults_of(case)) for i, case in enumerate(CASES)]
                                   + [("classifier", classifier_faults()), ("a saved reference that is approximate", approximate_faults())]):
    faults = list(faults)
    for fault in faults:
        print("# " + fault)
    print("%s %d - %s" % ("not ok" if faults else "ok", i + 1, name))
