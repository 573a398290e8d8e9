"""The tables that prune.py and compare_prune.py work on: made of seeds, without ties or duplicates; and parts of real ones.

A table is (columns, categories, rows): names of number columns, names of category columns, rows of texts, the class last.
"""
import csv
import random
from pathlib import Path

SHARED = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "data"


def two_clouds(seed, n, share, d, gap):
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        small = r.random() < share
        rows.append(["%.6f" % r.gauss(gap if small and j < 2 else 0, 1) for j in range(d)] + ["yes" if small else "no"])
    return ["x%d" % j for j in range(d)], [], rows


def three_clouds(seed, n):
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        y = r.choices("cab", [.6, .28, .12])[0]
        at = {"a": (0, 0), "b": (1.2, .4), "c": (.3, 1.5)}[y]
        rows.append(["%.6f" % r.gauss(m, .8) for m in at] + ["%.7f" % r.lognormvariate(0, 1), y])
    return ["x0", "x1", "x2"], [], rows


def many_classes(seed, n, classes):
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        y = min(int(r.expovariate(.5)), classes - 1)
        rows.append(["%.6f" % r.gauss(y % 3, 1), "%.6f" % r.gauss(y // 3, 1), "k%d" % y])
    return ["x0", "x1"], [], rows


def moons(seed, n):
    r = random.Random(seed)
    rows = []
    for i in range(n):
        u, v = r.random(), r.random()
        small = r.random() < .3
        x = 3 * u + (1.5 if small else 0)
        y = 4 * u * (1 - u) * (-1 if small else 1) + (.6 if small else 0) + r.gauss(0, .35)
        rows.append(["%.6f" % (100 * x + r.gauss(0, 25)), "%.6f" % y, "%.6f" % v, "1" if small else "0"])
    return ["x0", "x1", "x2"], [], rows


def with_categories(seed, n, numbers, categories):
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        small = r.random() < .2
        cells = ["%.6f" % r.gauss(.9 if small else 0, 1 + j) for j in range(numbers)]
        cells += [r.choices("pqr st", [1, 2, 3 if small else 1, 1, 1, 2])[0].replace(" ", "o") for _ in range(categories)]
        rows.append(cells + ["rare" if small else "usual"])
    return ["x%d" % j for j in range(numbers)], ["c%d" % j for j in range(categories)], rows


GENERATED = {
    "clouds": lambda: two_clouds(1, 600, .12, 4, 1.2),
    "wide": lambda: two_clouds(2, 500, .2, 15, 1.5),
    "even": lambda: two_clouds(3, 400, .45, 2, 1),
    "three": lambda: three_clouds(4, 600),
    "many": lambda: many_classes(5, 700, 7),
    "moons": lambda: moons(6, 500),
    "mixed": lambda: with_categories(7, 500, 4, 2),
    "mostly-categories": lambda: with_categories(8, 400, 2, 5),
}
# the columns of real tables, and which rows of them prune.py chooses from
REAL = {
    "pima": ("pima.csv", "diabetes", None, slice(0, 500)),
    "mammography": ("mammography.csv", "class", None, slice(0, 11000, 9)),
    "german-credit": ("german-credit.csv", "risk", ["duration", "amount", "age"], slice(0, 600)),
}


def real(name, chosen=None):
    """None where the file is absent. `chosen`: the rows of the part that count, or all."""
    file, target, numbers, part = REAL[name]
    path = SHARED / file
    if not path.exists():
        return None
    with open(path, newline="") as f:
        table = list(csv.DictReader(f))[part]
    names = [c for c in table[0] if c != target]
    numbers = numbers or names
    categories = [c for c in names if c not in numbers]
    rows = [[row[c] for c in numbers + categories] + [row[target]] for row in table]
    return numbers, categories, [rows[i] for i in chosen] if chosen is not None else rows


def write(path, table):
    numbers, categories, rows = table
    with open(path, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["row"] + ["n%d" % i for i in range(len(numbers))] + ["k%d" % i for i in range(len(categories))] + ["y"])
        for i, row in enumerate(rows):
            out.writerow([i] + row)
