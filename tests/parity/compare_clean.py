#!/usr/bin/env python3
"""clean against other readings of the same cells: a pattern and Decimal for numbers, datetime for dates, statistics for
the bounds of outliers. Standard library only; cells are drawn from a fixed seed.

    tests/parity/compare_clean.py build/tools/tamis
"""
import csv
import datetime
import io
import json
import math
import random
import re
import statistics
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent.parent / "testdata" / "demo.csv"


def run(*args, text=None):
    done = subprocess.run([str(a) for a in args], input=text.encode() if text is not None else None, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    return list(csv.reader(io.StringIO(done.stdout.decode())))


def table(columns):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(columns)] + [list(row) for row in zip(*columns.values())])
    return out.getvalue()


# -- numbers ---------------------------------------------------------------------------------------------------------------

PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
FORM = re.compile(r"(?P<open>\( *)?(?P<a>- *)?(?P<money>[$€£¥] *)?(?P<b>- *)?(?P<whole>0|[1-9]\d*|[1-9]\d{0,2}(?P<g>[,' ])\d{3}(?:(?P=g)\d{3})*)?"
                  r"(?P<rest>\.\d*)?(?P<percent> *%)?(?P<behind> *[$€£¥])?(?P<close> *\))?")


def number(cell):
    """Its value, or None where it must stay."""
    if PLAIN.fullmatch(cell):
        return None
    m = FORM.fullmatch(cell)
    if not m or bool(m["open"]) != bool(m["close"]) or not re.search(r"\d", cell):
        return None
    if (m["a"] or m["open"]) and m["b"] or (m["a"] and m["open"]) or (m["behind"] and (m["money"] or m["percent"])):
        return None
    value = Decimal(re.sub(r"[,' ]", "", m["whole"] or "0") + (m["rest"] or ""))
    value = -value if m["a"] or m["b"] or m["open"] else value
    return value / 100 if m["percent"] else value


def check_numbers(tamis):
    r = random.Random(1)
    pieces = ["1", "12", "123", "234", "0", "007", ",", ",", "'", " ", ".", "-", "%", "$", "€", "(", ")", "x", ",567", ",890", "5"]
    cells = ["%s%s%s" % (r.choice(["", "$", "-", "-$", "("]), "{:,}".format(r.randint(0, 10 ** r.randint(1, 9))),
                         r.choice(["", ".5", ".25", "%", ")", ".10%", "€"])) for _ in range(3000)]
    cells += ["".join(r.choice(pieces) for _ in range(r.randint(1, 6))) for _ in range(9000)]
    cells = [cell for cell in cells if cell.strip()]
    got = run(tamis, "clean", "-q", "--numbers", "-c", "x", text=table({"x": cells, "y": ["k"] * len(cells)}))
    changed = 0
    for cell, row in zip(cells, got[1:], strict=True):
        want = number(cell.strip())
        if want is None:
            assert row[0] == cell, "%r became %r" % (cell, row[0])
        else:
            assert row[0] != cell and float(row[0]) == float(want), "%r became %r, not %s" % (cell, row[0], want)
            changed += 1
    assert changed > 2000 and changed < len(cells) - 2000, "nothing to compare: %d of %d" % (changed, len(cells))


# -- dates -----------------------------------------------------------------------------------------------------------------

def strptime(cell, formats):
    for f in formats:
        try:
            return datetime.datetime.strptime(cell, f)
        except ValueError:
            pass
    return None


