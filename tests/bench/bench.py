#!/usr/bin/env python3
"""The benchmark: the same work by tamis and by its rivals, reading and writing included.

Data are made here, from a seed. A time counts only if the answers agree. Runs alternate (tamis, rival, tamis, rival, ...);
what is printed are medians and the median of the pairs' ratios, as a table and as CSV.
"""
import argparse
import csv
import math
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


# -- data ---------------------------------------------------------------------------------------------------------------

def numbers_file(path, rows, quoted=False, seed=1):
    """12 columns: ten numbers with four decimals (five of them 10 % empty), a category, a label."""
    r = random.Random(seed)
    cities = ["north", "south", "east", "west", "centre"]
    with open(path, "w", newline="") as f:
        f.write(",".join("x%d" % i for i in range(10)) + ",city,label\n")
        for i in range(rows):
            cells = ["%.4f" % r.gauss(10 * j, 1 + j) for j in range(10)]
            for j in range(5):
                if r.random() < .1:
                    cells[j] = ""
            cells.append(r.choice(cities))
            cells.append("1" if r.random() < .1 else "0")
            if quoted:
                for j in range(12):
                    if r.random() < .2:
                        cells[j] = '"%s"' % cells[j]
                if r.random() < .2:
                    cells[10] = '"%s, with a comma"' % r.choice(cities)
                elif r.random() < .02:
                    cells[10] = '"two\nlines"'
            f.write(",".join(cells) + "\n")


def wide_file(path, rows, columns, seed=2):
    r = random.Random(seed)
    pool = ["%.3f" % r.gauss(0, 1) for _ in range(9999)] + [""] * 200
    with open(path, "w") as f:
        f.write(",".join("c%d" % i for i in range(columns)) + "\n")
        for _ in range(rows):
            f.write(",".join(r.choices(pool, k=columns)) + "\n")


