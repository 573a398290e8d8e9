#!/usr/bin/env python3
"""Synthetic rows, explained by an independent reading of the papers; class sizes and weights, by the formulas.

For every synthetic row a seed and one of the seed's k nearest neighbours are looked for, by brute force, that explain it:
one share u of the way for all numbers, within the rounding to the column's decimals; the neighbours' vote for all
categories. No seed may explain more rows alone than the fair share. Standard library only.

    tests/parity/check_smote.py build/tools/tamis
"""
import csv
import io
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from decimal import Decimal
from statistics import median, pstdev

NUMBERS = {"age": 0, "income": 2, "rate": 4}
CATEGORIES = ["city", "plan"]
TOLERANCE = 1e-9


def make(path, rows, seed):
    r = random.Random(seed)
    with open(path, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["age", "income", "city", "rate", "plan", "same", "y", "_split"])
        for _ in range(rows):
            y = r.choices(["b", "a", "c, quoted"], [.7, .2, .1])[0]
            shift = {"a": 1, "b": 0, "c, quoted": -1}[y]
            out.writerow([r.randint(18, 80) + 5 * shift, "%.2f" % (r.lognormvariate(9, 1) + 500 * shift),
                          r.choice(["Aix", "Bath", "Ulm"]), "%.4f" % r.gauss(shift, 1), r.choice(["x", "y z"]), "3",
                          y, "test" if r.random() < .25 else "train"])


def run(tamis, arguments):
    done = subprocess.run([tamis] + arguments, capture_output=True)
    if done.returncode:
        sys.exit("# %s: %s" % (" ".join(arguments), done.stderr.decode()))
    return done.stdout.decode()


def decimals(text):
    return max(0, -Decimal(text).as_tuple().exponent)


def share(a, b, x, places):
    """The interval of u for which round(a + u (b - a), places) may be x; None: no u."""
    half = .5 * 10.0 ** -places * (1 + 1e-6) + 1e-12
    if a == b:
        return (0.0, 1.0) if abs(x - a) <= half else None
    low, high = sorted(((x - half - a) / (b - a), (x + half - a) / (b - a)))
    low, high = max(low, 0.0), min(high, 1.0)
    return (low, high) if low <= high else None


class Class:
    """The rows of one class, and their neighbours by brute force."""

    def __init__(self, rows, columns, categories, scale, k):
        self.rows, self.columns, self.categories, self.k = rows, columns, categories, k
        points = [[float(row[c]) / scale[c] for c in columns] for row in rows]
        m = median(pstdev(p[j] for p in points) for j in range(len(columns))) if categories else 0
        self.near, self.order = [], []
        for i, p in enumerate(points):
            found = []
            for j, q in enumerate(points):
                if i != j:
                    d = sum((x - y) ** 2 for x, y in zip(p, q))
                    d += m * m * sum(rows[i][c] != rows[j][c] for c in categories)
                    found.append((d, j))
            found.sort()
            reach = found[k - 1][0] * (1 + TOLERANCE)
            self.near.append([j for d, j in found if d <= reach])
            self.order.append([j for d, j in found[:k]])

    def vote(self, i, column):
        votes = [self.rows[j][column] for j in self.order[i]]
        most = max(Counter(votes).values())
        return next(v for v in votes if votes.count(v) == most)

    def explains(self, i, row):
        if any(self.vote(i, c) != row[c] for c in self.categories):
            return False
        seed = self.rows[i]
        for j in self.near[i]:
            low, high = 0.0, 1.0
            for c in self.columns:
                u = share(float(seed[c]), float(self.rows[j][c]), float(row[c]), NUMBERS.get(c, 0))
                low, high = (max(low, u[0]), min(high, u[1])) if u else (1.0, 0.0)
            if low <= high:
                return True
        return False


