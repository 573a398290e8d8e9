#!/usr/bin/env python3
"""Golden rows kept by imbalanced-learn: writes golden/prune.json.

Run by hand, with a Python that has imbalanced-learn (0.14 made the file that is checked in): python3 tests/parity/prune.py
The comparison, compare_prune.py, needs nothing but the standard library.

Categories are given to it one-hot, each 1 as m / sqrt(2), m the median of the numbers' standard deviations (ddof 0): two rows
that differ in a category are then m^2 farther apart in squares, which is what tamis counts, and SMOTE-NC. Real tables
lose rows until none has two neighbours equally far among its nearest: what imbalanced-learn does with ties is not defined.

Three are held to a search of all rows of their definition instead, and why is shown here:

- ncr. imbalanced-learn asks KNeighborsClassifier.predict() about rows it was fitted on, so that a row of the smallest class has
  a vote on itself. Laurikkala (2001) has Wilson's neighbours, without the row. brute_ncr() with that vote gives
  imbalanced-learn's rows, which is checked on every table; without, the golden ones.
- cnn. imbalanced-learn's is random, and it mixes two ways to count: positions among the rows of a class are looked up among row
  numbers of the table, so that it skips rows never looked at. broken() counts tables on which a row it dropped is
  misclassified by what it kept; Hart's rule leaves none. compare_prune.py checks that of tamis.
- oss is random too, in one row. brute_oss() with the row imbalanced-learn drew gives its rows, which is checked here;
  compare_prune.py checks that some row explains what tamis kept.
"""
import json
import re
import warnings
from collections import Counter
from pathlib import Path

import imblearn
import numpy
from imblearn import under_sampling as us

import prune_tables

HERE = Path(__file__).resolve().parent


def points(table):
    numbers, categories, rows = table
    x = numpy.array([[float(c) for c in row[:len(numbers)]] for row in rows])
    if categories:
        sds = x.std(axis=0)
        m = numpy.median(sds[sds > 0])
        for j in range(len(categories)):
            cells = numpy.array([row[len(numbers) + j] for row in rows])
            x = numpy.hstack([x] + [(cells == v)[:, None] * (m / numpy.sqrt(2)) for v in sorted(set(cells))])
    labels = sorted({row[-1] for row in rows})
    return x, numpy.array([labels.index(row[-1]) for row in rows])      # its kind_sel="mode" takes no texts


def squares(x):
    s = numpy.array([((x - row) ** 2).sum(axis=1) for row in x])
    numpy.fill_diagonal(s, numpy.inf)
    return s


def without_ties(table, look=9):
    rows = list(range(len(table[2])))
    while True:
        x, y = points((table[0], table[1], [table[2][i] for i in rows]))
        near = numpy.sort(squares(x), axis=1)[:, :look]
        near_class = [numpy.sort(squares(x)[:, y == c], axis=1)[:, :look] for c in set(y)]
        bad = set()
        for n in [near] + near_class:
            with numpy.errstate(invalid="ignore"):
                bad |= set(numpy.flatnonzero((numpy.diff(n, axis=1) <= 1e-9 * n[:, 1:]).any(axis=1)))
        if not bad:
            return rows
        rows = [r for i, r in enumerate(rows) if i not in set(sorted(bad)[::2])]


def brute_ncr(x, y, k, self_votes):
    s = squares(x)
    order = numpy.argsort(s, axis=1, kind="stable")
    small = min(sorted(set(y)), key=Counter(y).get)
    
    def mode(labels):
        return min(set(labels), key=lambda c: (-list(labels).count(c), c))
    gone = {i for i in range(len(y)) if y[i] != small and mode(y[order[i][:k]]) != y[i]}
    for i in numpy.flatnonzero(y == small):
        vote = [y[i]] + list(y[order[i][:k - 1]]) if self_votes else y[order[i][:k]]
        if mode(vote) != small:
            gone |= {int(j) for j in order[i][:k] if y[j] != small}
    return sorted(set(range(len(y))) - gone)


def brute_oss(x, y, seeds):
    s = squares(x)
    small = min(sorted(set(y)), key=Counter(y).get)
    kept = {int(i) for i in numpy.flatnonzero(y == small)}
    for c, seed in seeds.items():
        kept |= {int(i) for i in numpy.flatnonzero(y == c) if i == seed or s[i][y == small].min() < s[i][seed]}
    rows = sorted(kept)
    near = {i: rows[int(numpy.argmin(s[i][rows]))] for i in rows}
    return [i for i in rows if y[i] == small or not (near[near[i]] == i and y[near[i]] != y[i])]


