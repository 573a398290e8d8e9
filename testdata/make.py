#!/usr/bin/env python3
"""Make demo.csv: customers of a telephone company, as a colleague might send them. The same bytes every time.

Only random() is drawn from the generator: its stream is the same in every Python 3.
"""
import math
import sys
from pathlib import Path
from random import Random

ROWS = 400
FIRST = ["Ada", "Ben", "Chloé", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "June", "Karl", "Lea", "Max", "Nia", "Otto", "Pia"]
LAST = ["Abel", "Brand", "Costa", "Dahl", "Eder", "Fox", "Grau", "Holm", "Ito", "Jung", "Klee", "Lund", "Mora", "Nord"]
CITIES = ["Bath", "Graz", "Lyon", "Oslo"]
PLANS = ["basic", "family", "pro"]


class Draw:
    def __init__(self, seed):
        self.random = Random(seed).random

    def chance(self, p):
        return self.random() < p

    def one_of(self, words, weights=None):
        x = self.random() * sum(weights or [1] * len(words))
        for word, weight in zip(words, weights or [1] * len(words)):
            x -= weight
            if x < 0:
                return word
        return words[-1]

    def normal(self, mean, sd):
        return mean + sd * math.sqrt(-2 * math.log(1 - self.random())) * math.cos(2 * math.pi * self.random())


def name_of(d):
    first, last = d.one_of(FIRST), d.one_of(LAST)
    form = d.random()
    if form < .5:
        return '"%s, %s"' % (last, first)
    if form < .6:
        return '"%s ""%s"" %s"' % (first, first[:2], last)
    if form < .63:
        return '"%s\n%s"' % (first, last)           # pasted from a cell of two lines
    return "%s %s" % (first, last)


def row_of(d, number):
    age = min(90, max(18, d.normal(44, 15)))
    income = math.exp(d.normal(10.2 + age / 200, .5))
    calls = int(-3 * math.log(1 - d.random()))
    plan = d.one_of(PLANS, [5, 3, 2])
    left = d.chance(1 / (1 + math.exp(3.3 - .25 * calls + (.8 if plan == "family" else 0) + (age - 44) / 60)))
    if d.chance(.01):
        income *= 1000                              # a slip of units
    cells = {
        "id": str(number),
        "name": name_of(d),
        "zip": "%05d" % int(d.random() * 30000),
        "age": "%d" % age,
        "income": "%.2f" % income,
        "calls": str(calls),
        "city": d.one_of(CITIES, [4, 3, 2, 1]),
        "plan": plan,
        "left": "yes" if left else "no",
    }
    if d.chance(.15 + (age > 60) * .25):            # the older ones do not say
        cells["age"] = d.one_of(["", "NA"], [3, 1])
    if d.chance(.12):
        cells["income"] = d.one_of(["", "NA", "n/a"], [4, 2, 1])
    if d.chance(.05):
        cells["calls"] = ""
    if d.chance(.08):
        cells["city"] = d.one_of(["", "NA"], [3, 1])
    elif d.chance(.03):
        cells["city"] = '"%s"' % cells["city"]
    return cells


def main():
    d = Draw(20)
    rows = [row_of(d, number) for number in range(1, ROWS + 1)]
    lines = [",".join(rows[0])] + [",".join(row.values()) for row in rows]
    for _ in range(8):                              # sent twice
        at = 1 + int(d.random() * ROWS)
        lines.insert(at + 1, lines[at])
    ends = ["\r\n" if 100 <= i < 130 else "\n" for i in range(len(lines))]      # a part came from another system
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "demo.csv"
    target.write_bytes("".join(line + end for line, end in zip(lines, ends)).encode())


if __name__ == "__main__":
    main()
