#!/usr/bin/env python3
"""`tamis ampute` beside mice, beside its own definition, and beside chance.

- the scores and b that mice comes to on the same table, patterns and weights (golden/ampute.json, by ampute.R);
- the share, within sampling error, for every mechanism, type and way;
- how often cells go, by score, beside the curve as computed here;
- holes made completely at random pass Little's test (Little 1988) at its level, and others do not;
- the truth put back gives the input, byte for byte.

Nothing but the standard library; all seeds are fixed, so what passes once passes always.
"""
import csv
import io
import json
import math
import random
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE / "golden"
TAMIS = str(Path(sys.argv[1]).resolve())
FOLDER = Path(tempfile.mkdtemp(prefix="tamis-ampute-"))
faults = []


def check(truth, what):
    if not truth:
        faults.append(what)


def close(a, b, tolerance, what):
    check(a is not None and abs(a - b) <= tolerance, "%s: %r, not %r" % (what, a, b))


def run(arguments, path, *more):
    """The output's bytes and the step's report."""
    report = FOLDER / "report.json"
    out = subprocess.run([TAMIS, "ampute", "-q", "--report", str(report)] + shlex.split(arguments) + [str(path), *more], check=True,
                         capture_output=True).stdout
    return out, json.loads(report.read_text())["steps"][0]


def read(out):
    rows = list(csv.reader(io.StringIO(out.decode(), newline="")))
    return rows[0], rows[1:]


def write(name, header, rows):
    path = FOLDER / name
    path.write_text("\n".join(",".join(map(str, row)) for row in [header] + rows) + "\n")
    return path


# -- mice ---------------------------------------------------------------------------------------------------------------

def mice_scores_and_shifts():
    for case in json.loads((GOLDEN / "ampute.json").read_text()):
        base = "-s %s --of rows --patterns %s" % (case["mechanism"], GOLDEN / case["patterns"])
        if case["weights"]:
            base += " --weights %s" % (GOLDEN / case["weights"])
        for w in case["windows"]:
            got = run("%s --window %r:%r" % (base, w["from"], w["to"]), GOLDEN / "ampute.csv")[1]["curves"][0]
            what = "%s: the score at quantile" % base
            close(got["from_score"], w["low"], 1e-9, "%s %g" % (what, w["from"]))
            close(got["to_score"], w["high"], 1e-9, "%s %g" % (what, w["to"]))
        for c in case["curves"]:
            got = run("%s --type %s --rate %r" % (base, c["type"], c["share"]), GOLDEN / "ampute.csv")[1]["curves"][0]
            close(got["b"], c["b"], 1e-6, "%s --type %s --rate %g: b" % (base, c["type"], c["share"]))


# -- a table ------------------------------------------------------------------------------------------------------------

N = 60000


def table():
    r = random.Random(8)
    rows = []
    for _ in range(N):
        a = r.gauss(0, 1)
        rows.append([round(a, 4), round(.7 * a + r.gauss(0, 1), 4), round(r.expovariate(1), 4), r.randint(0, 9),
                     r.choices(["north", "south", "east"], [5, 3, 2])[0], r.choice("yn")])
    return write("table.csv", ["a", "b", "c", "d", "g", "y"], rows), rows


PATH, ROWS = table()


def within(got, share, n, what):
    close(got, share, 4.5 * math.sqrt(share * (1 - share) / n) + 1e-9, what)


def shares_are_met():
    """Each cell or row is drawn by itself with probabilities whose mean is the share: the sd is at most that of so many coins."""
    for mechanism in ("mcar", "mar", "mnar"):
        for kind in (["right", "left", "mid", "tail"] if mechanism != "mcar" else [""]):
            for rate in (.03, .4, .8):
                base = "-t y -s %s --rate %g --seed 3 %s" % (mechanism, rate, kind and "--type " + kind)
                r = run(base, PATH)[1]
                for c in r["columns"]:
                    within(c["share"], rate, N, "%s: column %s" % (base, c["column"]))
                r = run(base + " --of rows", PATH)[1]
                within(r["share_of_rows"], rate, N, "%s: rows" % base)
                for p in r["patterns"]:
                    within(p["rows"] / N, .2, N, "%s: how often pattern %s comes" % (base, p["columns"]))
                    within(p["rows_with_holes"] / p["rows"], rate, p["rows"], "%s: pattern %s" % (base, p["columns"]))


