"""The tables that `impute -s knn` is tried on: made, or found in ../shared/data beside the repository, with holes made in them.

Standard library alone, so that knn.py (which has scikit-learn) and compare_knn.py (which has not) make the same ones.
"""
import csv
import random
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT.parent / "shared" / "data"
# how a case is named, and what that is on the command line
OPTIONS = {"uniform": [], "distance": ["--weights", "distance"], "median": ["--average", "median", "-k", "5"]}
SHARES = [5, 30, 60]
MISSING = {"", "NA", "?"}
# file -> numeric columns, further columns for Gower's distance
REAL = {
    "titanic": (["Pclass", "Age", "SibSp", "Parch", "Fare"], ["Sex", "Embarked"]),
    "pima": (["pregnancies", "glucose", "blood_pressure", "skin_thickness", "insulin", "bmi", "pedigree", "age"], []),
    "mammography": (None, []),
    "german-credit": (["duration", "amount", "age", "installment_rate", "residence_since", "existing_credits"],
                      ["checking", "credit_history", "purpose", "housing"]),
    "horse-colic": (["rectal_temp", "pulse", "respiratory_rate", "packed_cell_volume", "total_protein"],
                    ["surgery", "age", "pain", "mucous_membranes"]),
    "penguins": (["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"], ["island", "sex"]),
}
MADE = {"spread": (8, 0), "thread": (6, 0), "rounded": (5, 0), "scales": (5, 0), "mixed": (4, 3)}


def made(name):
    """Rows of text: spread in all directions, along a curve, on a grid, of very different sizes, with categories."""
    d, c = MADE[name]
    r = random.Random(name)
    rows = []
    for _ in range(420):
        t = r.random()
        x = []
        for j in range(d):
            if name == "spread":
                v = r.gauss(0, 1 + j)
            elif name == "thread":
                v = (t - .1 * j) ** 2 * 10 + r.gauss(0, .01)
            elif name == "rounded":
                v = round(r.gauss(0, 2))
            elif name == "scales":
                v = r.gauss(0, 1) * 10.0 ** (3 * j - 6) + (1e6 if j == 4 else 0)
            else:
                v = t * 10 + r.gauss(0, 1)
            x.append(repr(v))
        x += ["abcd"[min(3, max(0, int(t * 4 + r.gauss(0, .7))))] + str(j) for j in range(c)]
        rows.append(x)
    return ["n%d" % j for j in range(d)] + ["c%d" % j for j in range(c)], rows, d


def real(name, gower):
    """None where the file is not there."""
    path = DATA / (name + ".csv")
    if not path.exists():
        return None
    with open(path, newline="", encoding="utf-8") as f:
        table = list(csv.reader(f))
    numbers, words = REAL[name]
    numbers = numbers or [c for c in table[0] if c != "class"]
    names = numbers + (words if gower else [])
    at = [table[0].index(n) for n in names]
    # "k1", so that a code is not taken for a number
    rows = [["" if row[i] in MISSING else row[i] if j < len(numbers) else "k" + row[i] for j, i in enumerate(at)]
            for row in table[1:]]
    random.Random(name).shuffle(rows)
    return names, rows[:3000], len(numbers)


def table(name, share, gower):
    """(names, train rows, new rows, how many columns are numbers): cells as text, "" missing. None: no such file."""
    found = made(name) if name in MADE else real(name, gower)
    if found is None:
        return None
    names, rows, d = found
    r = random.Random("%s %d" % (name, share))
    for i, row in enumerate(rows):
        # every tenth row loses neighbouring columns together
        start = r.randrange(len(row)) if i % 10 == 0 else len(row)
        for j in range(len(row)):
            if r.random() * 100 < share or start <= j < start + 2:
                row[j] = ""
    rows[3] = [""] * len(names)
    cut = len(rows) * 2 // 3
    rows[cut + 3] = [""] * len(names)
    return names, rows[:cut], rows[cut:], d


def text(names, rows):
    return "\n".join(",".join(row) for row in [names] + rows) + "\n"
