#!/usr/bin/env python3
"""The rows that `tamis prune --metric raw` drops beside those imbalanced-learn dropped (golden/prune.json, by prune.py), row by
row; and where that is random or wrong (prune.py says how), beside the definition, by a search of all rows.

    tests/parity/compare_prune.py build/tools/tamis
"""
import csv
import io
import json
import math
import os
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median, pstdev

import prune_tables

HERE = Path(__file__).resolve().parent


class Table:
    """Rows, and the squares of all their distances by the definition in prune.h."""

    def __init__(self, table, scaled=False):
        numbers, categories, rows = table
        d, n = len(numbers), len(rows)
        self.y = [row[-1] for row in rows]
        self.counts = Counter(self.y)
        self.small = min(sorted(self.counts), key=self.counts.get)
        x = [[float(c) for c in row[:d]] for row in rows]
        sds = [pstdev(p[j] for p in x) for j in range(d)]
        if scaled:
            x = [[c / (s or 1) for c, s in zip(p, sds)] for p in x]
        vary = [1 if scaled else s for s in sds if s > 0]
        m2 = median(vary) ** 2 if vary else 1
        self.s = [[math.inf] * n for _ in rows]
        for i in range(n):
            for j in range(i):
                differing = sum(a != b for a, b in zip(rows[i][d:-1], rows[j][d:-1]))
                self.s[i][j] = self.s[j][i] = sum((a - b) ** 2 for a, b in zip(x[i], x[j])) + m2 * differing

    def nearest(self, i, among):
        return min(among, key=lambda j: self.s[i][j])

    def rows_of(self, y):
        return [i for i, c in enumerate(self.y) if c == y]


def prune(tamis, path, categories, arguments):
    types = ",".join("k%d=text" % i for i in range(len(categories)))
    features = ["-c", "n*,k*", "--types", types] if categories else ["-c", "n*"]
    done = subprocess.run([tamis, "prune", "-q", "-t", "y"] + features + ["-s"] + shlex.split(arguments) + [path],
                          capture_output=True)
    if done.returncode:
        raise SystemExit("# %s: %s" % (arguments, done.stderr.decode()))
    return [int(row["row"]) for row in csv.DictReader(io.StringIO(done.stdout.decode(), newline=""))]


def same_rows(t, kept, dropped):
    want = [i for i in range(len(t.y)) if i not in set(dropped)]
    if kept != sorted(kept):
        return ["rows changed places"]
    if kept == want:
        return []
    return ["%d rows too many: %s; %d rows missing: %s" % (len(set(kept) - set(want)), sorted(set(kept) - set(want))[:5],
                                                          len(set(want) - set(kept)), sorted(set(want) - set(kept))[:5])]


def wilson(t, kept, k):
    """enn by the definition: any of the k nearest is of another class."""
    dropped = []
    for i, row in enumerate(t.s):
        near = sorted(range(len(row)), key=row.__getitem__)[:k]
        if t.y[i] != t.small and any(t.y[j] != t.y[i] for j in near):
            dropped.append(i)
    return same_rows(t, kept, dropped)


def condensed(t, kept):
    """All rows of the smallest class; the others are classified by what is kept of theirs; and more than one are not needed."""
    faults = []
    small = t.rows_of(t.small)
    if not set(small) <= set(kept):
        faults.append("rows of the smallest class went")
    for y in t.counts:
        mine = [i for i in kept if t.y[i] == y]
        if y == t.small:
            continue
        for i in set(t.rows_of(y)) - set(mine):
            if t.s[i][t.nearest(i, mine)] > t.s[i][t.nearest(i, small)]:
                faults.append("row %d was dropped and is misclassified" % i)
        # a row that joined was misclassified by those before it: in the order they joined, so of any two that are nearer to each
        # other than to the smallest class, one came later and would not have joined
        for i in mine:
            for j in mine:
                if i < j and t.s[i][j] < min(t.s[i][t.nearest(i, small)], t.s[j][t.nearest(j, small)]):
                    faults.append("rows %d and %d stand for each other" % (i, j))
    if len(kept) == len(t.y):
        faults.append("nothing was dropped")
    return faults


