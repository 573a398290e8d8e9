"""The tables the imputation works fill, made from a seed: three hidden numbers behind all columns, a tenth of the cells away."""
import random

from data import draws, printed

LEVELS = {"colour": ["amber", "blue", "crimson", "dun", "ebony"], "size": ["large", "middling", "small"], "kept": ["no", "yes"]}


def numbers(d, rows, columns, seed):
    """Each a sum of the three hidden numbers and as much again of its own."""
    hidden = [d.normal(rows, 0, 1) for _ in range(3)]
    weights = random.Random(seed)
    found = []
    for j in range(columns):
        a, b, c = (weights.uniform(-1, 1) for _ in range(3))
        own = d.normal(rows, 10 * j, .7)
        found.append([a * x + b * y + c * z + e for x, y, z, e in zip(*hidden, own)])
    return hidden, found


def mixed(d, rows, seed):
    """Seven numbers, three of them bent, and three categories of 5, 3 and 2 levels: slices of hidden numbers and some noise."""
    hidden, found = numbers(d, rows, 7, seed)
    found[1] = [x * x - x * y for x, y in zip(hidden[0], hidden[1])]
    found[4] = [abs(x + e) for x, e in zip(hidden[2], d.normal(rows, 0, .3))]
    found[6] = [2.718281828 ** (.5 * x + .3 * e) for x, e in zip(hidden[1], d.normal(rows, 0, 1))]
    columns = {"x%d" % j: printed(found[j], "%.6f") for j in range(7)}
    for i, (name, levels) in enumerate(LEVELS.items()):
        score = [x + .4 * e for x, e in zip(hidden[i], d.normal(rows, 0, 1))]
        edges = sorted(score)
        cuts = [edges[rows * (n + 1) // len(levels)] for n in range(len(levels) - 1)]
        columns[name] = [levels[sum(x >= cut for cut in cuts)] for x in score]
    return columns


def write(path, columns):
    with open(path, "w") as f:
        f.write(",".join(columns) + "\n")
        f.write("\n".join(map(",".join, zip(*columns.values()))) + "\n")


def make(folder, name, rows, width, categories=False, share=.1):
    """FOLDER/NAME.csv with its holes, FOLDER/NAME.full.csv without. No row loses all."""
    seed = rows + width
    d = draws(seed)
    if categories:
        columns = mixed(d, rows, seed)
    else:
        columns = {"x%d" % j: printed(v, "%.6f") for j, v in enumerate(numbers(d, rows, width, seed)[1])}
    write(folder / (name + ".full.csv"), columns)
    last = len(columns) - 1
    for j, cells in enumerate(columns.values()):
        for i in d.where(rows, share):
            if i % (last + 1) != j:         # one cell of each row is never taken
                cells[i] = ""
    write(folder / (name + ".csv"), columns)