def check_dates(tamis):
    r = random.Random(2)
    for formats in (["%d/%m/%Y"], ["%m/%d/%Y"], ["%d/%m/%Y", "%Y-%m-%d", "%d %b %Y"], ["%m-%d-%Y", "%d.%m.%Y", "%B %d, %Y"]):
        days = [datetime.date(1850, 1, 1) + datetime.timedelta(r.randrange(100000)) for _ in range(2000)]
        cells = [day.strftime(r.choice(formats)) for day in days]
        for i in range(0, 100):         # days that are none, and what is no date
            cells[i] = r.choice(["31%s04%s2020", "30/02/2020", "29.02.2021", "soon", "2020-13-01", "0/1/2020", "1/0/2020"])
        got = run(tamis, "clean", "-q", "--dates", "iso", text=table({"x": cells, "y": ["k"] * len(cells)}))
        for cell, row in zip(cells, got[1:], strict=True):
            want = strptime(cell, formats)
            assert row[0] == (want.strftime("%Y-%m-%d") if want else cell), "%s: %r became %r" % (formats, cell, row[0])
        parts = run(tamis, "clean", "-q", "--dates", "parts", text=table({"x": cells, "y": ["k"] * len(cells)}))
        assert parts[0] == ["x", "y", "x_year", "x_month", "x_day", "x_weekday"], parts[0]
        for cell, row in zip(cells, parts[1:], strict=True):
            want = strptime(cell, formats)
            assert row[2:] == ([str(v) for v in (want.year, want.month, want.day, want.isoweekday())] if want else [""] * 4), row


# -- outliers --------------------------------------------------------------------------------------------------------------

def bounds(method, x, k):
    if method == "iqr":
        a, _, b = statistics.quantiles(x, n=4, method="inclusive")
        return a - k * (b - a), b + k * (b - a)
    if method == "mad":
        m = statistics.median(x)
        d = k * statistics.median(abs(v - m) for v in x) / statistics.NormalDist().inv_cdf(.75)
        return m - d, m + d
    m, d = statistics.fmean(x), statistics.pstdev(x)
    return m - k * d, m + k * d


def check_outliers(tamis):
    header, *rows = csv.reader(DEMO.open())
    at = header.index("income") if "income" in header else next(
        i for i in range(1, len(header)) if sum(re.fullmatch(r"\d+(\.\d+)?", row[i]) is not None for row in rows) > len(rows) // 2)
    cells = [row[at] if PLAIN.fullmatch(row[at]) else "" for row in rows]
    marks = ["test" if i % 4 == 0 else "train" for i in range(len(cells))]
    train = [float(c) for c, m in zip(cells, marks) if c and m == "train"]
    for method, k in (("iqr", 1.5), ("mad", 3.5), ("z", 3), ("iqr", .5), ("mad", 1), ("z", 1)):
        low, high = bounds(method, train, k)
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            for action in ("mark", "clip", "blank", "drop"):
                got = run(tamis, "clean", "-q", "--outliers", method, "--outlier-limit", k, "--outliers-to", action, "-c", "x",
                          "--report", report, text=table({"x": cells, "_split": marks}))
                told = json.loads(report.read_text())["steps"][0]["columns"][0]
                assert math.isclose(told["low"], low, rel_tol=1e-12) and math.isclose(told["high"], high, rel_tol=1e-12), told
                out = [bool(c) and not low <= float(c) <= high for c in cells]
                assert told["outliers"] == sum(out) > 0, "%d outliers" % told["outliers"]
                want = [[c if not o or action == "mark" else "" if action == "blank" else "clip", m] + [str(int(o))] * (action == "mark")
                        for c, m, o in zip(cells, marks, out) if not (action == "drop" and o and m == "train")]
                for row, cell, w in zip(got[1:], [c for c, m, o in zip(cells, marks, out)
                                                  if not (action == "drop" and o and m == "train")], want, strict=True):
                    if w[0] == "clip" and action == "clip":
                        assert math.isclose(float(row[0]), low if float(cell) < low else high, rel_tol=1e-12), row
                    elif w[0] == "clip":
                        assert row == [cell, w[1]], row
                    else:
                        assert row == w, "%s, not %s" % (row, w)


def main():
    checks = (check_numbers, check_dates, check_outliers)
    failed = 0
    print("TAP version 13\n1..%d" % len(checks))
    for i, check in enumerate(checks, 1):
        why = None
        try:
            check(sys.argv[1])
        except AssertionError as e:
            why = str(e) or "differs"
        failed += why is not None
        print("%sok %d - %s" % ("not " if why else "", i, check.__name__[6:]))
        if why:
            print("\n".join("# " + line for line in why.splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
