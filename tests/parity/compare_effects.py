#!/usr/bin/env python3
"""What the reports of smote, prune and sample say of their effects beside the tables that went in and came out: means, sds and
correlations (statistics), duplicates, nearest rows by a search of all, values outside. Standard library only.

    tests/parity/compare_effects.py build/tools/tamis
"""
import csv
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import combinations
from pathlib import Path
from statistics import mean, median, pstdev

import smote_tables
from smote_tables import CATEGORIES, CODES, NUMBERS


class Fault(Exception):
    pass


def check(truth, what, *values):
    if not truth:
        raise Fault(what % values if values else what)


def close(a, b, what, slack=2e-9):
    check(a is not None and abs(a - b) <= slack * max(1, abs(b)), "%s is %r, and %r by the table", what, a, b)


def coarse(path, seed=14):
    """Whole numbers of few values: rows that are there twice, new ones that are there already, rows as near as others."""
    r = random.Random(seed)
    table = []
    for _ in range(260):
        y = r.choices(["many", "some", "few"], [.7, .2, .1])[0]
        at = {"many": 0, "some": 1, "few": 2}[y]
        table.append([r.randint(0, 5) + at, r.randint(0, 4), r.randint(1, 3) * 2 + at, r.choice("uvw"), y])
    smote_tables.write(path, ["i", "j", "m", "w", "y"], table)


def holes(path, seed=15):
    """A column with holes, one of numbers but for one cell, large numbers, an id, rows without a class, rows of test."""
    r = random.Random(seed)
    table = []
    for i in range(500):
        y = r.choices(["no", "yes", ""], [.75, .22, .03])[0]
        x = r.gauss(1.5 if y == "yes" else 0, 1)
        table.append([i, "%.4f" % x, "%.2f" % (1e12 + 3 * x + r.gauss(0, 2)), "" if r.random() < .1 else "%.3f" % (x * x),
                      "word" if i == 450 else i % 7, y, "test" if r.random() < .2 else "train"])
    smote_tables.write(path, ["id", "x", "large", "square", "late", "y", "_split"], table)


# -- the table before and after -----------------------------------------------------------------------------------------------

class Run:
    def __init__(self, tamis, path, verb, options):
        with open(path, newline="") as f:
            rows = list(csv.DictReader(f))
        report = path.with_suffix(".json")
        done = subprocess.run([tamis, verb, "-q", "-t", "y", "--seed", "3", "--report", report, path] + options, capture_output=True)
        check(done.returncode == 0, done.stderr.decode())
        self.step = json.loads(report.read_text())["steps"][0]
        self.effects = self.step["effects"]
        out = list(csv.DictReader(done.stdout.decode().splitlines()))
        self.rows_in = len(rows)
        self.before, self.after = ([row for row in some if row.get("_split", "train") == "train"] for some in (rows, out))
        self.out = out


def correlation(x, y):
    mx, my = mean(x), mean(y)
    below = math.sqrt(math.fsum((a - mx) ** 2 for a in x) * math.fsum((b - my) ** 2 for b in y))
    return math.fsum((a - mx) * (b - my) for a, b in zip(x, y)) / below if below > 0 else None


def check_sums(effects, before, after, columns):
    """Of these columns; a hole counts nowhere, and a row with one in no correlation."""
    def values(rows, c):
        return [float(row[c]) for row in rows if row[c] != ""]

    check([c["column"] for c in effects["columns"]] == columns, "columns are %s", [c["column"] for c in effects["columns"]])
    check((effects["rows_before"], effects["rows_after"]) == (len(before), len(after)), "rows are %d and %d, not %d and %d",
          effects["rows_before"], effects["rows_after"], len(before), len(after))
    moved = 0
    for told in effects["columns"]:
        a, b = values(before, told["column"]), values(after, told["column"])
        close(told["mean_before"], mean(a), "the mean before")
        close(told["mean_after"], mean(b), "the mean after")
        close(told["sd_before"], pstdev(a), "the sd before")
        close(told["sd_after"], pstdev(b), "the sd after")
        close(told["shift_of_mean_in_sds"], (mean(b) - mean(a)) / pstdev(a), "the shift")
        moved += abs(mean(b) - mean(a)) > 1e-6
    check(moved == len(columns), "the data do not tell")
    whole = [[row for row in rows if all(row[c] != "" for c in columns)] for rows in (before, after)]
    changes = {}
    for pair in combinations(columns, 2):
        x, y = (correlation(*([float(row[c]) for row in rows] for c in pair)) for rows in whole)
        if x is not None and y is not None:
            changes[pair] = (abs(y - x), x, y)
    told = effects["correlations"]
    check(told["pairs"] == len(changes), "%d pairs, not %d", told["pairs"], len(changes))
    if changes:
        close(told["mean_change"], mean(c[0] for c in changes.values()), "the mean change", 1e-8)
        close(told["largest_change"], max(c[0] for c in changes.values()), "the largest change", 1e-8)
        change, x, y = changes[tuple(told["of"])]
        close(change, told["largest_change"], "the change of that pair", 1e-8)
        close(told["before"], x, "the correlation before", 1e-8)
        close(told["after"], y, "the correlation after", 1e-8)


