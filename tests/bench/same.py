"""Whether two programs gave the same answer, read from the files they wrote."""
import collections
import csv
import itertools
import math
import os
import sys

csv.field_size_limit(sys.maxsize)
WHOLE = 30000000    # bytes; of a larger file not every row's numbers are compared, but every row's shape
MISSING = ("", "nan", "NULL", "null", "NA")
FEW = 20            # as many different values, or fewer, are counted


def rows_of(f):
    return (row for row in csv.reader(f) if row)


def same_cell(x, y, tolerance):
    if x == y or (x in MISSING and y in MISSING):
        return True
    try:
        return math.isclose(float(x), float(y), rel_tol=tolerance, abs_tol=tolerance)
    except ValueError:
        return False


def differ(ours, theirs, tolerance=1e-9):
    """Cell by cell: the same text, or the same number; missing is missing however it is written. None, or what differs."""
    step = 1 + os.path.getsize(ours) // WHOLE
    with open(ours, newline="") as f, open(theirs, newline="") as g:
        for i, (a, b) in enumerate(itertools.zip_longest(rows_of(f), rows_of(g))):
            if a is None or b is None:
                return "one has only %d rows" % i
            if len(a) != len(b):
                return "row %d: %d cells against %d" % (i, len(a), len(b))
            if i % step or a == b:
                continue
            for x, y in zip(a, b):
                if not same_cell(x, y, tolerance):
                    return "row %d: %r against %r" % (i, x, y)
    return None


def summary(path):
    """For each column: the counts of its values if there are few, else how many numbers, their mean and their deviation."""
    with open(path, newline="") as f:
        rows = rows_of(f)
        names = next(rows)
        columns = list(zip(*rows))
    found = {}
    for name, cells in zip(names, columns):
        try:
            numbers = [float(x) for x in cells if x not in MISSING]
        except ValueError:
            numbers = None
        counts = collections.Counter(cells if numbers is None else numbers)
        if numbers is None or len(counts) <= FEW:
            found[name] = counts
        else:
            mean = math.fsum(numbers) / len(numbers)
            deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / len(numbers))
            found[name] = (len(numbers), mean, deviation)
    return found


def unlike(ours, theirs, tolerance=.03):
    """For works that draw, where no two programs draw alike: the same columns, as many rows, the same counts of labels (up to
    two of them where a share is rounded), means and deviations as near as draws are. None, or what differs."""
    a, b = summary(ours), summary(theirs)
    if set(a) != set(b):
        return "columns differ: %s" % ", ".join(sorted(set(a) ^ set(b)))
    for name in a:
        if isinstance(a[name], collections.Counter) and isinstance(b[name], collections.Counter):
            counts, others = sorted(a[name].items()), sorted(b[name].items())
            if len(counts) != len(others) or any(abs(n - m) > 2 or not same_cell(str(x), str(y), 1e-4)
                                                 for (x, n), (y, m) in zip(counts, others)):
                return "%s: %s against %s" % (name, counts[:4], others[:4])
        elif isinstance(a[name], collections.Counter) or isinstance(b[name], collections.Counter) or a[name][0] != b[name][0] \
                or abs(a[name][1] - b[name][1]) > tolerance * a[name][2] or abs(a[name][2] / b[name][2] - 1) > tolerance:
            return "%s: %s against %s" % (name, a[name], b[name])
    return None


def untold(ours, theirs, tolerance=1e-9):
    """Lines of column, measure, value: all that the other says is said here, and is the same. None, or what is not."""
    def lines(path):
        with open(path, newline="") as f:
            return {tuple(row[:2]): row[2] for row in rows_of(f)}
    a, b = lines(ours), lines(theirs)
    if len(b) < 10:
        return "the other says nothing"
    for key, value in b.items():
        if key not in a or not same_cell(a[key], value, tolerance):
            return "%s: %s against %s" % (",".join(key), a.get(key), value)
    return None


# -- imputation: what was filled in where there were holes ------------------------------------------------------------------------

