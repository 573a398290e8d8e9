#!/usr/bin/env python3
"""Every strategy of smote against its definition, by brute force: who are parents and how often, toward whom new rows
step and how far, what categories win the vote. All distances, danger sets, shares and votes are found again here, from the
papers, with the standard library; scikit-learn's machines are in golden/smote.json (smote_golden.py).

    tests/parity/compare_smote.py build/tools/tamis
"""
import csv
import io
import json
import math
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from statistics import NormalDist, mean, median, pstdev, stdev

import smote_tables
from smote_tables import CATEGORIES, CODES, NUMBERS

SLACK = 1e-9


class Fault(Exception):
    pass


def check(truth, what, *values):
    if not truth:
        raise Fault(what % values if values else what)


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


class Table:
    """A table, its train rows, their distances, and what smote made of them."""

    def __init__(self, tamis, path, numbers, categories, options, scaled=True):
        with open(path, newline="") as f:
            rows = list(csv.DictReader(f))
        done = subprocess.run([tamis, "smote", "-q", "-t", "y", "--seed", "3", "--provenance", "-c", ",".join(numbers + categories),
                               path] + options, capture_output=True)
        check(done.returncode == 0, done.stderr.decode())
        after = read(done.stdout.decode())
        self.train = [row for row in rows if row.get("_split", "train") == "train"]
        self.made = after[len(rows):]
        self.numbers, self.categories = numbers, categories
        check(all({**b, "_parent": "", "_neighbor": "", "_gap": ""} == a for a, b in zip(after, rows)), "rows that were there changed")
        check(all(row.get("_split", "train") == "train" for row in self.made), "a new row is no train row")
        columns = [[float(row[c]) for row in self.train] for c in numbers]
        self.scale = [(pstdev(column) or 1) if scaled else 1 for column in columns]
        self.points = [[x / s for x, s in zip(cells, self.scale)] for cells in zip(*columns)] or [[] for _ in self.train]
        self.labels = [row["y"] for row in self.train]
        self.counts = Counter(self.labels)
        self.small = sorted(y for y in self.counts if self.counts[y] < max(self.counts.values()))

    def members(self, y):
        return [i for i, label in enumerate(self.labels) if label == y]

    def new(self, y):
        return [row for row in self.made if row["y"] == y]

    def mismatch(self, y):
        rows = self.members(y)
        return median(pstdev(self.points[i][j] for i in rows) for j in range(len(self.numbers))) ** 2 if self.categories else 0

    def square(self, i, j, mismatch):
        a, b = self.train[i], self.train[j]
        return (sum((x - y) ** 2 for x, y in zip(self.points[i], self.points[j]))
                + mismatch * sum(a[c] != b[c] for c in self.categories))

    def nearest(self, i, among, k, mismatch):
        """The k nearest, and the others that are as near as the k-th."""
        found = sorted((self.square(i, j, mismatch), j) for j in among if j != i)
        if len(found) <= k:
            return [j for _, j in found], []
        reach = found[k - 1][0] * (1 + SLACK)
        return [j for _, j in found[:k]], [j for d, j in found[k:] if d <= reach]

    def others_around(self, y, m):
        """Per member: how many of its m nearest rows are of other classes. The data have no ties that matter."""
        mismatch, everyone = self.mismatch(y), range(len(self.train))
        others = {}
        for i in self.members(y):
            near, tied = self.nearest(i, everyone, m, mismatch)
            check(not tied, "the data have ties")
            others[i] = sum(self.labels[j] != y for j in near)
        return others


def parents(table, y):
    return Counter(int(row["_parent"]) - 1 for row in table.new(y))


def check_totals(table):
    most = max(table.counts.values())
    check(table.small, "no class is small")
    for y, n in table.counts.items():
        check(len(table.new(y)) == most - n, "class %s: %d new rows, not %d", y, len(table.new(y)), most - n)