def count_duplicates(before, made, numbers, texts):
    def key(row):
        return tuple(float(row[c]) for c in numbers) + tuple(row[c] for c in texts)

    seen, n = {key(row) for row in before}, 0
    for row in made:
        n += key(row) in seen
        seen.add(key(row))
    return n


def count_strangers(before, made, numbers, categories, scaled):
    """At least and at most: where the nearest of both kinds are within rounding, it may be either."""
    sds = [pstdev(float(row[c]) for row in before) for c in numbers]
    scale = [s if scaled and s > 0 else 1 for s in sds]
    vary = [1 if scaled else s for s in sds if s > 0]
    mismatch = median(vary) ** 2 if vary else 1

    def point(row):
        return [float(row[c]) / s for c, s in zip(numbers, scale)], [row[c] for c in categories]

    real = [(point(row), row["y"]) for row in before]
    sure = unsure = 0
    for row in made:
        (x, codes), nearest = point(row), {True: math.inf, False: math.inf}
        for (other, other_codes), y in real:
            square = sum((a - b) ** 2 for a, b in zip(x, other)) + mismatch * sum(a != b for a, b in zip(codes, other_codes))
            nearest[y == row["y"]] = min(nearest[y == row["y"]], square)
        if nearest[True] != nearest[False] and math.isclose(nearest[True], nearest[False], rel_tol=1e-9):
            unsure += 1
        else:
            sure += nearest[False] < nearest[True]
    check(unsure <= len(made) / 10, "the data do not tell who is nearest")
    return sure, sure + unsure


# -- the steps ----------------------------------------------------------------------------------------------------------------

def test_smote(tamis, path, numbers, categories, options, duplicates=None, outside=None, copies=False):
    run = Run(tamis, path, "smote", ["-c", ",".join(numbers + categories)] + options)
    before = [row for row in run.before if row["y"]]
    made, effects = run.out[run.rows_in:], run.effects
    check(made, "no rows were made")
    check_sums(effects, before, before + made, numbers)
    again = count_duplicates(before, made, numbers, categories + ["y"])
    check(effects["duplicates"] == again, "%d duplicates, not %d", effects["duplicates"], again)
    check(duplicates is None or duplicates == (again > 0), "the data do not tell of duplicates")
    beyond = {}
    for c in numbers:
        x = [float(row[c]) for row in before]
        beyond[c] = sum(not min(x) <= float(row[c]) <= max(x) for row in made)
    check({c["column"]: c["values_outside"] for c in effects["columns"]} == beyond, "outside by column: %s", beyond)
    check(effects["values_outside"] == sum(beyond.values()), "outside: %d", sum(beyond.values()))
    check(outside is None or outside == (sum(beyond.values()) > 0), "the data do not tell of what is outside")
    least, most = count_strangers(before, made, numbers, categories, "raw" not in options)
    strangers = effects["nearest_of_another_class"]
    check(least <= strangers <= most, "%d have another class nearest, not %d to %d", strangers, least, most)
    check((strangers > 0) != copies and strangers < len(made), "the data do not tell of strangers")
    close(effects["share_nearest_of_another_class"], strangers / len(made), "the share")


