#!/usr/bin/env python3
"""Every strategy of impute on every kind of table that is hard: an answer, or a refusal that says what to do.

    tests/edges/edges.py build/tools/tamis [-k PART-OF-A-NAME]

STRATEGIES has a command line or more for each strategy that `help strategies` lists, TABLES the hard tables, and each is run with
each. Of every answer: the rows and columns are those that came in, what was there keeps its bytes, nothing is filled with what is
no number, the report counts what was filled and what is left, and says why. Besides, what a table itself says must be in its holes
(a constant column's constant), in `wanted`. Refusals are listed: a strategy that refuses a table it took is found, and so is
the reverse.
"""
import argparse
import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SERIES = {"bfill", "ffill", "hotdeck", "interpolate"}
# of numbers alone
NUMBERS = {"em", "softimpute", "interpolate", "nan-euclidean"}
# one value a column, whatever the others say
ALONE = {"constant", "mean", "median", "mode"}
# fills with what was observed, or with means of it
BETWEEN = (SERIES | ALONE | {"random", "knn", "mice", "forest"}) - {"constant"}

STRATEGIES = [
    "mean", "mean --trim .1", "median", "mode", "constant --fill 0", "random",
    "knn", "knn --metric nan-euclidean --weights distance", "iterative --max-iter 3", "iterative --nearest 2 --max-iter 3",
    "em --max-iter 30", "em --draw --max-iter 30", "softimpute", "regression", "regression --stochastic",
    "mice -m 1 --iterations 2", "mice -m 1 --iterations 2 --method '@numeric=norm,*=cart'",
    "mice -m 1 --iterations 2 --method '@numeric=forest,*=sample'",
    "forest --trees 3 --max-iter 2", "boost --trees 5 --iterations 2", "boost --match --trees 5 --iterations 2",
    "auto --trees 3", "ffill", "bfill", "hotdeck --order id", "interpolate --order id", "interpolate --order id --spline --ends extend",
]


class Broken(Exception):
    pass


def check(truth, what):
    if not truth:
        raise Broken(what)


# -- tables ---------------------------------------------------------------------------------------------------------------

def table(names, rows):
    return [names.split(",")] + [[str(i)] + [("" if c is None else c if isinstance(c, str) else repr(c)) for c in row]
                                 for i, row in enumerate(rows)]


def with_holes(r, share, rows):
    return [[None if r.random() < share else c for c in row] for row in rows]


def made(n, columns, share, seed):
    """Numbers that have something in common; to three digits."""
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        z = r.gauss(0, 1)
        rows.append([round(10 + z + r.gauss(0, .5), 3) for _ in range(columns)])
    return with_holes(r, share, rows)


def empty_column():
    return table("id,a,b,empty", [row + [None] for row in made(40, 2, .2, 1)])


def empty_row():
    rows = made(40, 3, .1, 2)
    rows[17] = [None] * 3
    return table("id,a,b,c", rows)


def constant_column():
    return table("id,a,b,k", [row + [None if i % 5 == 2 else 7] for i, row in enumerate(made(40, 2, .1, 3))])


def constant_category():
    return table("id,a,b,k", [row + [None if i % 5 == 2 else "one"] for i, row in enumerate(made(40, 2, .1, 3))])


def collinear():
    rows = made(60, 2, 0, 4)
    return table("id,a,b,twice,again", [[None if i % 7 == 3 else a, b, None if i % 6 == 2 else round(2 * a + 1, 3), a]
                                        for i, (a, b) in enumerate(rows)])


def wide():
    return table("id," + ",".join("x%02d" % i for i in range(20)), made(5, 20, .2, 5))


def wide_and_full_of_holes():
    return table("id," + ",".join("x%02d" % i for i in range(20)), made(5, 20, .7, 6))


def many_levels():
    r = random.Random(7)
    return table("id,a,b,level", [row + [None if r.random() < .1 else "L%03d" % (i * 7 % 1000)]
                                  for i, row in enumerate(made(2000, 2, .1, 8))])


def nothing_missing():
    r = random.Random(9)
    return table("id,a,b,kind", [["%.2f" % r.random(), "+%d" % r.randint(1, 9), '"q, %d"' % (i % 3)] for i in range(40)])


def all_missing():
    return table("id,a,b,c", [[None] * 3 for _ in range(30)])


def one_row():
    return table("id,a,b,c", [[1.5, None, 3]])


def one_row_of_holes():
    return table("id,a,b,c", [[None, None, None]])


def two_rows():
    return table("id,a,b,c", [[1.5, None, 3], [2.5, 4, None]])