def check_shares(table, y, weights):
    """Turns by weight: whole dues, then the largest rests."""
    total, used, weight_sum = len(table.new(y)), parents(table, y), sum(weights.values())
    check(set(used) <= set(table.members(y)), "a parent is not of class %s", y)
    more, less = [], []
    for i, weight in weights.items():
        due = total * weight / weight_sum
        check(math.floor(due - SLACK) <= used[i] <= math.ceil(due + SLACK), "row %d is parent %d times, and %.4f are due", i, used[i], due)
        if abs(due - round(due)) > 1e-6:
            (more if used[i] > due else less).append(due - math.floor(due))
    check(not more or not less or min(more) >= max(less) - 1e-6, "a smaller rest went before a larger one")
    check(sum(used.values()) == total and all(weights.get(i, 0) > 0 for i in used), "a row without weight is a parent")


def check_segments(table, y, neighbors, reach=lambda parent, neighbor: (0, 1), per_attribute=False):
    """Each new row lies on the way from its parent to a row it may step toward, where _gap says, and _gap is in reach."""
    gaps = []
    for row in table.new(y):
        parent, other = int(row["_parent"]) - 1, int(row["_neighbor"]) - 1
        a, b = table.train[parent], table.train[other]
        check(other in neighbors(parent), "row %d steps toward %d, which is none of its neighbours", parent, other)
        low, high = reach(parent, other)
        if not per_attribute:
            gap = float(row["_gap"])
            check(min(low, high) - SLACK <= gap <= max(low, high) + SLACK, "gap %s is not between %s and %s", gap, low, high)
            if low != high:
                gaps.append((gap - low) / (high - low))
        for c in table.numbers:
            x, half = float(row[c]), .5 * 10.0 ** -NUMBERS.get(c, 6) * (1 + 1e-6)
            check("." not in row[c] or len(row[c].split(".")[1]) <= NUMBERS.get(c, 6), "%s has more decimals than column %s", row[c], c)
            if per_attribute:
                ends = sorted((float(a[c]), float(b[c])))
                check(ends[0] - half <= x <= ends[1] + half, "%s = %s is outside of its box", c, row[c])
                if ends[1] - ends[0] > 100 * half:
                    gaps.append((x - float(a[c])) / (float(b[c]) - float(a[c])))
            else:
                check(abs(float(a[c]) + gap * (float(b[c]) - float(a[c])) - x) <= half, "%s = %s is not on the segment", c, row[c])
    if len(gaps) > 30:
        check_uniform(gaps, "gaps")


def check_uniform(values, what):
    """Kolmogorov's test, at 1 in 10,000; the seed is fixed."""
    values = sorted(values)
    n = len(values)
    distance = max(max((i + 1) / n - v, v - i / n) for i, v in enumerate(values))
    check(distance < 2.23 / math.sqrt(n), "%s are not evenly spread: %.4f", what, distance)


def winner(votes):
    most = max(Counter(votes).values())
    return next(v for v in votes if votes.count(v) == most)


def check_votes(table, y, voters):
    """voters(parent): who votes, nearest first, and those that may stand in for the last of them."""
    sure = 0
    for row in table.new(y):
        votes, tied = voters(int(row["_parent"]) - 1)
        for c in table.categories:
            cells = [table.train[j][c] for j in votes]
            if not tied:
                sure += 1
                check(row[c] == winner(cells), "column %s of a child of %s is %s, and the vote is %s", c, row["_parent"], row[c], cells)
            else:
                check(row[c] in cells + [table.train[j][c] for j in tied], "%s got no vote", row[c])
    check(sure > len(table.new(y)) * len(table.categories) * .5, "ties decide most votes")


def inside(table, y, k):
    near = {}
    mismatch, members = table.mismatch(y), table.members(y)
    for i in members:
        near[i] = table.nearest(i, members, k, mismatch)
    return near


def allowed(near):
    return lambda i: near[i][0] + near[i][1]


