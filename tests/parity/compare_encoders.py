#!/usr/bin/env python3
"""encode against what scikit-learn made of the levels of real tables (golden/encoders.json). Standard library only.

    tests/parity/compare_encoders.py build/tools/tamis

For each column: a saved model gives every cell what the encoder learned from all rows makes of its level, and the rows
learned from have, for target, what scikit-learn makes of fold and level.
"""
import csv
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CLOSE = 1e-9

# table -> (its missing tokens, (target, its kind), columns); those outside testdata are passed over where they are not there
TABLES = {
    "titanic.csv": ([], ("Survived", "binary"), ["Cabin", "Embarked", "Pclass"]),
    "horse-colic.csv": (["?"], ("outcome", "multiclass"), ["pain", "mucous_membranes", "lesion_1"]),
    "penguins.csv": ([], ("species", "multiclass"), ["island", "sex"]),
    "german-credit.csv": ([], ("amount", "continuous"), ["purpose", "savings"]),
    "pima.csv": ([], ("diabetes", "binary"), ["pregnancies", "insulin"]),
    "encode.csv": ([], ("level", "multiclass"), ["city", "hole"]),
    "mammography.csv": ([], ("contrast", "continuous"), ["class"]),
}

WHOLE = {"german-credit.csv", "pima.csv", "mammography.csv"}


def find(name):
    for path in (ROOT / "testdata" / "parity" / name, ROOT.parent / "shared" / "data" / name):
        if path.exists():
            return path
    return None


def read(path, target):
    """Header and rows; a table without missing cells gets some, one in eleven of the columns that are no target."""
    rows = list(csv.reader(io.StringIO(path.read_text())))
    for i, row in enumerate(rows[1:] if path.name in WHOLE else []):
        row[:] = ["" if (i * 7919 + k) % 11 == 0 and rows[0][k] != target else cell for k, cell in enumerate(row)]
    return rows[0], rows[1:]


def is_missing(cell, na):
    return cell in ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"] + na


def run(*args, **more):
    done = subprocess.run([str(a) for a in args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    assert done.returncode == 0, done.stderr.decode()
    return list(csv.reader(io.StringIO(done.stdout.decode())))


def folds_of(tamis, seed, folds, n):
    """The folds, numbered as they first come: rows of one fold get the mean of the same other rows."""
    text = "x,y\n" + "".join("a,%d\n" % (i * i) for i in range(n))
    table = run(tamis, "encode", "-q", "-c", "x", "-t", "y", "-s", "target", "--smooth", "0", "--cross-fit", folds, "--seed", seed,
                input=text.encode())
    names = {}
    return [names.setdefault(row[0], len(names)) for row in table[1:]]


def same(got, want):
    if isinstance(want, str):
        place, n = map(int, want.split("/"))
        want = [int(i == place) for i in range(n)]
    return len(got) == len(want) and all(
        (w is None and g == "") or (w is not None and g != "" and abs(float(g) - w) <= CLOSE * max(1, abs(w)))
        for g, w in zip(got, want))


def check(tamis, golden, case):
    na, label, _ = TABLES[case["table"]]
    header, rows = read(find(case["table"]), label[0])
    y_at, at = header.index(label[0]), header.index(case["column"])
    rows = [row for row in rows if not is_missing(row[y_at], na)]
    levels = ["" if is_missing(row[at], na) else row[at] for row in rows]
    # the two columns alone, the target first; a target of numbers that are names of classes is text
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["y", "x"]] + [[row[y_at], row[at]] for row in rows])
    more = ["--types", "y=text"] if label[1] == "multiclass" else []
    if na:
        more += ["--na", ",".join(na)]
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model.json"
        fitted = run(tamis, "encode", "-q", "-c", "x", "-t", "y", "--seed", golden["seed"], *case["args"], *more, "--save", model,
                     input=text.getvalue().encode())
        applied = run(tamis, "apply", "-q", model, input=text.getvalue().encode())
        ends = case["args"][1] in ("ordinal",)  # what stays missing stays as it was written
        for i, level in enumerate(levels):
            got, want = applied[i + 1][1:], case["levels"][level]
            if ends and level == "":
                assert got == [rows[i][at]], "row %d: a missing cell became %s" % (i, got)
                continue
            assert same(got, want), "row %d, level %r: %s, not %s" % (i, level, got, want)
        if "crossed" not in case:
            assert case["args"][1] == "woe" or fitted == applied, "rows learned from are not as others"
            return
        dealt = folds_of(tamis, golden["seed"], golden["folds"], len(rows))
        for i, level in enumerate(levels):
            got, want = fitted[i + 1][1:], case["crossed"]["%d:%s" % (dealt[i], level)]
            assert same(got, want), "learned row %d, level %r: %s, not %s" % (i, level, got, want)


def check_folds(tamis, golden):
    got = folds_of(tamis, golden["seed"], golden["folds"], len(golden["dealt"]))
    assert "".join(map(str, got)) == golden["dealt"], "rows are dealt otherwise than they were"


def main():
    tamis = sys.argv[1]
    golden = json.loads((HERE / "golden" / "encoders.json").read_text())
    print("TAP version 13\n1..%d" % (len(golden["cases"]) + 1))
    failed = 0
    for i, case in enumerate([None] + golden["cases"], 1):
        why, name = None, "folds"
        if case:
            name = "%s: %s %s" % (case["table"], case["column"], " ".join(case["args"]))
        if case and not find(case["table"]):
            print("ok %d - %s # SKIP %s is not there" % (i, name, case["table"]))
            continue
        try:
            check(tamis, golden, case) if case else check_folds(tamis, golden)
        except AssertionError as e:
            why = str(e)
        failed += why is not None
        print("%sok %d - %s" % ("not " if why else "", i, name))
        if why:
            print("\n".join("# " + line for line in why.splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