def header_only():
    return table("id,a,b,c", [])


def huge():
    r = random.Random(10)
    rows = [["%.3fe300" % r.uniform(-1, 1), "%.3fe300" % r.uniform(1, 9), "%.3fe307" % r.uniform(-9, 9)] for _ in range(40)]
    return table("id,a,b,c", with_holes(r, .2, rows))


def tiny():
    r = random.Random(11)
    rows = [["%.3fe-300" % r.uniform(-1, 1), "%.3fe-300" % r.uniform(1, 9), "%.3fe-307" % r.uniform(-9, 9)] for _ in range(40)]
    return table("id,a,b,c", with_holes(r, .2, rows))


def huge_beside_tiny():
    r = random.Random(12)
    rows = [["%.3fe300" % r.uniform(-1, 1), "%.3fe-300" % r.uniform(1, 9), "%.3f" % r.uniform(-9, 9)] for _ in range(40)]
    return table("id,a,b,c", with_holes(r, .2, rows))


def as_large_as_numbers_get():
    """Sums, squares and differences of these are no numbers any more."""
    r = random.Random(13)
    rows = [[r.choice(["1.7e308", "-1.7e308"]), r.choice(["1.5e308", "1.6e308"]), "%.2f" % r.gauss(0, 1)] for _ in range(40)]
    return table("id,a,b,c", with_holes(r, .2, rows))


def infinite():
    """`inf` is a word here, and makes the column one of words."""
    r = random.Random(14)
    return table("id,a,b,c", [row + [None if i % 9 == 4 else "inf" if i % 4 == 0 else "1"] for i, row in enumerate(made(40, 2, .2, 15))])


TABLES = [empty_column, empty_row, constant_column, constant_category, collinear, wide, wide_and_full_of_holes, many_levels,
          nothing_missing, all_missing, one_row, one_row_of_holes, two_rows, header_only, huge, tiny, huge_beside_tiny,
          as_large_as_numbers_get, infinite]
# squares of their cells are no numbers: iterative fills nothing, and says that it has nothing to save
UNSAVED = {"huge", "as_large_as_numbers_get"}
# categories with holes: what is for numbers says who takes them
TEXTS = {"constant_category", "many_levels", "infinite"}


def refused(name, strategy):
    """The words of the refusal that is due, or None."""
    words = set(strategy.split())
    if name in TEXTS and words & NUMBERS:
        return r"--metric gower can" if "knn" in words else r"strategy %s fills .*\(-s '.*=.*' with \w+" % strategy.split()[0]
    return None


# -- what must be in the holes --------------------------------------------------------------------------------------------

def column(rows, name):
    at = rows[0].index(name)
    return [row[at] for row in rows[1:]]


def wanted(name, word, strategy, before, after):
    if name in ("constant_column", "constant_category"):
        fill = "0" if word == "constant" else "7" if name == "constant_column" else "one"
        for cell, came in zip(column(before, "k"), column(after, "k")):
            check(came == (cell or fill) or abs(float(came) - 7) < 1e-6, "a constant column got %r" % came)
    if name == "collinear" and word in ("em", "iterative", "regression") and "nearest" not in strategy:
        for a, came in zip(column(before, "again"), column(after, "twice")):
            check(abs(float(came) - 2 * float(a) - 1) < .05, "2 a + 1 for %s is %s" % (a, came))
    if word == "constant":
        check(all(came == ("0" if cell == "" else cell) or label == "k" for b, a in zip(before, after)
                  for label, cell, came in zip(before[0], b, a)), "a hole is not 0")
        return
    left = sum(cell == "" for row in after for cell in row)
    if name in ("all_missing", "one_row_of_holes"):
        check(left == 3 * len(before[1:]), "filled from nothing: %r" % after[1])
    if name == "empty_column" and word not in SERIES:
        check(left == 40, "of the other columns a hole is left, or the empty one was filled: %d" % left)
    if name in ("empty_row", "collinear", "wide", "many_levels", "tiny", "infinite") and word not in SERIES:
        check(left == 0, "%d holes are left" % left)
    if word in BETWEEN and "norm" not in strategy and "extend" not in strategy:
        for i, label in enumerate(before[0]):
            try:
                seen = [float(row[i]) for row in before[1:] if row[i]]
            except ValueError:
                continue
            for row in after[1:]:
                check(row[i] == "" or min(seen) <= float(row[i]) <= max(seen), "%s: %s lies beyond what was observed" % (label, row[i]))
    if word in ("median", "mode", "random", "ffill", "bfill", "hotdeck") or "--match" in strategy:
        for i, label in enumerate(before[0]):
            seen = {row[i] for row in before[1:] if row[i]}
            for row in after[1:]:
                check(word == "median" or row[i] in seen or row[i] == "" or float(row[i]) in map(float, seen),
                      "%s was never observed in %s" % (row[i], label))
    if word in ALONE:
        for i, label in enumerate(before[0]):
            values = {b[i] for a, b in zip(before[1:], after[1:]) if a[i] == ""}
            check(len(values) <= 1, "one value a column, and %s has %s" % (label, values))


