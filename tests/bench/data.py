#!/usr/bin/env python3
"""The files the benchmark works on, made from a seed: data.py FOLDER ROWS WIDE_ROWS TEXT_ROWS

With NumPy where the Python that runs this has it, which is several times as fast; the two make files alike, not the same.
"""
import itertools
import random
import sys
from pathlib import Path

try:
    import numpy
except ImportError:
    numpy = None

CITIES = ["north", "south", "east", "west", "centre"]
PIECE = 50000       # rows made at once


class Plain:
    """Draws, by the standard library."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def normal(self, n, mean, sd):
        return [self.random.gauss(mean, sd) for _ in range(n)]

    def where(self, n, p):
        return [i for i in range(n) if self.random.random() < p]

    def pick(self, pool, n):
        return self.random.choices(pool, k=n)


class Fast:
    """Draws, by NumPy."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)

    def normal(self, n, mean, sd):
        return self.random.normal(mean, sd, n).tolist()

    def where(self, n, p):
        return numpy.flatnonzero(self.random.random(n) < p).tolist()

    def pick(self, pool, n):
        return numpy.array(pool, dtype=object)[self.random.integers(0, len(pool), n)].tolist()


def draws(seed):
    return (Fast if numpy else Plain)(seed)


def printed(values, form):
    """Each value as text; one format for all of them at once costs a third of one for each."""
    return ((form + "\n") * len(values) % tuple(values)).split("\n")[:-1]


def pieces(rows):
    return [min(PIECE, rows - start) for start in range(0, rows, PIECE)]


def write_columns(f, columns):
    f.write("\n".join(map(",".join, zip(*columns))) + "\n")


def numbers_file(path, rows, quoted=False, seed=1):
    """12 columns: ten numbers with four decimals (five of them 10 % empty), a category, a label.

    `quoted`: a fifth of the cells in quotes; a fifth of the categories with a comma, a fiftieth over two lines."""
    d = draws(seed)
    with open(path, "w", newline="") as f:
        f.write(",".join("x%d" % i for i in range(10)) + ",city,label\n")
        for n in pieces(rows):
            columns = [printed(d.normal(n, 10 * j, 1 + j), "%.4f") for j in range(10)]
            for column in columns[:5]:
                for i in d.where(n, .1):
                    column[i] = ""
            columns.append(d.pick(CITIES, n))
            columns.append(["0"] * n)
            for i in d.where(n, .1):
                columns[11][i] = "1"
            if quoted:
                for column in columns:
                    for i in d.where(n, .2):
                        column[i] = '"%s"' % column[i]
                for i in d.where(n, .2):
                    columns[10][i] = '"%s, with a comma"' % columns[10][i].strip('"')
                for i in d.where(n, .02):
                    columns[10][i] = '"two\nlines"'
            write_columns(f, columns)


def tiny_file(path, seed=1):
    """Ten rows as in numbers_file, five of each label; two cities, so that any train part has seen both."""
    d = draws(seed)
    columns = [printed(d.normal(10, 10 * j, 1 + j), "%.4f") for j in range(10)] + [["north"] * 5 + ["south"] * 5, ["0", "1"] * 5]
    columns[0][3] = columns[4][7] = ""
    with open(path, "w") as f:
        f.write(",".join("x%d" % i for i in range(10)) + ",city,label\n")
        write_columns(f, columns)


def wide_file(path, rows, columns=2000, seed=2):
    """Numbers with three decimals, a fiftieth of them empty."""
    d = draws(seed)
    pool = printed(d.normal(9800, 0, 1), "%.3f") + [""] * 200
    with open(path, "w") as f:
        f.write(",".join("c%d" % i for i in range(columns)) + "\n")
        for _ in range(rows):
            f.write(",".join(d.pick(pool, columns)) + "\n")


def text_file(path, rows, length=2000, seed=3):
    """A number, a score a tenth of which is empty, and a text of `length` bytes."""
    d = draws(seed)
    letters = iter(d.pick(list("abcdefghijklmnopqrstuvwxyz"), 5000 * 9))
    words = ["".join(itertools.islice(letters, n)) for n in d.pick(list(range(2, 10)), 5000)]
    with open(path, "w") as f:
        f.write("id,score,text\n")
        for i in range(rows):
            score = "" if i % 10 == 7 else "%.2f" % (i * 7919 % 100 / 100)
            f.write("%d,%s,%s\n" % (i, score, " ".join(d.pick(words, length // 6))[:length]))


def main():
    folder = Path(sys.argv[1])
    rows, wide, text = map(int, sys.argv[2:5])
    numbers_file(folder / "numbers.csv", rows)
    numbers_file(folder / "quoted.csv", rows, quoted=True, seed=4)
    tiny_file(folder / "tiny.csv")
    wide_file(folder / "wide.csv", wide)
    text_file(folder / "text.csv", text)


if __name__ == "__main__":
    main()