def one_sided(t, kept):
    """Some row of each class explains what is kept of it, Tomek links taken away. One class but the smallest, or this says so."""
    large = [y for y in t.counts if y != t.small]
    if len(large) > 1:
        return ["a table with two classes is needed"]
    small, mine, got = t.rows_of(t.small), t.rows_of(large[0]), set(kept)
    border = {i: t.s[i][t.nearest(i, small)] for i in mine}
    for seed in mine:
        chosen = sorted(small + [i for i in mine if i == seed or border[i] < t.s[i][seed]])
        if not got <= set(chosen):
            continue
        near = {i: t.nearest(i, chosen) for i in chosen}
        if got == {i for i in chosen if t.y[i] == t.small or not (near[near[i]] == i and t.y[near[i]] != t.y[i])}:
            return []
    return ["no row explains the %d kept" % len(kept)]


def hardness(t, kept, k):
    """As many as the smallest class has; none dropped is easier than one kept."""
    faults = []
    hard = [sum(t.y[j] != t.y[i] for j in sorted(range(len(row)), key=row.__getitem__)[:k]) for i, row in enumerate(t.s)]
    for y in t.counts:
        mine = t.rows_of(y)
        stay = [i for i in mine if i in set(kept)]
        if len(stay) != t.counts[t.small]:
            faults.append("class %s has %d rows" % (y, len(stay)))
        if y != t.small and set(mine) - set(stay):
            if max(hard[i] for i in stay) > min(hard[i] for i in set(mine) - set(stay)):
                faults.append("class %s: an easier row went" % y)
    return faults


def centroids(t, kept):
    """Each cluster's row stays: as many as wanted, and they lie nearer to the others than as many rows drawn at random do."""
    faults = []
    for y in t.counts:
        mine = t.rows_of(y)
        stay = [i for i in mine if i in set(kept)]
        if len(stay) != t.counts[t.small]:
            faults.append("class %s has %d rows" % (y, len(stay)))
        if y == t.small or len(stay) == len(mine):
            continue
        spread = sum(min(t.s[i][j] for j in stay) for i in mine if i not in set(stay))
        drawn = []
        for turn in range(20):
            some = [mine[(7919 * (turn + 1) * (j + 1)) % len(mine)] for j in range(len(stay))]
            drawn.append(sum(min(t.s[i][j] for j in some) for i in mine if i not in set(some)))
        if spread > median(drawn):
            faults.append("class %s: rows kept at random lie better: %g, %g" % (y, spread, median(drawn)))
    return faults


def main():
    tamis = os.path.abspath(sys.argv[1])
    golden = json.loads((HERE / "golden" / "prune.json").read_text())["tables"]
    tests = []
    with tempfile.TemporaryDirectory() as folder:
        for name, one in golden.items():
            table = prune_tables.GENERATED[name]() if name in prune_tables.GENERATED else prune_tables.real(name, one["rows"])
            if not table:
                tests.append((name, None))
                continue
            path = os.path.join(folder, name + ".csv")
            prune_tables.write(path, table)
            raw, scaled = Table(table), Table(table, True)
            for case, dropped in one["dropped"].items():
                quoted = shlex.join(case.replace("--only -", "--only=-").split())
                tests.append(("%s: %s" % (name, case), same_rows(raw, prune(tamis, path, table[1], quoted + " --metric raw"), dropped)))
            for metric, t in (("raw", raw), ("scaled", scaled)):
                run = lambda arguments: prune(tamis, path, table[1], "%s --metric %s" % (arguments, metric))      # noqa: E731
                tests.append(("%s: enn, %s" % (name, metric), wilson(t, run("enn"), 3)))
                tests.append(("%s: cnn, %s" % (name, metric), condensed(t, run("cnn --seed 3"))))
                if len(t.counts) == 2:
                    tests.append(("%s: oss, %s" % (name, metric), one_sided(t, run("oss --seed 3"))))
                tests.append(("%s: iht, %s" % (name, metric), hardness(t, run("iht -k 6 --seed 3"), 6)))
                tests.append(("%s: centroids, %s" % (name, metric), centroids(t, run("centroids --seed 3"))))
    print("TAP version 13\n1..%d" % len(tests))
    for i, (name, faults) in enumerate(tests):
        print("%sok %d - %s%s" % ("not " if faults else "", i + 1, name, " # SKIP not there" if faults is None else ""))
        print("".join("# %s\n" % fault for fault in (faults or [])[:5]), end="")
    return any(faults for _, faults in tests)


if __name__ == "__main__":
    sys.exit(main())