def text_file(path, rows, length, seed=3):
    r = random.Random(seed)
    words = ["".join(r.choices("abcdefghijklmnopqrstuvwxyz", k=r.randint(2, 9))) for _ in range(5000)]
    with open(path, "w") as f:
        f.write("id,score,text\n")
        for i in range(rows):
            text = " ".join(r.choices(words, k=length // 6))[:length]
            f.write("%d,%s,%s\n" % (i, "" if r.random() < .1 else "%.2f" % r.random(), text))


# -- the same answers ---------------------------------------------------------------------------------------------------

def rows_of(path):
    with open(path, newline="") as f:
        return list(csv.reader(f))


def agree(ours, theirs, tolerance=1e-9, sample=2000):
    """Cell by cell: the same text, or the same number; missing is missing however it is written."""
    a, b = rows_of(ours), rows_of(theirs)
    if a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    b = [x for x in b if x]
    a = [x for x in a if x]
    if len(a) != len(b):
        return "%d rows against %d" % (len(a), len(b))
    step = max(1, len(a) // sample)
    for i in list(range(0, len(a), step)) + [len(a) - 1]:
        if len(a[i]) != len(b[i]):
            return "row %d: %d cells against %d" % (i, len(a[i]), len(b[i]))
        for x, y in zip(a[i], b[i]):
            if x == y or (x in ("", "nan") and y in ("", "nan", "NULL", "null")):
                continue
            try:
                if math.isclose(float(x), float(y), rel_tol=tolerance, abs_tol=tolerance):
                    continue
            except ValueError:
                pass
            return "row %d: %r against %r" % (i, x, y)
    return None


# -- timing -------------------------------------------------------------------------------------------------------------

def once(command, cwd, out, env):
    """Seconds of wall clock, of CPU, and peak MB of one shell command, its output in a file."""
    with open(out, "wb") as f:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        p = subprocess.run(["bash", "-o", "pipefail", "-c", command], stdout=f, stderr=subprocess.PIPE, cwd=cwd, env=env)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if p.returncode != 0:
        raise RuntimeError("%s\n%s" % (command, p.stderr.decode(errors="replace")[-2000:]))
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.tamis = options.tamis
        self.env = dict(os.environ, LC_ALL="C")
        self.rows = []
        self.rivals = self.find_rivals()

    def find_rivals(self):
        found = {}
        for module, name in (("polars", "polars"), ("duckdb", "duckdb"), ("sklearn", "sklearn")):
            if subprocess.run([self.options.python, "-c", "import " + module], capture_output=True).returncode == 0:
                found[name] = "%s %s/rivals/with_%s.py" % (self.options.python, HERE, name)
        for program in ("mlr", "xan", "xsv", "qsv"):
            if shutil.which(program):
                found[program] = program
        return found

    def compare(self, work, ours, rival, theirs, check=True, tolerance=1e-9):
        """Alternate our command with the rival's; keep medians."""
        if self.options.only and self.options.only not in work + " " + rival:
            return
        a, b = self.folder / "ours.out", self.folder / "theirs.out"
        try:
            once(ours, self.folder, a, self.env)
            once(theirs, self.folder, b, self.env)
        except RuntimeError as e:
            print("# %s, %s: failed: %s" % (work, rival, e), flush=True)
            return
        why = agree(a, b, tolerance) if check else None
        if why:
            print("# %s, %s: the answers differ, no time is counted: %s" % (work, rival, why), flush=True)
            return
        pairs = [(once(ours, self.folder, a, self.env), once(theirs, self.folder, b, self.env))
                 for _ in range(self.options.pairs)]
        mine, its = (statistics.median(p[i][0] for p in pairs) for i in (0, 1))
        cpu, its_cpu = (statistics.median(p[i][1] for p in pairs) for i in (0, 1))
        ratio = statistics.median(p[1][0] / p[0][0] for p in pairs)
        self.rows.append((work, rival, mine, its, ratio, cpu, its_cpu))
        print("%-34s %-9s %8.3f s %8.3f s   x %6.1f   cpu %6.3f / %6.3f s" % self.rows[-1], flush=True)

    # -- the works ------------------------------------------------------------------------------------------------------

    def copying(self, name, path):
        for rival in ("polars", "duckdb"):
            if rival in self.rivals:
                self.compare("cat " + name, "%s cat %s" % (self.tamis, path), rival,
                             "%s copy %s" % (self.rivals[rival], path))
        if "mlr" in self.rivals:
            self.compare("cat " + name, "%s cat %s" % (self.tamis, path), "mlr", "mlr --csv cat %s" % path)
        for rival, command in (("xan", "xan select '*' "), ("xsv", "xsv select 1- "), ("qsv", "qsv select 1- ")):
            if rival in self.rivals:
                self.compare("cat " + name, "%s cat %s" % (self.tamis, path), rival, command + str(path))

    def filling(self, name, path, target="-t label", prefix="x"):
        for rival in ("polars", "duckdb", "sklearn"):
            if rival in self.rivals:
                self.compare("impute -s median " + name, "%s impute -q %s -c '%s*' -s median %s"
                             % (self.tamis, target, prefix, path), rival, "%s median %s %s" % (self.rivals[rival], path, prefix))

    def scaling(self, name, path):
        for rival in ("polars", "duckdb", "sklearn"):
            if rival in self.rivals:
                self.compare("scale -s standard " + name, "%s scale -q -t label -c 'x*' %s" % (self.tamis, path), rival,
                             "%s standard %s" % (self.rivals[rival], path), tolerance=1e-7)

    def applying(self, name, path):
        model = self.folder / "model.json"
        subprocess.run("%s impute -q -t label -c 'x*' then encode -t label -c city then scale -t label -c 'x*' "
                       "--save %s %s > /dev/null" % (self.tamis, model, path), shell=True, check=True, cwd=self.folder)
        if "polars" in self.rivals:
            polars, its_model = self.rivals["polars"], self.folder / "polars.json"
            subprocess.run("%s learn %s x %s" % (polars, path, its_model), shell=True, check=True, cwd=self.folder)
            self.compare("apply impute+encode+scale", "%s apply %s %s" % (self.tamis, model, path), "polars",
                         "%s apply %s x %s" % (polars, path, its_model), tolerance=1e-7)

    def one_thread(self, path):
        """-j 1 against Polars held to one thread."""
        if "polars" not in self.rivals:
            return
        for name, ours, theirs in (("cat", "cat -j 1", "copy"), ("impute -s median", "impute -q -j 1 -t label -c 'x*' -s median", "median"),
                                   ("scale -s standard", "scale -q -j 1 -t label -c 'x*'", "standard")):
            self.compare(name + ", one thread", "%s %s %s" % (self.tamis, ours, path), "polars",
                         "POLARS_MAX_THREADS=1 %s %s %s" % (self.rivals["polars"], theirs, path), tolerance=1e-7)

    def piping(self, path):
        """Seven filters: as a pipeline, one after another, as a chain, and as pandas with scikit-learn."""
        t = self.tamis
        filters = ["split -q -t label --seed 7", "clean -q --trim", "impute -q -t label -c 'x*'", "weigh -q -t label",
                   "encode -q -t label -c city", "scale -q -t label -c 'x*'", "cat"]
        pipeline = " | ".join("%s %s" % (t, f) for f in filters).replace(filters[0], "%s %s" % (filters[0], path), 1)
        apart = " && ".join("%s %s step%d.csv > step%d.csv" % (t, f, i, i + 1) for i, f in enumerate(filters))
        shutil.copy(path, self.folder / "step0.csv")
        chain = "%s %s" % (t, " then ".join(f.replace(" -q", "", 1) if i else f for i, f in enumerate(filters))) + " %s" % path
        self.compare("7 filters: pipeline, then apart", pipeline, "apart", apart + " && cat step7.csv")
        self.compare("7 filters: chain, then pipeline", chain, "pipeline", pipeline)
        if "sklearn" in self.rivals:
            self.compare("7 filters: pipeline", pipeline, "sklearn", "%s seven %s" % (self.rivals["sklearn"], path), check=False)
        tiny = self.folder / "tiny.csv"
        self.compare("7 filters, 10 rows", pipeline.replace(str(path), str(tiny)), "true", "true", check=False)
        self.compare("--version", "%s --version" % t, "true", "true", check=False)

    def balancing(self, path):
        if "sklearn" in self.rivals:
            self.compare("smote", "%s smote -q -t label -c 'x*' %s" % (self.tamis, path), "sklearn",
                         "%s smote %s" % (self.rivals["sklearn"], path), check=False)

    def all(self):
        quick = self.options.quick
        n = 100000 if quick else 1000000
        f = self.folder
        numbers_file(f / "numbers.csv", n)
        numbers_file(f / "tiny.csv", 10)
        numbers_file(f / "quoted.csv", n // 4, quoted=True)
        wide_file(f / "wide.csv", 200 if quick else 20000, 2000)
        text_file(f / "text.csv", n // 50 if quick else 200000, 2000)
        print("%-34s %-9s %10s %10s   %8s" % ("work", "rival", "tamis", "rival", "ratio"))
        self.copying("numbers", f / "numbers.csv")
        self.filling("numbers", f / "numbers.csv")
        self.scaling("numbers", f / "numbers.csv")
        self.applying("numbers", f / "numbers.csv")
        for name in ("quoted", "wide", "text"):
            self.copying(name, f / (name + ".csv"))
        self.filling("quoted", f / "quoted.csv")
        self.filling("wide", f / "wide.csv", target="", prefix="c")
        self.filling("text", f / "text.csv", target="", prefix="score")
        self.one_thread(f / "numbers.csv")
        self.piping(f / "numbers.csv")
        full = f / "full.csv"
        subprocess.run("%s impute -q -t label %s > %s" % (self.tamis, f / "numbers.csv", full), shell=True, check=True)
        self.balancing(full)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--python", default="python3")
    parser.add_argument("--tamis", default=str(ROOT / "build/tools/tamis"))
    parser.add_argument("--only", default="")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--csv", help="write the figures there too")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tamis-bench-"))
    try:
        b = Bench(options, folder)
        print("# rivals found: %s" % (", ".join(b.rivals) or "none"))
        b.all()
        if options.csv:
            with open(options.csv, "w", newline="") as f:
                w = csv.writer(f, lineterminator="\n")
                w.writerow(["work", "rival", "tamis_s", "rival_s", "ratio", "tamis_cpu_s", "rival_cpu_s"])
                w.writerows([*r[:2], *("%.4f" % x for x in r[2:])] for r in b.rows)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