def patterns_are_as_frequent_as_asked():
    path = FOLDER / "patterns.csv"
    path.write_text("a,b,_frequency,d\n0,1,3,1\n0,0,1,1\n1,0,1,0\n")
    for mechanism in ("mcar", "mar", "mnar"):
        base = "-t y -s %s --patterns %s --rate .2" % (mechanism, path)
        out, r = run(base, PATH)
        header, rows = read(out)
        check([c["column"] for c in r["columns"]] == ["a", "b", "d"], "%s: columns %r" % (base, r["columns"]))
        # of 3 columns, 3/5 + 2 * 2/5 = 1.4 cells of a row that is hit
        hit = .2 * 3 / 1.4
        within(r["share_of_rows"], hit, N, "%s: rows" % base)
        close(r["share_of_cells"], .2, 3 * math.sqrt(hit / N), "%s: cells" % base)
        seen = {}
        for row in rows:
            seen[tuple(c == "" for c in row)] = seen.get(tuple(c == "" for c in row), 0) + 1
        want = {(1, 0, 0, 0, 0, 0): .6, (1, 1, 0, 0, 0, 0): .2, (0, 1, 0, 1, 0, 0): .2}
        check({tuple(map(bool, k)) for k in want} | {(False,) * 6} == set(seen), "%s: patterns %r" % (base, seen))
        for holes, f in want.items():
            within(seen[tuple(map(bool, holes))] / N, hit * f, N, "%s: pattern %r" % (base, holes))


# -- curves -------------------------------------------------------------------------------------------------------------

def standardized(x):
    mean = math.fsum(x) / len(x)
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in x) / (len(x) - 1))
    return [(v - mean) / sd for v in x]