def table(path):
    """{name: cells}"""
    with open(path, newline="") as f:
        rows = rows_of(f)
        names = next(rows)
        return dict(zip(names, zip(*rows)))


def numeric(cells):
    try:
        return [float(x) for x in cells if x not in MISSING]
    except ValueError:
        return None


def deviation(numbers):
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / len(numbers))


def filled(holes, path):
    """For each column with holes: (its name, its observed cells, what stands where they were). A file may be several copies of the
    table, one below the other or, where `_imputation` numbers them, each row's together."""
    before, after = table(holes), table(path)
    together = "_imputation" in after
    for name, cells in before.items():
        where = [i for i, x in enumerate(cells) if x in MISSING]
        copies = len(after[name]) // len(cells)
        if where:
            yield name, [x for x in cells if x not in MISSING], [
                after[name][i * copies + c if together else c * len(cells) + i] for c in range(copies) for i in where]


def filled_apart(holes, ours, theirs):
    """The most that two answers differ, in standard deviations of the column's observed cells."""
    most = 0
    for (_, observed, a), (_, _, b) in zip(filled(holes, ours), filled(holes, theirs)):
        a, b = list(map(float, a)), list(map(float, b))
        most = max(most, max(abs(x - y) for x, y in zip(a, b)) / deviation(numeric(observed))) if len(a) == len(b) else math.inf
    return most


def filled_draws(holes, ours, theirs):
    """The most that means differ (in standard deviations) and that deviations do (as a share), of what was filled in; and the
    fewest holes a column has."""
    mean, spread, fewest = 0, 0, math.inf
    for (_, observed, a), (_, _, b) in zip(filled(holes, ours), filled(holes, theirs)):
        if len(a) != len(b) or "" in a:
            return math.inf, math.inf, 1
        a, b = numeric(a), numeric(b)
        mean = max(mean, abs(math.fsum(a) - math.fsum(b)) / len(a) / deviation(numeric(observed)))
        spread = max(spread, abs(deviation(a) / deviation(b) - 1))
        fewest = min(fewest, len(a))
    return mean, spread, fewest


def filled_errors(holes, full, path):
    """(NRMSE: the root mean square error in standard deviations, over the numeric columns; the share of wrong levels)"""
    errors, wrong, levels = [], 0, 0
    for (_, observed, truth), (_, _, cells) in zip(filled(holes, full), filled(holes, path)):
        if numeric(observed) is None:
            wrong += sum(x != y for x, y in zip(truth, cells))
            levels += len(truth)
        else:
            pairs = list(zip(map(float, truth), map(float, cells)))
            errors.append(math.fsum((x - y) ** 2 for x, y in pairs) / len(pairs) / deviation(numeric(observed)) ** 2)
    return math.sqrt(math.fsum(errors) / len(errors)), wrong / max(levels, 1)


# -- imbalance: what rows there are where rows were drawn --------------------------------------------------------------------

def resampled(ours, theirs, label, rare):
    """(the most that counts of labels differ, as a share; of the rare label's rows, the most that a column differs: means in
    deviations, deviations as a share, the share of rows that have another level)"""
    a, b = table(ours), table(theirs)
    if list(a) != list(b):
        return math.inf, math.inf
    counts, others = collections.Counter(a[label]), collections.Counter(b[label])
    count = max(abs(counts[x] / others[x] - 1) if others[x] else math.inf for x in counts | others)
    apart = 0
    for name in a:
        x, y = ([cell for cell, its in zip(t[name], t[label]) if its == rare] for t in (a, b))
        numbers = numeric(x), numeric(y)
        if name == label:
            continue
        if None in numbers:
            levels, its = collections.Counter(x), collections.Counter(y)
            apart = max(apart, sum(abs(levels[v] / len(x) - its[v] / len(y)) for v in levels | its) / 2)
        else:
            (n, d), (m, e) = ((math.fsum(v) / len(v), deviation(v)) for v in numbers)
            apart = max(apart, abs(n - m) / e, abs(d / e - 1))
    return count, apart