def test_thinned(tamis, path, verb, columns, options):
    """Rows that stay are those that came; rows without a class are not counted."""
    run = Run(tamis, path, verb, options)
    before, after = ([row for row in rows if row["y"]] for rows in (run.before, run.after))
    check(len(after) != len(before), "the data do not tell")
    check_sums(run.effects, before, after, columns)
    came, went = (Counter(tuple(row.values()) for row in rows) for rows in (before, after))
    again = sum(max(0, n - came[row]) for row, n in went.items())
    check(run.effects["duplicates"] == again, "%d duplicates, not %d", run.effects["duplicates"], again)


def tests_of(tamis, folder):
    mixed, coarse_table, hole_table = folder / "mixed.csv", folder / "coarse.csv", folder / "holes.csv"
    numbers, holed = list(NUMBERS), ["x", "large", "square"]
    smote_tables.mixed(mixed)
    coarse(coarse_table)
    holes(hole_table)
    for classes in (2, 3):
        smote_tables.codes(folder / ("codes%d.csv" % classes), classes)
    for strategy, outside in (("plain", False), ("adasyn", None), ("borderline1", None), ("borderline2", None), ("safe-level", None),
                              ("svm", None), ("kmeans", None), ("rose", True)):
        yield "smote -s " + strategy, test_smote, mixed, numbers, [], ["-s", strategy], None, outside
        if strategy != "plain":
            yield "smote -s %s, with categories" % strategy, test_smote, mixed, numbers, CATEGORIES, ["-s", strategy], None, outside
    yield "smote -s rose, wide", test_smote, mixed, numbers, CATEGORIES, ["-s", "rose", "--shrinkage", "2"], False, True
    yield "smote -s nc", test_smote, mixed, numbers, CATEGORIES, ["-s", "nc"], False, False
    yield "smote -s nc, unscaled", test_smote, mixed, numbers, CATEGORIES, ["-s", "nc", "--metric", "raw"], False, False
    yield "smote, some columns", test_smote, mixed, ["a", "c"], ["q"], ["--per-attribute"], False, False
    for classes in (2, 3):
        yield "smote -s n, %d classes" % classes, test_smote, folder / ("codes%d.csv" % classes), [], CODES, ["-s", "n"], True
    yield "smote, whole numbers", test_smote, coarse_table, ["i", "j", "m"], [], ["--metric", "raw"], True, False
    yield "smote, whole numbers, scaled", test_smote, coarse_table, ["i", "j"], [], [], True, False
    yield "smote, whole numbers, words", test_smote, coarse_table, ["i", "m"], ["w"], ["--metric", "raw"], True, False
    yield "smote, copies", test_smote, coarse_table, ["i", "j", "m"], ["w"], ["--rare", "duplicate", "-k", "200"], True, False, True
    yield "smote, rows without a class", test_smote, hole_table, ["x", "large"], [], [], False, False
    for strategy in ("tomek", "enn", "cnn", "nearmiss1", "iht", "centroids"):
        yield "prune -s " + strategy, test_thinned, mixed, "prune", numbers, ["-s", strategy, "-c", "a,b,q"]
    yield "prune, holes", test_thinned, hole_table, "prune", holed, ["-s", "renn", "-c", "x"]
    yield "sample -s under", test_thinned, hole_table, "sample", holed, ["-s", "under"]
    yield "sample -s over", test_thinned, hole_table, "sample", holed, ["-s", "over"]
    yield "sample -s bernoulli", test_thinned, hole_table, "sample", holed, ["-s", "bernoulli", "--share", "no=30%"]
    yield "sample -s cost", test_thinned, hole_table, "sample", holed, ["-s", "cost", "--cost", "yes=5"]
    yield "sample -s reservoir", test_thinned, hole_table, "sample", holed, ["-s", "reservoir", "--each", "60"]


def main():
    tamis = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        tests = list(tests_of(tamis, Path(name)))
        print("TAP version 13\n1..%d" % len(tests))
        failed = False
        for i, (name, test, *arguments) in enumerate(tests):
            why = None
            try:
                test(tamis, *arguments)
            except Fault as fault:
                why = str(fault)
            failed |= bool(why)
            print("%sok %d - %s" % ("not " if why else "", i + 1, name))
            if why:
                print("# " + why[:1000])
    return failed


if __name__ == "__main__":
    sys.exit(main())
