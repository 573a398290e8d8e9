"""Tables that compare_smote.py and smote_golden.py both make: standard library, the same on every machine."""
import csv
import random

NUMBERS = {"a": 6, "b": 6, "c": 2, "n": 0}      # decimals of each
CATEGORIES = ["p", "q"]
CODES = ["k%d" % i for i in range(6)]


def write(path, names, rows):
    with open(path, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(names)
        out.writerows(rows)


def mixed(path, rows=420, seed=11):
    """Three overlapping classes; numbers, two categories, a group, some test rows."""
    r = random.Random(seed)
    table = []
    for i in range(rows):
        y = r.choices(["big", "mid", "few"], [.7, .2, .1])[0]
        at = {"big": 0, "mid": 1.2, "few": -1.0}[y]
        table.append(["%.6f" % r.gauss(at, 1), "%.6f" % r.gauss(-at, 1.5), "%.2f" % (r.expovariate(1) * 90 + 20 * at),
                      str(r.randint(5000, 5900) + int(150 * at)), r.choice(["x", "y", "z, w"]), r.choice(["u", "v"]), "g%d" % (i // 3), y,
                      "test" if r.random() < .15 else "train"])
    write(path, list(NUMBERS) + CATEGORIES + ["group", "y", "_split"], table)


def codes(path, classes, rows=500, seed=12):
    """Categories alone, with a class' own favourites; a level that only the largest class has."""
    r = random.Random(seed)
    table = []
    for _ in range(rows):
        y = r.choices(range(classes), [.7] + [.3 / (classes - 1)] * (classes - 1))[0]
        cells = [str("L%d" % min(int(abs(r.gauss(2 * y, 3 + j))), 11)) for j in range(len(CODES))]
        table.append(cells + ["class%d" % y])
    table += [["only"] * len(CODES) + ["class0"]]
    write(path, CODES + ["y"], table)


def line(path, seed=16):
    """One number, three clusters; in one so many rows of the small class that not all of their pairs are looked at."""
    r = random.Random(seed)
    table = [["%.6f" % r.uniform(0, 9), "few"] for _ in range(5000)] + [["%.6f" % r.gauss(100, 1), "few"] for _ in range(2000)]
    table += [["%.6f" % r.gauss(-100, 1), "big"] for _ in range(12000)]
    r.shuffle(table)
    write(path, ["a", "y"], table)


def blobs(path, seed=13):
    """Four clusters far apart; the small class is strong in two of them, dense in the first, and weak in another."""
    r = random.Random(seed)
    table = []
    for (x, y), many, few, spread in (((0, 0), 10, 40, 1), ((100, 0), 12, 20, 1.3), ((0, 100), 150, 3, 1), ((100, 100), 150, 0, 1)):
        for label, n in (("big", many), ("few", few)):
            table += [["%.6f" % r.gauss(x, spread), "%.6f" % r.gauss(y, spread), label] for _ in range(n)]
    r.shuffle(table)
    write(path, ["a", "b", "y"], table)