def logistic(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.


CURVES = {"right": lambda x, b: logistic(x + b), "left": lambda x, b: logistic(-x + b),
          "mid": lambda x, b: logistic(.75 - abs(x) + b), "tail": lambda x, b: logistic(abs(x) - .75 + b)}


def bisect(scores, kind, share, low, high):
    while high - low > 1e-7:
        b = (low + high) / 2
        if sum(CURVES[kind](x, b) for x in scores) / len(scores) < share:
            low = b
        else:
            high = b
    return (low + high) / 2


def solve(scores, kind, share):
    near = bisect(scores[::9], kind, share, -30., 30.)
    return bisect(scores, kind, share, near - .2, near + .2)


def goes_by_the_curve(what, scores, gone, kind, share):
    """Thirty runs of scores: how many went, beside the sum of their probabilities."""
    b = solve(scores, kind, share)
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    for k in range(30):
        part = order[k * len(order) // 30:(k + 1) * len(order) // 30]
        p = [CURVES[kind](scores[i], b) for i in part]
        sd = math.sqrt(sum(q * (1 - q) for q in p))
        close(sum(gone[i] for i in part), sum(p), 4.5 * sd + 1, "%s: cells gone in part %d of 30 by score" % (what, k + 1))


def holes_follow_the_curve():
    numbers = [[row[i] for row in ROWS] for i in range(4)]
    rank = {"north": 0, "south": 1, "east": 2}          # by how frequent they are
    z = [standardized(x) for x in numbers] + [standardized([rank[row[4]] for row in ROWS])]
    mar = standardized([a + b + c for a, b, c in zip(z[0], z[2], z[4])])
    for kind in CURVES:
        base = "-t y -s mar --rate .25 -c b,d --by a,c,g --type %s --seed 11" % kind
        rows = read(run(base, PATH)[0])[1]
        for at in (1, 3):
            goes_by_the_curve("%s: column %d" % (base, at), mar, [row[at] == "" for row in rows], kind, .25)
        base = "-t y -s mnar --rate .25 --type %s --seed 11" % kind
        rows = read(run(base, PATH)[0])[1]
        for at in (2, 4):
            goes_by_the_curve("%s: column %d" % (base, at), z[at], [row[at] == "" for row in rows], kind, .25)
    path = FOLDER / "weights.csv"
    path.write_text("a,b\n1,-2\n")
    base = "-t y -s mar --rate .5 -c d --weights %s" % path
    rows = read(run(base, PATH)[0])[1]
    goes_by_the_curve(base, standardized([a - 2 * b for a, b in zip(z[0], z[1])]), [row[3] == "" for row in rows], "right", .5)


def windows_hold_all_holes():
    a = [row[0] for row in ROWS]
    order = sorted(a)
    for mechanism, option in (("mnar", "-c a"), ("mar", "-c b --by a")):
        at = 0 if mechanism == "mnar" else 1
        base = "-t y -s %s %s --window 20%%:.7" % (mechanism, option)
        inside = [order[int(.2 * N)] <= x <= order[int(.7 * N) - 1] for x in a]
        gone = [row[at] == "" for row in read(run(base, PATH)[0])[1]]
        check(not any(g and not i for g, i in zip(gone, inside)), "%s: a hole outside" % base)
        within(sum(gone) / N, .5, N, base)
        # 4 decimals: a few equal values at the ends, no more
        check(sum(i and not g for g, i in zip(gone, inside)) < 30, "%s: cells inside stay" % base)
        base += " --rate .1"
        gone = [row[at] == "" for row in read(run(base, PATH)[0])[1]]
        check(not any(g and not i for g, i in zip(gone, inside)), "%s: a hole outside" % base)
        within(sum(gone) / N, .1, N, base)
    # many equal values: d is 0 to 9, its lowest fifteen hundredths are all 0s and half the 1s
    base = "-t y -s mnar -c d --window 0:.15"
    rows = read(run(base, PATH)[0])[1]
    gone = [was[3] for was, row in zip(ROWS, rows) if row[3] == ""]
    check(set(gone) <= {0, 1}, "%s: %r" % (base, set(gone)))
    within(len(gone) / N, .15, N, base)


# -- Little's test --------------------------------------------------------------------------------------------------------

def inverse(m):
    n = len(m)
    a = [list(row) + [float(i == j) for j in range(n)] for i, row in enumerate(m)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(a[k][i]))
        a[i], a[pivot] = a[pivot], a[i]
        a[i] = [v / a[i][i] for v in a[i]]
        for k in range(n):
            if k != i and a[k][i]:
                f = a[k][i]
                a[k] = [x - f * y for x, y in zip(a[k], a[i])]
    return [row[n:] for row in a]


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def groups_of(rows):
    """By pattern: what is seen, how many, sums and cross-products."""
    groups = {}
    for row in rows:
        seen = tuple(i for i, v in enumerate(row) if v is not None)
        g = groups.setdefault(seen, [0, [0.] * len(seen), [[0.] * len(seen) for _ in seen]])
        x = [row[i] for i in seen]
        g[0] += 1
        for i, v in enumerate(x):
            g[1][i] += v
            for j, w in enumerate(x):
                g[2][i][j] += v * w
    groups.pop((), None)
    return groups


def em(groups, p):
    """Mean and covariance of the normal distribution, by EM on the groups' sums."""
    n = sum(g[0] for g in groups.values())
    mean, cov = [0.] * p, [[float(i == j) for j in range(p)] for i in range(p)]
    for _ in range(300):
        sums, cross = [0.] * p, [[0.] * p for _ in range(p)]
        for seen, (m, s, ss) in groups.items():
            # x = A x_seen + c for all of x, with the covariance of what is left
            inv = inverse([[cov[i][j] for j in seen] for i in seen])
            a = product([[cov[i][j] for j in seen] for i in range(p)], inv)
            c = [mean[i] - sum(a[i][k] * mean[j] for k, j in enumerate(seen)) for i in range(p)]
            left = product(a, [[cov[i][j] for j in range(p)] for i in seen])
            t = [sum(x * y for x, y in zip(row, s)) for row in a]
            q = product(product(a, ss), list(zip(*a)))
            for i in range(p):
                sums[i] += t[i] + m * c[i]
                for j in range(p):
                    cross[i][j] += q[i][j] + t[i] * c[j] + c[i] * t[j] + m * (c[i] * c[j] + cov[i][j] - left[i][j])
        was = mean + [v for row in cov for v in row]
        mean = [v / n for v in sums]
        cov = [[cross[i][j] / n - mean[i] * mean[j] for j in range(p)] for i in range(p)]
        if max(abs(x - y) for x, y in zip(was, mean + [v for row in cov for v in row])) < 1e-7:
            break
    return mean, cov


def chi2_tail(x, df):
    """The upper incomplete gamma function, by its series or its continued fraction (Numerical Recipes 6.2)."""
    a, x = df / 2, x / 2
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while term > 1e-15 * total:
            n += 1
            term *= x / n
            total += term
        return 1 - scale * total
    b, c, d = x + 1 - a, 1e300, 1 / (x + 1 - a)
    h = d
    for i in range(1, 500):
        b += 2
        d = 1 / (b - i * (i - a) * d)
        c = b - i * (i - a) / c
        h *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return scale * h


def little(rows, p):
    groups = groups_of(rows)
    mean, cov = em(groups, p)
    d2 = 0.
    for seen, (m, s, _) in groups.items():
        inv = inverse([[cov[i][j] for j in seen] for i in seen])
        d = [s[k] / m - mean[i] for k, i in enumerate(seen)]
        d2 += m * sum(d[i] * inv[i][j] * d[j] for i in range(len(d)) for j in range(len(d)))
    return chi2_tail(d2, sum(len(seen) for seen in groups) - p)


def normal_table(seed):
    r = random.Random(seed)
    rows = []
    for _ in range(400):
        a = r.gauss(0, 1)
        rows.append(["%.4f" % v for v in (a, .6 * a + r.gauss(0, 1), r.gauss(2, 3) - .5 * a)])
    return write("normal.csv", ["a", "b", "c"], rows)


def rejections(arguments, seeds):
    n = 0
    for seed in range(seeds):
        rows = read(run("%s --seed %d" % (arguments, seed), normal_table(seed))[0])[1]
        n += little([[float(v) if v else None for v in row] for row in rows], 3) < .05
    return n / seeds


def random_holes_pass_littles_test():
    close(chi2_tail(11.0705, 5), .05, 1e-6, "the chi-square table")
    close(chi2_tail(1.1455, 5), .95, 1e-5, "the chi-square table")
    for arguments in ("--rate .2", "--of rows --rate .6"):
        share = rejections(arguments, 200)
        print("# %s: Little's test rejects %.1f %% of 200" % (arguments, 100 * share))
        check(.02 <= share <= .09, "%s: Little's test rejects %.3f of 200" % (arguments, share))
    for arguments in ("-s mar --rate .3 -c b,c --by a", "-s mar --of rows --rate .6"):
        share = rejections(arguments, 30)
        check(share > .8, "%s: Little's test rejects only %.2f of 30" % (arguments, share))


# -- the truth ----------------------------------------------------------------------------------------------------------

def raw_records(data, delimiter):
    """Records as lists of raw cells with what ends them, by a state machine of its own."""
    records, cells, cell, quoted = [], [], "", False
    for c in data:
        quoted ^= c == '"'
        if not quoted and c in delimiter + "\n":
            cells.append(cell)
            cell = ""
            if c == "\n":
                records.append(cells)
                cells = []
            continue
        cell += c
    return records


def truth_put_back_is_the_input():
    r = random.Random(4)
    truth = FOLDER / "truth.csv"
    for delimiter in ",;\t":
        rows = []
        for i in range(4000):
            note = r.choice(["", "NA", "x", '"quoted"', '"two\nlines"', '"say ""so"""', " blank ", '"a%sb"' % delimiter])
            if delimiter != ",":
                note = r.choice([note, "a,b", '"c,d"'])
            number = r.choice(["", "007", "+4", "1e3", "5.50", "%d" % r.randint(0, 99), ' 3'])
            rows.append([str(i), number, note, '"%d"' % r.randint(0, 9), r.choice("yn")])
        header = ["id", '"the, number"' if delimiter == "," else "the, number", "note", "q", "label"]
        data = "".join(delimiter.join(row) + "\n" for row in [header] + rows)
        path = FOLDER / "odd.csv"
        path.write_bytes(data.encode())
        for arguments in ("--rate .3", "-s mar -c note,q --by 2", "-s mnar --type tail --rate .5", "--of rows --rate .9", "--run 11",
                          "-c id,note --rate 1"):
            arguments = "-d '%s' -t label --seed 2 --truth %s -j 3 %s" % (delimiter, truth, arguments)
            out, report = run(arguments, path)
            got = raw_records(out.decode(), delimiter)
            lines = raw_records(truth.read_bytes().decode(), ",")
            check(lines[0] == ["row", "column", "value"], "the truth's header is %r" % lines[0])
            check(len(lines) - 1 == report["holes"] and report["holes"] > 100, "%s: %d lines, %d holes"
                  % (arguments, len(lines) - 1, report["holes"]))
            names = {name.strip('"'): i for i, name in enumerate(header)}
            places = []
            for row, column, value in lines[1:]:
                at = names[column.strip('"')]
                check(got[int(row)][at] == "", "%s: row %s, column %s is no hole" % (arguments, row, column))
                # quoted only for the commas' sake
                plain = value[1:-1] if value.startswith('"') and rows[int(row) - 1][at] == value[1:-1] else value
                got[int(row)][at] = plain
                places.append((int(row), at))
            check(places == sorted(places), "%s: the truth is not in order" % arguments)
            check("".join(delimiter.join(row) + "\n" for row in got) == data, "%s: the truth put back is not the input" % arguments)


TESTS = [mice_scores_and_shifts, shares_are_met, patterns_are_as_frequent_as_asked, holes_follow_the_curve, windows_hold_all_holes,
         random_holes_pass_littles_test, truth_put_back_is_the_input]

failed = 0
print("TAP version 13\n1..%d" % len(TESTS))
for number, test in enumerate(TESTS):
    faults.clear()
    test()
    failed += bool(faults)
    print("%sok %d - %s" % ("not " if faults else "", number + 1, test.__name__), flush=True)
    print("".join("# %s\n" % fault for fault in faults[:20]), end="", flush=True)
for path in FOLDER.iterdir():
    path.unlink()
FOLDER.rmdir()
sys.exit(failed > 0)