# -- the strategies -------------------------------------------------------------------------------------------------------

def test_smote(tamis, folder, categories, extra, scaled=True):
    t = Table(tamis, folder / "mixed.csv", list(NUMBERS), categories, extra, scaled)
    check_totals(t)
    for y in t.small:
        near = inside(t, y, 5)
        check_shares(t, y, {i: 1 for i in t.members(y)})
        check_segments(t, y, allowed(near), per_attribute="--per-attribute" in extra)
        if categories:
            check_votes(t, y, near.get)
        if "-g" in extra:
            check(all(row["group"] == t.train[int(row["_parent"]) - 1]["group"] for row in t.new(y)), "a group is not the parent's")
        else:
            check(not any(row["group"] for row in t.new(y)), "a column that was not chosen is filled")


def test_adasyn(tamis, folder, categories, k):
    t = Table(tamis, folder / "mixed.csv", list(NUMBERS), categories, ["-s", "adasyn", "-k", str(k)])
    check_totals(t)
    for y in t.small:
        near = inside(t, y, k)
        check_shares(t, y, t.others_around(y, k))
        check_segments(t, y, allowed(near))
        if categories:
            check_votes(t, y, near.get)


def test_borderline(tamis, folder, kind, categories, m):
    t = Table(tamis, folder / "mixed.csv", list(NUMBERS), categories, ["-s", "borderline%d" % kind, "--around", str(m)])
    check_totals(t)
    for y in t.small:
        near, others = inside(t, y, 5), t.others_around(y, m)
        danger = {i for i, n in others.items() if m / 2 <= n < m}
        check(0 < len(danger) < len(others) and len(t.new(y)) >= len(danger), "the data do not tell")
        check(set(parents(t, y)) == danger, "class %s: danger is %s, parents are %s", y, sorted(danger), sorted(parents(t, y)))
        check_shares(t, y, {i: int(i in danger) for i in others})
        foreign = {}
        if kind == 2:
            strangers = [i for i, label in enumerate(t.labels) if label != y]
            for i in danger:
                foreign[i] = t.nearest(i, strangers, 1, t.mismatch(y))[0]
        check_segments(t, y, lambda i: near[i][0] + near[i][1] + foreign.get(i, []),
                       lambda i, j: (0, 1) if t.labels[j] == y else (0, .5))
        strange = sum(t.labels[int(row["_neighbor"]) - 1] != y for row in t.new(y))
        check(strange == 0 if kind == 1 else 0 < strange < len(t.new(y)) / 2, "%d steps abroad", strange)
        if categories:
            check_votes(t, y, near.get)


def test_safe_level(tamis, folder, k):
    t = Table(tamis, folder / "mixed.csv", list(NUMBERS), [], ["-s", "safe-level", "-k", str(k)])
    check_totals(t)
    kinds = set()
    for y in t.small:
        near = inside(t, y, k)
        level = {i: k - n for i, n in t.others_around(y, k).items()}

        def reach(p, n):
            check(level[p] or level[n], "a pair without safety is used")
            if level[n] == 0:
                kinds.add("copy")
                return 0, 0
            ratio = level[p] / level[n]
            kinds.add((ratio > 1) - (ratio < 1))
            return (0, 1) if ratio == 1 else (0, 1 / ratio) if ratio > 1 else (1 - ratio, 1)

        check_segments(t, y, allowed(near), reach)
        check_shares(t, y, {i: int(level[i] > 0 or any(level[j] for j in near[i][0])) for i in level})
    check(kinds == {"copy", -1, 0, 1}, "the data do not have every kind of pair: %s", kinds)