def check_smote(tamis, path, categories, k, extra, want):
    columns = list(NUMBERS) + ["same"]
    chosen = ",".join(columns + categories)
    lines = run(tamis, ["smote", "-t", "y", "-c", chosen, "-k", str(k), "--seed", "5", "--mark", "-q", path] + extra)
    rows = list(csv.DictReader(io.StringIO(lines)))
    with open(path, newline="") as f:
        before = list(csv.DictReader(f))
    kept, made = rows[:len(before)], rows[len(before):]
    faults = []
    if any({**b, "_synthetic": "0"} != a for a, b in zip(kept, before)):
        faults.append("rows that were there changed")
    train = [row for row in before if row["_split"] == "train"]
    counts = Counter(row["y"] for row in train)
    after = Counter(row["y"] for row in kept if row["_split"] == "train") + Counter(row["y"] for row in made)
    if after != want(counts):
        faults.append("classes are %s, not %s" % (after, want(counts)))
    scale = {c: pstdev(float(row[c]) for row in train) or 1 for c in columns}
    if "raw" in extra:
        scale = dict.fromkeys(columns, 1)
    for y in sorted(counts):
        mine = [row for row in made if row["y"] == y]
        if not mine:
            continue
        c = Class([row for row in train if row["y"] == y], columns, categories, scale, k)
        alone = Counter()
        for row in mine:
            if row["_split"] != "train" or row["_synthetic"] != "1":
                faults.append("a synthetic row is not marked: %s" % row)
            if any(decimals(row[n]) > NUMBERS.get(n, 0) for n in columns):
                faults.append("more decimals than the column has: %s" % row)
            if any(row[n] for n in CATEGORIES if n not in categories):
                faults.append("a column that was not chosen is filled: %s" % row)
            seeds = [i for i in range(len(c.rows)) if c.explains(i, row)]
            if not seeds:
                faults.append("nothing explains %s" % row)
            if len(seeds) == 1:
                alone[seeds[0]] += 1
        most = math.ceil(len(mine) / len(c.rows))
        if alone and max(alone.values()) > most:
            faults.append("class %s: one seed was used %d times, %d is its share" % (y, max(alone.values()), most))
        # a row between two mutual neighbours may come from either; the others tell
        if not categories and sum(alone.values()) < len(mine) / 20:
            faults.append("class %s: the data cannot tell the seeds apart" % y)
    return faults


def check_weights(tamis, path):
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        rows = list(csv.DictReader(io.StringIO(run(tamis, ["weigh", "-t", "y", "-q", "--report", report, path]))))
        with open(report) as f:
            step = json.load(f)["steps"][0]
    train = [row for row in rows if row["_split"] == "train"]
    counts = Counter(row["y"] for row in train)
    # sklearn.utils.class_weight.compute_class_weight("balanced"): n_samples / (n_classes * bincount)
    for row in rows:
        want = len(train) / (len(counts) * counts[row["y"]]) if row["_split"] == "train" else 1
        if float(row["_weight"]) != want:
            faults.append("the weight of class %s is %s, not %r" % (row["y"], row["_weight"], want))
            break
    weights = [float(row["_weight"]) for row in train]
    effective = sum(weights) ** 2 / sum(w * w for w in weights)
    if not math.isclose(step["effective_rows"], effective, rel_tol=1e-9):
        faults.append("effective rows are %r, not %r" % (step["effective_rows"], effective))
    return faults


def all_as_the_largest(counts):
    return Counter({y: max(counts.values()) for y in counts})


def at_least_half(counts):
    goal = round(max(counts.values()) * .5)
    return Counter({y: max(n, goal) for y, n in counts.items()})


def main():
    tamis = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data.csv")
        make(path, 700, 3)
        tests = [
            ("plain SMOTE", lambda: check_smote(tamis, path, [], 5, [], all_as_the_largest)),
            ("plain SMOTE, unscaled, half", lambda: check_smote(tamis, path, [], 3, ["--metric", "raw", "--ratio", ".5"],
                                                              at_least_half)),
            ("SMOTE-NC", lambda: check_smote(tamis, path, CATEGORIES, 5, [], all_as_the_largest)),
            ("SMOTE-NC, k 2", lambda: check_smote(tamis, path, CATEGORIES, 2, ["-s", "nc", "--ratio", ".5"], at_least_half)),
            ("balanced weights", lambda: check_weights(tamis, path)),
        ]
        print("TAP version 13\n1..%d" % len(tests))
        failed = False
        for i, (name, test) in enumerate(tests):
            faults = test()
            failed |= bool(faults)
            print("%sok %d - %s" % ("not " if faults else "", i + 1, name))
            for fault in faults[:5]:
                print("# " + fault)
    return failed


if __name__ == "__main__":
    sys.exit(main())
