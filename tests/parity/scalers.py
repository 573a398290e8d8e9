#!/usr/bin/env python3
"""Golden tables of the scalers that are no straight line, by scikit-learn, NumPy and (for the power transform) mpmath.

Needs NumPy, scikit-learn and mpmath, which nothing else here does; the tables it makes are checked in:

    python3 -m venv venv && venv/bin/pip install scikit-learn mpmath && venv/bin/python tests/parity/scalers.py

Reads testdata/parity/scale*.csv and iterative-*-30*.csv (made by impute_scale.py and iterative.py: missing cells, years,
constants, 1e9 and 1e-9 as scales), writes golden/scaler-*.csv and scalers.json; made with scikit-learn 1.9.1.

The power transform's numbers are of its likelihood in 60 digits. Where scikit-learn is right they are the same to 1e-6 (and its
exponent to 1e-4); where it is not, in SKLEARN_IS_OFF, this script says by how much.
"""
import csv
import json
import math
import warnings
from pathlib import Path

import mpmath
import numpy as np
from sklearn.preprocessing import KBinsDiscretizer, Normalizer, PowerTransformer, QuantileTransformer, StandardScaler

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"
SETS = ["iterative-%s-30" % name for name in ("collinear", "constant", "counts", "factors", "scales", "skewed")]
SKLEARN_IS_OFF = {("scale", "large"), ("scale-box", "large"), ("iterative-constant-30", "x2")}
warnings.filterwarnings("ignore")
mpmath.mp.dps = 60
cases = []


def read(name):
    with open(DATA / (name + ".csv"), newline="", encoding="utf-8") as f:
        rows = list(csv.reader(f))
    names, rows = rows[0], rows[1:]
    numeric = [i for i in range(len(names)) if not names[i].startswith("_") and all(is_number(row[i]) for row in rows)]
    x = np.array([[float(row[i]) if row[i] else np.nan for i in numeric] for row in rows])
    return names, rows, numeric, x


def is_number(text):
    try:
        float(text or "0")
        return True
    except ValueError:
        return False


