"""The tables that profile is compared on, made again the same way each time by nothing but the standard library."""
import random


def numbers(seed, n, holes=.1):
    r = random.Random(seed)
    rows = []
    for i in range(n):
        a, b = r.gauss(0, 1), r.gauss(0, 1)
        row = ["%.4f" % a, "%.3f" % (1e6 + a + b), "%d" % (r.random() * 5), "%.6g" % (10 ** r.uniform(-8, 8)),
               "%.2f" % (a * 3 - b), "7", "%d" % (1700000000 + 1000 * i), "%s" % r.choice(["red", "green", "blue", "blue"]),
               "%.3f" % r.lognormvariate(0, 2), "%d" % r.choice([-2, 0, 0, 1])]
        rows.append(["" if r.random() < holes and k not in (5, 6) else v for k, v in enumerate(row)])
    for i in range(n // 20):
        rows.append(list(rows[r.randrange(n)]))
    return ["small", "far", "few", "wide", "mixed", "constant", "time", "colour", "tail", "sign"], rows


TABLES = {"hundred": numbers(1, 100), "thousand": numbers(2, 1000), "three": numbers(3, 3, 0), "holes": numbers(4, 400, .6),
          "many": numbers(5, 20000)}


def text(name):
    header, rows = TABLES[name]
    return "".join(",".join(row) + "\n" for row in [header] + rows)
