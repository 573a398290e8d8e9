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


def table_of(head, rows):
    return "".join(",".join(row) + "\n" for row in [head, *rows])


def agreement(folder):
    """Tables of many chunks, where the three files' chunks do not end together, and types that the last rows overrule."""
    r = random.Random(8)
    n = 30000
    head = ["key", "a", "b", "c", "late", "none"]
    truth = [["k%d" % i, "%.3f" % r.gauss(0, 1), '"x, %d"' % r.randrange(9), "%d" % r.randrange(5), "%d" % r.randrange(3), ""] for i in range(n)]
    truth[-1][4] = "word"
    mask = [[j in (1, 2, 4) and r.random() < .3 for j in range(6)] for _ in range(n)]
    holes = [["" if hole else cell for cell, hole in zip(row, m)] for row, m in zip(truth, mask)]
    tables = []
    for _ in range(3):
        deck = r.sample(truth, n)
        tables.append([[d if hole and r.random() < .9 else cell for cell, d, hole in zip(row, other, m)]
                       for row, other, m in zip(holes, deck, mask)])
        for row in tables[-1]:
            row[5] = "text"
    for name, rows in (("truth", truth), ("holes", holes), ("imputed", tables[0])):
        (folder / (name + ".csv")).write_text(table_of(head, rows))
    cells = [[str(i + 1), head[j], truth[i][j]] for i in range(n) for j in range(6) if mask[i][j]]
    r.shuffle(cells)
    (folder / "cells.csv").write_text(table_of(["row", "column", "value"], cells))
    numbered = [[[str(k + 1)] + row for row in t] for k, t in enumerate(tables)]
    (folder / "behind.csv").write_text(table_of(["_imputation"] + head, sum(numbered, [])))
    (folder / "beside.csv").write_text(table_of(["_imputation"] + head, [row for rows in zip(*numbered) for row in rows]))

    some = ["--measures", "left,rmse,r2,ks,energy,pfc,f1"]
    shuffled = table_of(head, r.sample(tables[0], n))
    usual = score(folder, "truth.csv", "imputed.csv", "--holes", "holes.csv", "-c", "!key", *some)
    if set(usual) != {"a", "b", "late", "*"} or "pfc" not in usual["late"]:
        yield "what is judged is %s" % usual
    right = sum(t[4] == h[4] for t, h, m in zip(truth, tables[0], mask) if m[4] and h[4])
    said = sum(1 for h, m in zip(tables[0], mask) if m[4] and h[4])
    if usual["late"]["pfc"] != [(said - right) / said, said]:
        yield "pfc of late is %s, not %d of %d" % (usual["late"]["pfc"], said - right, said)
    for way, got in (("keys", score(folder, "truth.csv", "-", "--holes", "holes.csv", "--key", "key", *some, stdin=shuffled)),
                     ("list", score(folder, "cells.csv", "imputed.csv", "-c", "!key", *some))):
        for c in usual:
            if got[c] != {k: v for k, v in usual[c].items() if way == "keys" or c != "*" or k != "energy"}:
                yield "%s: %s is %s, not %s" % (way, c, got[c], usual[c])
    one, other = (score(folder, "truth.csv", name, "--holes", "holes.csv", "-c", "!key") for name in ("behind.csv", "beside.csv"))
    if one != other or "coverage" not in one["a"] or one["a"]["left"][1] != usual["a"]["left"][1]:
        yield "imputations behind one another: %s; side by side: %s" % (one, other)


def main():
    cases = json.loads((HERE / "golden" / "score.json").read_text())["cases"]
    failed = 0
    tests = [("scored as they do: " + case["name"], lambda folder, case=case: faults_of(case, folder)) for case in cases]
    tests.append(("all ways agree on a larger table", agreement))
    print("TAP version 13\n1..%d" % len(tests))
    for i, (name, test) in enumerate(tests):
        with tempfile.TemporaryDirectory() as folder:
            try:
                faults = list(test(Path(folder)))
            except RuntimeError as fault:
                faults = [str(fault)]
        failed += bool(faults)
        print("%sok %d - %s" % ("not " if faults else "", i + 1, name))
        print("".join("# %s\n" % fault for fault in faults), end="")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