# -- running ----------------------------------------------------------------------------------------------------------------

def write(rows):
    return "".join(",".join(row) + "\n" for row in rows)


def compare(before, after, report, said):
    check(after[0] == before[0], "other columns: %s" % after[0])
    check(len(after) == len(before), "%d rows, not %d" % (len(after), len(before)))
    counts = {c["name"]: c for c in report["columns"]}
    for i, name in enumerate(before[0]):
        filled = left = 0
        seen = {row[i] for row in before[1:]}          # words among them
        for row, came in zip(before[1:], after[1:]):
            if row[i] != "":
                check(came[i] == row[i], "%s: %r became %r" % (name, row[i], came[i]))
                continue
            filled += came[i] != ""
            left += came[i] == ""
            check(came[i] in seen or not re.fullmatch(r"[-+]?(nan|inf|infinity)", came[i], re.I), "%s: a hole got %r" % (name, came[i]))
        if name not in counts:
            check(filled == 0, "%s is not in the report, and was filled" % name)
            continue
        told = counts[name]
        check((told["filled"], told["left"]) == (filled, left), "%s: %d filled, %d left, and the report says %r" % (name, filled, left, told))
        if left:
            check(told.get("why"), "%s: the report does not say why holes are left: %r" % (name, told))
            check("missing cells stay" in said, "nobody says that missing cells stay in %s: %r" % (name, said))


def read(text):
    return [list(row) for row in csv.reader(io.StringIO(text))]


def one(tamis, name, rows, strategy):
    word = strategy.split()[0]
    with tempfile.TemporaryDirectory(prefix="tamis-edges-") as folder:
        report = Path(folder) / "r.json"
        model = Path(folder) / "m.json"
        save = "" if word in SERIES or (name in UNSAVED and word == "iterative") else "--save %s" % model
        p = subprocess.run("%s impute -s %s --seed 1 --report %s %s" % (tamis, strategy, report, save), input=write(rows).encode(), shell=True,
                           capture_output=True)
        out, said = p.stdout.decode(), p.stderr.decode()
        check("runtime error" not in said, said)        # a sanitizer's
        due = refused(name, strategy)
        if len(rows) == 1:
            check(p.returncode == 1 and out == "" and "no row to learn from" in said, "exit %d: %r %r" % (p.returncode, out, said))
            return
        if due:
            check(p.returncode == 2 and out == "", "exit %d: not refused: %s" % (p.returncode, said))
            check(re.search(due, said), "the refusal does not say who takes it: %s" % said)
            return
        check(p.returncode == 0, "exit %d: %s" % (p.returncode, said))
        before, after = read(write(rows)), read(out)
        if name == "nothing_missing":
            check(out == write(rows), "nothing is missing, and other bytes came out")
            return
        compare(before, after, json.loads(report.read_text())["steps"][0], said)
        wanted(name, word, strategy, before, after)
        if name in UNSAVED and word == "iterative":
            p = subprocess.run("%s impute -s %s --save %s" % (tamis, strategy, model), input=write(rows).encode(), shell=True,
                               capture_output=True)
            check(p.returncode == 1 and b"no model to save" in p.stderr and not model.exists(), "exit %d: %s" % (p.returncode, p.stderr))
        if save:                # its own rows as new ones
            p = subprocess.run([tamis, "apply", "--report", str(report), str(model)], input=write(rows).encode(), capture_output=True)
            said = p.stderr.decode()
            check(p.returncode == 0 and "runtime error" not in said, "applied, exit %d: %s" % (p.returncode, said))
            after = read(p.stdout.decode())
            compare(before, after, json.loads(report.read_text())["steps"][0], said)
            wanted(name, word, strategy, before, after)


def run(command, rows):
    p = subprocess.run(command, input=write(rows).encode(), shell=True, capture_output=True, text=False)
    said = p.stderr.decode()
    check(p.returncode == 0 and "runtime error" not in said, "exit %d: %s: %s" % (p.returncode, command, said))
    return read(p.stdout.decode())


