"""The tables of imbalance.py: means over the ten test halves, with intervals, and differences from doing nothing.

Test halves of repeated folds share rows, and so do their train halves; the spread over them is too small by itself. Intervals
are those of Nadeau & Bengio 2003: mean +- t(.975, n - 1) sd sqrt(1/n + 1), 1 being the test rows for each train row.
"""
import math

import pandas as pd
from scipy.stats import t

import imbalance_sets

BLOCK = ["set", "learner"]
UNIT = ["set", "learner", "repeat", "fold"]
RANKING = ["average precision", "ROC AUC", "Brier"]
MEASURES = RANKING + [m + ", " + d for m in ["G-mean", "cost"] for d in [".5", "costs", "best"]]
LOWER_IS_BETTER = {"Brier", "cost"}
# where the costs are in the rows or weights already, .5 is the decision they are for; where a formula leads back, or nothing
# has been done, that of the costs; else nothing but held-out rows can tell
RIGHT = {"nothing": "costs", "weigh cost": ".5", "cost": ".5", "costing": ".5", "under, undone": "costs"}


ABOUT = """Made by `tests/quality/imbalance.py`; do not edit. What follows from it is in [One positive in a hundred](one-in-a-hundred.md).

Five times two stratified folds. tamis changes the train half alone; logistic regression and gradient-boosted trees of
scikit-learn (numbers standardised, categories one-hot; 40 trees of 15 leaves) learn from it and score the test half, as it was.
Missing cells get the median of the train half. No method was tuned: every one is as it comes, at its default options.

- Methods: `nothing`; `weigh` balanced and by cost; `sample -s` under (`undone`: its scores put right by `decide --undo`), over,
  cost, costing (10 samples, mean of the scores); `smote` of the kind for the columns (plain: numbers; nc: both; n: categories
  alone), the other kinds, and `smote then prune --only '*'` by enn and by tomek. Kinds that need numbers fail on `levels`.
- Decisions by `tamis decide`: `.5`; `costs`, the threshold that costs give, 1 / (1 + cost); `best`, the cheapest on scores of the
  train half from two folds within it, resampled each by itself. Where costs are in the rows or weights already (`weigh cost`,
  `cost`, `costing`), `costs` counts them twice and `.5` is right. After the others, but for `nothing` and `under, undone`, `decide`
  has no formula, and `best` is what is left. These are the "right" decisions of the last column.
- `all` leaves out `under, undone`: it ranks rows as `under` does, and is no balanced model any more.
- Cost is that of 100 rows, where a false alarm costs 1.
"""


def tables_there(names):
    rows = []
    for name in names:
        loaded = imbalance_sets.load(name)
        if loaded:
            table, cost = loaded
            yes = (table["y"] == "yes").sum()
            rows.append([name, str(len(table)), str(table.shape[1] - 1), str(yes), "%.1f %%" % (100 * yes / len(table)), str(cost),
                         "%.1f" % (100 * cost * yes / len(table)), "%.1f" % (100 - 100 * yes / len(table))])
    return rows


def half(values):
    n = len(values)
    return t.ppf(.975, n - 1) * values.std() * math.sqrt(1 / n + 1) if n > 1 else math.nan


def shown(values, digits):
    if values.isna().all():
        return "fails"
    had = values.dropna()
    few = " (%d of %d)" % (len(had), len(values)) if len(had) < len(values) else ""
    return "%.*f ± %.*f%s" % (digits, had.mean(), digits, half(had), few)


def markdown(header, rows, out):
    out.append("| " + " | ".join(header) + " |")
    out.append("| --- |" + " ---: |" * (len(header) - 1))
    out.extend("| " + " | ".join(r) + " |" for r in rows)
    out.append("")


def digits(measure):
    return 1 if measure.startswith("cost") else 4 if measure == "Brier" else 3


def verdict(of, nothing, measure):
    """+ better than nothing beyond the interval, - worse, 0 neither; None: not to be had."""
    d = (of - nothing).dropna()
    if not len(d):
        return None
    if measure.split(",")[0] in LOWER_IS_BETTER:
        d = -d
    return "+" if d.mean() > half(d) else "-" if d.mean() < -half(d) else "0"


def counts(wide, learner, methods, pairs):
    """Rows 'better/no difference/worse' over the sets. pairs: (measure of the method, measure of nothing)."""
    for method in methods:
        row = [method]
        for ours, theirs in pairs:
            if callable(ours):
                mine, base = ours(method), theirs
            else:
                mine, base = ours, theirs
            found = []
            for name in wide.index.unique("set"):
                block = wide.loc[(name, learner)]
                if (method in block.index.unique("method")):
                    found.append(verdict(block.xs(method, level="method")[mine], block.xs("nothing", level="method")[base], mine))
            found = [f for f in found if f]
            row.append("%d / %d / %d" % tuple(found.count(s) for s in "+0-") if found else "fails")
        yield row


def total(rows):
    """The sum of each column over the methods."""
    cells = [[[int(n) for n in c.split("/")] for c in column if "/" in c] for column in list(zip(*rows))[1:]]
    return ["all"] + [" / ".join(str(sum(c[i] for c in column)) for i in range(3)) for column in cells]