def test_svm(tamis, folder, m):
    t = Table(tamis, folder / "mixed.csv", list(NUMBERS), [], ["-s", "svm", "--around", str(m)])
    check_totals(t)
    planes = json.loads((Path(__file__).parent / "golden" / "smote.json").read_text())["planes"]
    means = [mean(p[j] for p in t.points) for j in range(len(NUMBERS))]
    kinds = set()
    for y in t.small:
        near, others, plane = inside(t, y, 5), t.others_around(y, m), planes[y]
        margin = {i: sum(w * (x - c) for w, x, c in zip(plane, t.points[i], means)) + plane[-1] for i in others}
        vectors = {i for i in others if others[i] < m and margin[i] < 1}
        check(min(abs(1 - x) for x in margin.values()) > 1e-5 and len(vectors) < len([n for n in others.values() if n < m]),
              "the data do not tell")
        used = set(parents(t, y))
        check(used == vectors, "class %s: parents are %s, not %s", y, sorted(used), sorted(vectors))
        check_shares(t, y, {i: int(i in used) for i in others})
        check_segments(t, y, allowed(near), lambda i, j: (0, 1) if 2 * others[i] >= m else (0, -.5))
        kinds |= {2 * others[i] >= m for i in used}
    check(kinds == {True, False}, "the data do not have both kinds")


def test_kmeans(tamis, folder):
    """Clusters that nobody can miss."""
    t = Table(tamis, folder / "blobs.csv", ["a", "b"], [], ["-s", "kmeans", "--clusters", "4"])
    check_totals(t)
    cluster = [(float(row["a"]) > 50, float(row["b"]) > 50) for row in t.train]
    where = defaultdict(list)
    for i in t.members("few"):
        where[cluster[i]].append(i)
    rows, share = Counter(cluster), len(t.members("few")) / len(t.train)
    strong = {c: m for c, m in where.items() if len(m) >= 2 and len(m) / rows[c] >= share}
    check(len(strong) == 2 and len(where) == 3, "the data do not tell")
    weights = dict.fromkeys(t.members("few"), 0)
    for c, m in strong.items():
        distances = [math.sqrt(t.square(i, j, 0)) for i in m for j in m if i < j]
        for i in m:
            weights[i] = mean(distances) ** 2 / len(m) / len(m)
    check_shares(t, "few", weights)
    check_segments(t, "few", lambda i: t.nearest(i, strong[cluster[i]], 5, 0)[0])


def test_kmeans_many(tamis, folder):
    """Two clusters share the new rows by the mean distance of their pairs, which among many rows is drawn."""
    path = folder / "line.csv"
    with open(path, newline="") as f:
        small = sorted(float(row["a"]) for row in csv.DictReader(f) if row["y"] == "few")
    done = subprocess.run([tamis, "smote", "-q", "-t", "y", "--seed", "3", "--mark", "-s", "kmeans", "--clusters", "3", "--ratio", "few=127000",
                           path],
                          capture_output=True)
    check(done.returncode == 0, done.stderr.decode())
    made = [float(row["a"]) for row in read(done.stdout.decode()) if row["_synthetic"] == "1"]
    dues = []
    for x in ([v for v in small if v < 50], [v for v in small if v > 50]):
        n = len(x)
        # of sorted numbers the i-th is larger than i others and less than n - 1 - i
        apart = sum((2 * i - n + 1) * v for i, v in enumerate(x)) / (n * (n - 1) / 2)
        dues.append(apart / n)
    # within what largest remainders leave
    due = len(made) * dues[0] / sum(dues) / 5000
    got = sum(v < 50 for v in made)
    check(len(made) == 120000 and due > 10, "the data do not tell")
    check(abs(got / 5000 - due) < .2, "%d new rows in the first cluster, and %.2f of each row are due", got, due)


