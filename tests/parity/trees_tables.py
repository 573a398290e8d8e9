"""Tables of which one column has holes, and what belongs there: Friedman's function (1991), with noise, as a number or cut into
classes. From Python's own generator, so that they need not be kept.
"""
import bisect
import math
import random

KINDS = ("number", "two", "four")
SEEDS = range(3)
ROWS = 1500
WIDE = 8


def table(kind, seed):
    """Rows of predictors, the column, and which of its cells are holes."""
    draw = random.Random(1000 * seed + KINDS.index(kind))
    rows, column, holes = [], [], []
    for _ in range(ROWS):
        x = [draw.random() for _ in range(WIDE)]
        y = 10 * math.sin(math.pi * x[0] * x[1]) + 20 * (x[2] - .5) ** 2 + 10 * x[3] + 5 * x[4]
        y += draw.gauss(0, 1 if kind == "number" else 2)
        cuts = {"number": None, "two": [14.4], "four": [11, 14.4, 18]}[kind]
        rows.append(x)
        column.append(y if cuts is None else "abcd"[bisect.bisect(cuts, y)])
        holes.append(draw.random() < .3)
    return rows, column, holes


def error(kind, filled, truth):
    """Normalised root mean squared error, or the share of wrong classes."""
    n = len(truth)
    if kind != "number":
        return sum(a != b for a, b in zip(filled, truth)) / n
    mean = sum(truth) / n
    return math.sqrt(sum((a - b) ** 2 for a, b in zip(filled, truth)) / sum((b - mean) ** 2 for b in truth))