def strange_groups(tamis, strategy):
    """A group of one row, one with nothing observed, rows in no group; and rows of groups that were not learned."""
    word = strategy.split()[0]
    rows = [["g", "a", "b"]] + [["AB"[i % 2]] + row[1:] for i, row in enumerate(table("id,a,b", made(60, 2, .15, 21))[1:])]
    strategy = strategy.replace("--order id", "--order g")     # all alike: as they come
    rows += [["one", "9.5", ""], ["none", "", ""], ["none", "", ""], ["", "10.5", ""], ["pair", "10", "10.125"]]
    new = [["g", "a", "b"], ["new", "10.1", ""], ["new", "", ""], ["", "", "9.9"], ["one", "", ""], ["one", "", "10"], ["none", "9.7", ""],
           ["pair", "10", ""], ["pair", "", "9"], ["A", "10", ""]]
    options = "-q --seed 1 -c a,b %s -s %s" % ("" if word in SERIES | ALONE else "--from a,b", strategy)
    with tempfile.TemporaryDirectory(prefix="tamis-edges-") as folder:
        save = ["" if word in SERIES else "--save %s/%d.json" % (folder, i) for i in range(2)]
        out = run("%s impute %s -g g %s --report %s/r.json" % (tamis, options, save[0], folder), rows)
        compare(rows, out, json.loads((Path(folder) / "r.json").read_text())["steps"][0], "missing cells stay")
        if word in SERIES:      # a series goes no further than its group
            check([row[1:] for row in out if row[0] in ("none", "one", "")] == [row[1:] for row in rows if row[0] in ("none", "one", "")],
                  "filled from another group: %s" % out[-5:])
            return
        check(not any("" in row[1:] for row in out), "holes are left: %s" % [row for row in out if "" in row[1:]])
        run("%s impute %s %s" % (tamis, options, save[1]), rows)
        grouped, whole = [run("%s apply -q %s/%d.json" % (tamis, folder, i), new) for i in range(2)]
        check(not any("" in row[1:] for row in grouped), "holes are left in new rows: %s" % grouped)
        # groups that were not learned, rows without one, and groups that have nothing to say: what all rows say
        for i in (1, 2, 3, 6):
            check(grouped[i] == whole[i], "%s got %s, and from all rows %s" % (new[i], grouped[i], whole[i]))
        # what one row alone can say
        if word in ALONE - {"constant"} | {"random"}:
            check(grouped[7][2] in ("10.125", "10.1250") and grouped[4][1] == "9.5", "not the group's own value: %s" % grouped)


def empty_file(tamis, strategy):
    p = subprocess.run("%s impute -s %s" % (tamis, strategy), input=b"", shell=True, capture_output=True)
    check(p.returncode == 1 and p.stdout == b"" and p.stderr.startswith(b"tamis impute: "),
          "exit %d: %r %r" % (p.returncode, p.stdout, p.stderr))


def every_strategy_is_here(tamis):
    said = subprocess.run([tamis, "help", "strategies"], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  (\w+)(?: \(default\))?$", re.search(r"^impute: .*\n((?: .*\n)+)", said, re.M).group(1), re.M)
    check(len(listed) > 15 and set(listed) == {s.split()[0] for s in STRATEGIES}, "not here: %s" % sorted(set(listed) ^ {s.split()[0] for s in STRATEGIES}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tamis")
    parser.add_argument("-k", default="", help="only cases whose name holds this")
    options = parser.parse_args()
    tamis = os.path.abspath(options.tamis)
    jobs = [("every strategy is here", every_strategy_is_here, (tamis,))]
    for make in TABLES:
        rows = make()
        jobs += [("%s: %s" % (make.__name__, s), one, (tamis, make.__name__, rows, s)) for s in STRATEGIES]
    jobs += [("strange_groups: %s" % s, strange_groups, (tamis, s)) for s in STRATEGIES]
    jobs += [("empty_file: %s" % s, empty_file, (tamis, s)) for s in STRATEGIES]
    jobs = [job for job in jobs if options.k in job[0]]

    def work(job):
        try:
            job[1](*job[2])
        except Broken as e:
            return str(e)
        return None

    print("TAP version 13\n1..%d" % len(jobs))
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        for i, (job, why) in enumerate(zip(jobs, pool.map(work, jobs))):
            print("%sok %d - %s" % ("not " if why else "", i + 1, job[0]), flush=True)
            if why:
                failed += 1
                print("\n".join("# " + line for line in why[:2000].splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
