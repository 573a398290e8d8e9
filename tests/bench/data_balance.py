"""The tables the imbalance works resample, made from a seed: two classes, normal and overlapping."""
from data import draws, pieces, printed

CATEGORIES, LEVELS = 5, 50
SHIFT = 1       # the rare class's mean in each of its first three numbers, in standard deviations


def levels(d, n, rare):
    """Level i of 50 about as often as 1 / (i + 1); the rare class leans to the other end."""
    pool = [("v%02d" % (LEVELS - 1 - i if rare else i)) for i in range(LEVELS) for _ in range(LEVELS // (i + 1))]
    return d.pick(pool, n)


def class_columns(d, n, label, categories):
    rare = label == "1"
    columns = [printed(d.normal(n, SHIFT if rare and j < 3 else 0, 1), "%.4f") for j in range(10)]
    common = [levels(d, n, False) for _ in range(categories)]
    if rare:    # two in three of its rows are as the others'
        for column in common:
            own = levels(d, n, True)
            for i in d.where(n, 1 / 3):
                column[i] = own[i]
    return columns + common + [[label] * n]


def make(folder, name, rows, share, categories=0):
    """FOLDER/NAME.csv: ten numbers with four decimals, categories of fifty levels, a label that is 1 in each 1/share-th row."""
    d, step = draws(rows + categories), round(1 / share)
    with open(folder / (name + ".csv"), "w") as f:
        f.write(",".join(["x%d" % j for j in range(10)] + ["c%d" % j for j in range(categories)] + ["label"]) + "\n")
        at = 0
        for n in pieces(rows):
            rare = [i for i in range(n) if (at + i) % step == 0]
            columns = class_columns(d, n, "0", categories)
            for column, cells in zip(columns, class_columns(d, len(rare), "1", categories)):
                for i, cell in zip(rare, cells):
                    column[i] = cell
            f.write("\n".join(map(",".join, zip(*columns))) + "\n")
            at += n