def moved(wide, learner):
    """Nothing done but the threshold moved, against .5."""
    found = []
    for name in wide.index.unique("set"):
        own = wide.loc[(name, learner)].xs("nothing", level="method")
        found.append(verdict(own["cost, costs"], own["cost, .5"].rename("cost, costs"), "cost"))
    return "%s: of `nothing` alone, the threshold that costs give costs less than .5 / is no different / costs more on %s sets." % (
        learner.capitalize(), " / ".join(str(found.count(s)) for s in "+0-"))


def summary(wide, methods):
    others = [m for m in methods if m != "nothing"]
    out = []
    for learner in wide.index.unique("learner"):
        out += [moved(wide, learner), "", "%s: sets where it is better than nothing / no different / worse." % learner.capitalize(), ""]
        pairs = [(m, m) for m in RANKING] + [("G-mean, .5", "G-mean, .5"), ("cost, .5", "cost, .5"), ("cost, .5", "cost, costs"),
                                            ("cost, best", "cost, best"), (lambda m: "cost, " + RIGHT.get(m, "best"), "cost, costs")]
        head = ["method", *RANKING, "G-mean, .5", "cost, both at .5", "cost, at .5 against nothing by costs", "cost, both at best",
                "cost, its right decision against nothing by costs"]
        rows = list(counts(wide, learner, others, pairs))
        markdown(head, rows + [total([r for r in rows if r[0] != "under, undone"])], out)
    return out


# the columns of the guide's tables
COSTS = [("nothing", ".5"), ("nothing", "costs"), ("weigh cost", ".5"), ("costing", ".5"), ("under, undone", "costs"), ("smote", ".5"),
         ("smote", "best")]
RANKED = ["weigh balanced", "under", "costing", "smote", "svm", "smote + enn"]


def short(wide, out):
    """For each set and learner: what decisions cost, and how much the ranking differs from that of nothing."""
    blocks = [(name, learner, wide.loc[(name, learner)]) for learner in wide.index.unique("learner") for name in wide.index.unique("set")]
    out += ["What 100 decisions cost:", ""]
    markdown(["set, learner", *("`%s` at %s" % c for c in COSTS)],
             [["%s, %s" % (name, learner)] + [shown(block.xs(m, level="method")["cost, " + d], 1) for m, d in COSTS]
              for name, learner, block in blocks], out)
    out += ["Average precision of `nothing`, and the differences from it:", ""]
    rows = []
    for name, learner, block in blocks:
        base = block.xs("nothing", level="method")["average precision"]
        rows.append(["%s, %s" % (name, learner), shown(base, 3)])
        for m in RANKED:
            of = block.xs(m, level="method")["average precision"] - base
            rows[-1].append(shown(of, 3) if of.isna().all() or of.mean() < 0 else "+" + shown(of, 3))
    markdown(["set, learner", "`nothing`", *("`%s`" % m for m in RANKED)], rows, out)


def read(path):
    long = pd.read_csv(path)
    wide = long.pivot_table(index=UNIT + ["method"], columns="measure", values="value", sort=False)
    return wide.reindex(columns=MEASURES), list(dict.fromkeys(long["method"]))


def write(path, into):
    wide, methods = read(path)
    repeats = wide.index.unique("repeat")
    out = ["# What balancing does: the figures", "", ABOUT]
    markdown(["set", "rows", "features", "yes", "share", "a missed yes costs", "all no costs", "all yes costs"],
             tables_there(wide.index.unique("set")), out)
    out += ["`mammography` is cut to a stratified sample of its 11183 rows. The costs of `german-credit` are published with it, the others are",
            "made up. `linear`, `islands` and `levels` are generated (`tests/quality/imbalance_sets.py`).", "",
           "%d x 2 folds; mean over the test halves ± half a 95 %% interval (Nadeau & Bengio 2003)." % len(repeats), "",
           "## Against doing nothing", "",
           "A difference counts where the interval of the differences, half by half, leaves out 0. So many are looked at that some",
           "will count by chance.", ""]
    out += summary(wide, methods)
    out += ["## All figures", ""]
    for name in wide.index.unique("set"):
        for learner in wide.index.unique("learner"):
            block = wide.loc[(name, learner)]
            out += ["### %s, %s" % (name, learner), ""]
            rows = [[m, *(shown(block.xs(m, level="method")[c], digits(c)) for c in MEASURES)] for m in methods
                    if m in block.index.unique("method")]
            markdown(["method", *MEASURES], rows, out)
    with open(into, "w") as f:
        f.write("\n".join(out).rstrip() + "\n")


def guide(path, into):
    """The short tables go between <!-- figures --> and <!-- /figures -->."""
    out = []
    short(read(path)[0], out)
    with open(into) as f:
        head, rest = f.read().split("<!-- figures -->")
    with open(into, "w") as f:
        f.write(head + "<!-- figures -->\n" + "\n".join(out).rstrip() + "\n<!-- /figures -->" + rest.split("<!-- /figures -->")[1])