def case(name, run, names, rows, numeric, x, close):
    with open(HERE / "golden" / ("scaler-" + name + ".csv"), "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(names)
        for row, values in zip(rows, x):
            row = list(row)
            for i, value in zip(numeric, values):
                row[i] = "" if value != value else repr(float(value))
            out.writerow(row)
    cases.append(dict(name="scaler-" + name, run=run, close=close))


# -- the power transform, in 60 digits -------------------------------------------------------------------------------------

def bent(x, l, box, one):
    """`one`: 1; or 0 where all values are on one side and the constant -1/l is of no account: beside powers like 1e9 ** -1e8
    it would take all the digits."""
    if box:
        return (x ** l - one) / l
    if x >= 0:
        return ((1 + x) ** l - one) / l
    return -((1 - x) ** (2 - l) - one) / (2 - l)


def powered(learned, x, box):
    """The exponent, and x transformed."""
    learned = [mpmath.mpf(float(v)) for v in learned if v == v]
    if min(learned) == max(learned):
        return 1., np.where(np.isnan(x), np.nan, 0.)
    one = 1 if min(learned) < 0 < max(learned) else 0
    counts = {}
    for v in learned:
        counts[v] = counts.get(v, 0) + 1
    n = len(learned)
    logs = sum(k * (mpmath.log(v) if box else mpmath.sign(v) * mpmath.log(1 + abs(v))) for v, k in counts.items()) / n

    def moments(l):
        y = [(bent(v, l, box, one), k) for v, k in counts.items()]
        mean = sum(a * k for a, k in y) / n
        return mean, sum((a - mean) ** 2 * k for a, k in y) / n

    def badness(l):
        return mpmath.log(moments(l)[1]) - 2 * (l - 1) * logs

    def slope(l, h=mpmath.mpf("1e-20")):
        return (badness(l + h) - badness(l - h)) / (2 * h)

    low, high = mpmath.mpf(".013"), mpmath.mpf("1.987")
    while slope(low) > 0:
        low = low * 2 - 1
    while slope(high) < 0:
        high = high * 2
    while high - low > 1e-13 * (1 + abs(low)):
        middle = (low + high) / 2
        if slope(middle) > 0:
            high = middle
        else:
            low = middle
    best = (low + high) / 2
    mean, variance = moments(best)
    sd = mpmath.sqrt(variance)
    return float(best), np.array([np.nan if v != v else float((bent(mpmath.mpf(float(v)), best, box, one) - mean) / sd) for v in x])


def power(name, names, numeric, train, x, box=False):
    out = np.empty_like(x)
    theirs = PowerTransformer(method="box-cox" if box else "yeo-johnson").fit(train)
    judged = theirs.transform(x)
    for j, i in enumerate(numeric):
        exponent, out[:, j] = powered(train[:, j], x[:, j], box)
        off = np.nanmax(abs(judged[:, j] - out[:, j])), abs(theirs.lambdas_[j] - exponent)
        key = (name + ("-box" if box else ""), names[i])
        right = off[0] < 1e-6 and off[1] < 1e-4 * max(1, abs(exponent))
        if not right:
            print("%s %s: exponent %.9g, scikit-learn %.9g; values off by %.2g" % (*key, exponent, theirs.lambdas_[j], off[0]))
        if not right and key not in SKLEARN_IS_OFF:
            raise SystemExit("%s %s: who is right?" % key)
    return out


# -- all -----------------------------------------------------------------------------------------------------------------------

def columns(f, x):
    """f of each column's present values, put back in their places."""
    out = np.full_like(x, np.nan)
    for j in range(x.shape[1]):
        there = ~np.isnan(x[:, j])
        if there.any():
            out[there, j] = f(j, x[there, j])
    return out


def bins(train, strategy, middle=False):
    def one(j, values):
        known = train[:, j][~np.isnan(train[:, j])]
        if known.min() == known.max():
            return values * 0 + (known[0] if middle else 0)
        # scikit-learn drops bins narrower than 1e-8, whatever the unit: it is given the column in a unit where that is nothing
        unit = 1 / np.abs(known).max() if np.abs(known).max() < 1e-3 else 1
        how = dict(quantile_method="linear") if strategy == "quantile" else {}
        k = KBinsDiscretizer(5, encode="ordinal", strategy=strategy, subsample=None, **how).fit(known[:, None] * unit)
        code = k.transform(values[:, None] * unit)
        return (k.inverse_transform(code) / unit if middle else code)[:, 0]
    return one


def one_set(name, train_only):
    names, rows, numeric, x = read(name)
    train = x[[row[names.index("_split")] == "train" for row in rows]] if train_only else x
    of = "{data}/%s.csv" % name
    which = " -c '%s'" % ",".join(names[i] for i in numeric)

    def add(kind, options, values, close=1e-9):
        case("%s-%s" % (name, kind), ["scale -q %s%s %s" % (options, which, of)], names, rows, numeric, values, close)

    for kind, options, n in (("quantile", "", 1000), ("quantile-20", " --landmarks 20", 20)):
        for onto in ("uniform", "normal"):
            q = QuantileTransformer(n_quantiles=n, subsample=None, output_distribution=onto).fit(train)
            values = q.transform(x)
            if onto == "normal":
                # scikit-learn takes what lies within 1e-7 of an end for the end, whatever the unit: a tiny column is all ends
                for j, i in enumerate(numeric):
                    if np.nanmax(abs(train[:, j])) < 1e-3:
                        q2 = QuantileTransformer(n_quantiles=n, subsample=None, output_distribution=onto)
                        values[:, j] = q2.fit(train[:, [j]] * 2. ** 40).transform(x[:, [j]] * 2. ** 40)[:, 0]
            add(kind + "-" + onto, "-s quantile --onto %s%s" % (onto, options), values)
    add("power", "-s power", power(name, names, numeric, train, x), 1e-7)
    means = [math.fsum(v[~np.isnan(v)]) / (~np.isnan(v)).sum() for v in train.T]
    theirs = StandardScaler(with_std=False).fit(train).transform(x)
    # theirs adds up with rounding: near 1e9 that is seen
    assert np.nanmax(abs(theirs - (x - means)) / np.maximum(1, abs(np.array(means)))) < 1e-12
    add("center", "-s center", x - means)
    for strategy in ("uniform", "quantile"):
        add("bins-" + strategy, "-s bins --edges " + strategy, columns(bins(train, strategy), x))
        add("middle-" + strategy, "-s bins --say middle --edges " + strategy, columns(bins(train, strategy, True), x))
    for low, high in ((.05, .95), (.1, .8)):
        ends = np.nanpercentile(train, [100 * low, 100 * high], axis=0)
        add("winsor-%g" % low, "-s winsor --limits %g,%g" % (low, high), np.clip(x, ends[0], ends[1]))
    for norm in ("l1", "l2", "max"):
        # a missing cell adds nothing to the length, as 0 does
        values = Normalizer(norm).transform(np.nan_to_num(x, nan=0.))
        add("normalize-" + norm, "-s normalize --norm " + norm, np.where(np.isnan(x), np.nan, values))
    if np.nanmin(x) > -1:
        add("log", "-s log", np.log1p(x))


def box_and_log():
    """Box-Cox and logarithms, of the columns that are above 0."""
    names, rows, numeric, x = read("scale")
    keep = [j for j in range(len(numeric)) if np.nanmin(x[:, j]) > 0 and np.nanmin(x[:, j]) < np.nanmax(x[:, j])]
    numeric, x = [numeric[j] for j in keep], x[:, keep]
    train = x[[row[-1] == "train" for row in rows]]
    which = " -c '%s'" % ",".join(names[i] for i in numeric)
    case("box-cox", ["scale -q -s power --method box-cox%s {data}/scale.csv" % which], names, rows, numeric,
         power("scale", names, numeric, train, x, True), 1e-7)
    case("log", ["scale -q -s log%s {data}/scale.csv" % which], names, rows, numeric, np.log1p(x), 1e-9)
    case("log-offset", ["scale -q -s log --offset 0.5%s {data}/scale.csv" % which], names, rows, numeric, np.log(x + .5), 1e-9)


def inverses():
    """There and back."""
    names, rows, numeric, x = read("scale")
    for kind, options in (("power", "-s power"), ("quantile", "-s quantile"), ("quantile-normal", "-s quantile --onto normal"),
                          ("box-cox", "-s power --method box-cox -c year,skewed,large"), ("log", "-s log -c skewed,year,rare"),
                          ("center", "-s center")):
        learn = "scale -q %s --learn-from all {data}/scale.csv --save {tmp}/m.json -o {tmp}/out.csv" % options
        case("back-" + kind, [learn, "scale -q --load {tmp}/m.json --inverse {tmp}/out.csv"], names, rows, numeric, x, 1e-6)


one_set("scale", True)
for name in SETS:
    one_set(name, False)
box_and_log()
inverses()
(HERE / "scalers.json").write_text("[\n" + ",\n".join(" " + json.dumps(c) for c in cases) + "\n]\n")
