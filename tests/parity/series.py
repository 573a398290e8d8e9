#!/usr/bin/env python3
"""Golden tables of filling holes from the rows around them, by pandas; splines in exact fractions, checked against SciPy, which
loses digits where cells lie far from each other.

Needs pandas and SciPy, which nothing else here does; the tables it makes are checked in. Writes testdata/parity/series.csv (from
a fixed seed), golden/series-*.csv and series.json.
"""
import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata" / "parity"
cases = []


def write(path, names, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(names)
        out.writerows(rows)


def case(name, run, table):
    write(HERE / "golden" / (name + ".csv"), list(table.columns), table.fillna("").astype(str).values.tolist())
    cases.append(dict(name=name, run=[run + " {data}/series.csv"]))


def make():
    rng = np.random.default_rng(5)
    rows = []
    for shop in "ABCDE":
        # different times within a shop, not evenly spaced, rows shuffled
        for at in np.sort(rng.choice(500, size=60, replace=False)):
            day = pd.Timestamp("2023-11-05") + pd.Timedelta(days=int(at))
            x = "%.2f" % (20 + 10 * np.sin(at / 40) + rng.normal())
            kind = rng.choice(["x", "y", "z"])
            rows.append([shop, day.strftime("%Y-%m-%d"), str(at / 4), "" if rng.random() < .4 else x,
                         "" if rng.random() < .3 else kind])
    # a shop with one value, a shop with none
    rows += [["F", "2024-01-0%d" % i, str(i), "7" if i == 3 else "", ""] for i in range(1, 6)]
    rows += [["G", "2024-01-0%d" % i, str(i), "", "k" if i == 2 else ""] for i in range(1, 4)]
    rng.shuffle(rows)
    write(DATA / "series.csv", ["shop", "day", "hour", "x", "kind"], rows)
    return pd.read_csv(DATA / "series.csv", dtype=str)


def by_group(table, order, fill):
    """`fill` gets the rows of a shop in their order; what it gives back stands where they stood."""
    key = pd.to_datetime(table["day"]) if order == "day" else table["hour"].astype(float)
    out = table.copy()
    for _, rows in table.assign(key=key).groupby("shop"):
        rows = rows.sort_values("key", kind="stable")
        filled = fill(rows)
        for column in filled.columns:
            out.loc[filled.index, column] = filled[column]
    return out


def carried(how):
    return lambda rows: getattr(rows[["x", "kind"]], how)()


def natural(at, y, where):
    """The natural cubic spline, in fractions; straight on beyond its ends."""
    x, f = [Fraction(v) for v in at], [Fraction(repr(float(v))) for v in y]
    n = len(x)
    c, d, bend = [Fraction(0)] * n, [Fraction(0)] * n, [Fraction(0)] * n
    for i in range(1, n - 1):
        before, behind = x[i] - x[i - 1], x[i + 1] - x[i]
        rise = 6 * ((f[i + 1] - f[i]) / behind - (f[i] - f[i - 1]) / before)
        pivot = 2 * (before + behind) - before * c[i - 1]
        c[i], d[i] = behind / pivot, (rise - before * d[i - 1]) / pivot
    for i in range(n - 2, 0, -1):
        bend[i] = d[i] - c[i] * bend[i + 1]
    out = []
    for p in map(Fraction, where):
        i = max([k for k in range(n - 1) if x[k] <= p], default=0)
        w = x[i + 1] - x[i]
        if p < x[0]:
            v = f[0] + ((f[1] - f[0]) / w - w * bend[1] / 6) * (p - x[0])
        elif p > x[-1]:
            v = f[-1] + ((f[-1] - f[-2]) / w + w * bend[-2] / 6) * (p - x[-1])
        else:
            a, b = (x[i + 1] - p) / w, (p - x[i]) / w
            v = a * f[i] + b * f[i + 1] + ((a**3 - a) * bend[i] + (b**3 - b) * bend[i + 1]) * w * w / 6
        out.append(float(v))
    inside = (where >= at[0]) & (where <= at[-1])
    assert np.allclose(np.array(out)[inside], CubicSpline(at, y, bc_type="natural")(where)[inside], rtol=1e-9)
    return np.array(out)


def curve(rows, order, spline, ends):
    day = (pd.to_datetime(rows["day"]) - pd.Timestamp("1970-01-01")).dt.days
    at = (day if order == "day" else rows["hour"]).to_numpy(dtype=float)
    x = rows["x"].astype(float).to_numpy()
    known = ~np.isnan(x)
    out = rows["x"].copy()
    if known.any():
        inside = (at >= at[known].min()) & (at <= at[known].max())
        if known.sum() == 1:
            values = np.full(len(x), x[known][0])
        elif spline and known.sum() > 2:
            values = natural(at[known], x[known], at)
        else:
            values = np.interp(at, at[known], x[known])
        if ends == "nearest":
            values = np.where(at < at[known].min(), x[known][0], np.where(at > at[known].max(), x[known][-1], values))
        for i in range(len(x)):
            if not known[i] and (inside[i] or ends != "leave"):
                out.iloc[i] = repr(float(values[i]))
    return pd.DataFrame({"x": out})


def main():
    table = make()
    for how in ("ffill", "bfill"):
        case("series-" + how, "impute -q -c x,kind -s %s -g shop --order day" % how, by_group(table, "day", carried(how)))
    both = by_group(table, "hour", lambda rows: rows[["x", "kind"]].ffill().bfill())
    case("series-hotdeck", "impute -q -c x,kind -s hotdeck -g shop --order hour", both)
    for order in ("day", "hour"):
        for name, spline, ends, more in (("line", False, "leave", ""), ("spline", True, "leave", "--spline "),
                                         ("extend", True, "extend", "--spline --ends extend "),
                                         ("nearest", False, "nearest", "--ends nearest ")):
            case("series-%s-%s" % (name, order), "impute -q -c x -s interpolate %s-g shop --order %s" % (more, order),
                 by_group(table, order, lambda rows: curve(rows, order, spline, ends)))
    # a run of holes longer than two stays: found by hand, run by run
    def short(rows):
        filled, x = rows["x"].ffill(), rows["x"]
        runs = x.notna().cumsum()
        long = x.isna().groupby(runs).transform("sum") > 2
        return pd.DataFrame({"x": filled.where(~(x.isna() & long), x)})
    case("series-max-gap", "impute -q -c x -s ffill --max-gap 2 -g shop --order day", by_group(table, "day", short))
    (HERE / "series.json").write_text("[\n " + ",\n ".join(map(json.dumps, cases)) + "\n]\n")


main()