def test_rose(tamis, folder, h):
    t = Table(tamis, folder / "mixed.csv", list(NUMBERS), CATEGORIES, ["-s", "rose", "--shrinkage", str(h), "--ratio", "few=4000,mid=4000"])
    for y in ("few", "mid"):
        members, p = t.members(y), len(NUMBERS)
        check(len(t.new(y)) == 4000 - len(members), "class %s has %d new rows", y, len(t.new(y)))
        check_shares(t, y, {i: 1 for i in members})
        width = h * (4 / ((p + 2) * len(members))) ** (1 / (p + 4))
        for c in NUMBERS:
            sd = width * stdev(float(t.train[i][c]) for i in members)
            noise = [(float(row[c]) - float(t.train[int(row["_parent"]) - 1][c])) / sd for row in t.new(y)]
            check_uniform([NormalDist().cdf(x) for x in noise], "normal noise of %s" % c)
        check(all(row[c] == t.train[int(row["_parent"]) - 1][c] for row in t.new(y) for c in CATEGORIES), "a category is not the parent's")
        check(not any(row["_neighbor"] or row["_gap"] for row in t.new(y)), "noise has a neighbour")


def test_n(tamis, folder, classes, k):
    t = Table(tamis, folder / ("codes%d.csv" % classes), [], CODES, ["-s", "n", "-k", str(k)])
    check_totals(t)
    labels = sorted(t.counts)
    shares = {}
    for c in CODES:
        seen = defaultdict(Counter)
        for row in t.train:
            seen[row[c]][row["y"]] += 1
        shares[c] = {v: [n[y] / sum(n.values()) for y in labels] for v, n in seen.items()}

    def square(i, j, mismatch):
        return sum(sum(abs(a - b) for a, b in zip(shares[c][t.train[i][c]], shares[c][t.train[j][c]])) ** 2 for c in CODES)

    t.square = square
    for y in t.small:
        members = t.members(y)
        check_shares(t, y, {i: 1 for i in members})

        def voters(i):
            # shares are held to 2^-24 there: what is nearer than that counts as tied
            found = sorted((square(i, j, 0), j) for j in members if j != i)
            distances = [d for d, _ in found[:k + 1]]
            unclear = any(b - a < 1e-5 for a, b in zip(distances, distances[1:]))
            return [i] + [j for _, j in found[:k]], [j for d, j in found[k:] if d <= found[k - 1][0] + 1e-5] if unclear else []

        check_votes(t, y, voters)


def main():
    tamis = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        smote_tables.mixed(folder / "mixed.csv")
        smote_tables.blobs(folder / "blobs.csv")
        smote_tables.line(folder / "line.csv")
        for classes in (2, 3):
            smote_tables.codes(folder / ("codes%d.csv" % classes), classes)
        tests = [
            ("plain", test_smote, [], ["-s", "plain"]),
            ("plain, a gap for each number", test_smote, [], ["-s", "plain", "--per-attribute"]),
            ("plain, unscaled, with a group", test_smote, [], ["-s", "plain", "--metric", "raw", "-g", "group"], False),
            ("nc", test_smote, CATEGORIES, ["-s", "nc"]),
            ("adasyn", test_adasyn, [], 5),
            ("adasyn, with categories", test_adasyn, CATEGORIES, 8),
            ("borderline1", test_borderline, 1, [], 10),
            ("borderline1, with categories", test_borderline, 1, CATEGORIES, 7),
            ("borderline2", test_borderline, 2, [], 10),
            ("safe-level", test_safe_level, 5),
            ("svm", test_svm, 10),
            ("kmeans", test_kmeans),
            ("kmeans, many rows", test_kmeans_many),
            ("rose", test_rose, 1),
            ("rose, half as wide", test_rose, .5),
            ("n, two classes", test_n, 2, 4),
            ("n, three classes", test_n, 3, 5),
        ]
        print("TAP version 13\n1..%d" % len(tests))
        failed = False
        for i, (name, test, *arguments) in enumerate(tests):
            why = None
            try:
                test(tamis, folder, *arguments)
            except Fault as fault:
                why = str(fault)
            failed |= bool(why)
            print("%sok %d - %s" % ("not " if why else "", i + 1, name))
            if why:
                print("# " + why[:1000])
    return failed


if __name__ == "__main__":
    sys.exit(main())