def broken(x, y, kept):
    s = squares(x)
    small = min(sorted(set(y)), key=Counter(y).get)
    wrong = 0
    for c in set(y) - {small}:
        mine = [i for i in kept if y[i] == c]
        wrong += sum(s[i][mine].min() > s[i][y == small].min() for i in numpy.flatnonzero(y == c) if i not in mine)
    return wrong


def kept(sampler, x, y):
    sampler.fit_resample(x, y)
    return sorted(int(i) for i in sampler.sample_indices_)


def main():
    warnings.simplefilter("ignore")
    golden = {"imbalanced-learn": imblearn.__version__, "tables": {}}
    mistakes = []
    for name in list(prune_tables.GENERATED) + list(prune_tables.REAL):
        chosen = None
        if name in prune_tables.REAL:
            table = prune_tables.real(name)
            if not table:
                raise SystemExit("%s is not there" % name)
            chosen = without_ties(table)
            table = prune_tables.real(name, chosen)
        else:
            table = prune_tables.GENERATED[name]()
        x, y = points(table)
        small = min(sorted(set(y)), key=Counter(y).get)
        largest = max(sorted(set(y)), key=Counter(y).get)
        half = {c: min(n, round(2 * Counter(y)[small])) for c, n in Counter(y).items() if c != small}
        cases = {
            "tomek": us.TomekLinks(),
            "tomek --only *": us.TomekLinks(sampling_strategy="all"),
            "tomek --only %s" % sorted({row[-1] for row in table[2]})[largest]: us.TomekLinks(sampling_strategy=[largest]),
            "enn": us.EditedNearestNeighbours(),
            "enn --kind mode": us.EditedNearestNeighbours(kind_sel="mode"),
            "enn -k 4 --kind mode": us.EditedNearestNeighbours(n_neighbors=4, kind_sel="mode"),    # votes that tie
            "enn -k 5 --kind mode --only *": us.EditedNearestNeighbours(n_neighbors=5, kind_sel="mode", sampling_strategy="all"),
            "renn": us.RepeatedEditedNearestNeighbours(),
            "renn --kind mode": us.RepeatedEditedNearestNeighbours(kind_sel="mode"),
            "allknn": us.AllKNN(),
            "allknn -k 5 --kind mode": us.AllKNN(n_neighbors=5, kind_sel="mode"),
            "nearmiss1": us.NearMiss(version=1),
            "nearmiss1 -k 5 --ratio .5": us.NearMiss(version=1, n_neighbors=5, sampling_strategy=half),
            "nearmiss2": us.NearMiss(version=2),
            "nearmiss2 -k 7 --ratio .5": us.NearMiss(version=2, n_neighbors=7, sampling_strategy=half),
            "nearmiss3": us.NearMiss(version=3),
            "nearmiss3 -k 4": us.NearMiss(version=3, n_neighbors=4, n_neighbors_ver3=4),
        }
        if 2 * Counter(y)[small] >= Counter(y)[largest]:
            cases = {case: sampler for case, sampler in cases.items() if "--ratio" not in case}     # nothing to remove
        one = golden["tables"][name] = {"rows": chosen, "dropped": {}}
        for case, sampler in cases.items():
            stay = set(kept(sampler, x, y))
            one["dropped"][case] = [i for i in range(len(y)) if i not in stay]
        for k in (3, 5):
            theirs = kept(us.NeighbourhoodCleaningRule(n_neighbors=k), x, y)
            assert theirs == brute_ncr(x, y, k, True), name
            stay = set(brute_ncr(x, y, k, False))
            one["dropped"]["ncr -k %d" % k] = [i for i in range(len(y)) if i not in stay]
        cnn, oss = us.CondensedNearestNeighbour(random_state=1), us.OneSidedSelection(random_state=1)
        mistakes.append(broken(x, y, kept(cnn, x, y)))
        random = numpy.random.RandomState(1)
        seeds = {}
        for c in sorted(set(y)):
            if c != small:
                members = numpy.flatnonzero(y == c)
                seeds[c] = int(members[random.randint(low=0, high=len(members), size=1)][0])
        assert kept(oss, x, y) == brute_oss(x, y, seeds), name
    print("rows that imbalanced-learn's CNN drops and misclassifies, a table each:", mistakes)
    assert sum(mistakes) > 0
    text = json.dumps(golden, indent=1, sort_keys=True)
    text = re.sub(r"\[[\d,\s]*\]", lambda m: "[" + re.sub(r"\s+", " ", m.group()[1:-1].strip()) + "]", text)
    (HERE / "golden" / "prune.json").write_text(text + "\n")


main()
