"""The imputation works: tamis as a whole process, CSV in and out, against what the rival's computing alone takes.

The rival's script has its data in memory before its clock starts, and says on its standard error what fit and transform took
(`compute WALL PROCESSOR`). Peaks of memory are those of whole processes. Where there is one right answer the cells are
compared; where there are draws, the means and deviations of what was filled in; where methods differ in detail, how
far both are from the cells that were taken away.
"""
import dataclasses
import math
import statistics

import data_impute
import same
from timing import SLOW, Failed, Late, measured


@dataclasses.dataclass
class Work:
    name: str
    rows: int
    width: int
    ours: str               # options of `tamis impute`
    rival: str              # "sklearn", "R"
    theirs: str             # what the rival's script is asked
    needs: str              # what it is there with
    speed: float            # the rival's time by ours, at least
    alike: str              # "cells", "draws", "truth"
    tolerance: float = 0
    memory: float = 0       # its peak by ours, at least; 0: shown only
    mixed: bool = False


WORKS = [
    Work("knn", 20000, 10, "-s knn --metric nan-euclidean", "sklearn", "knn", "KNNImputer", 40, "cells", 1e-9, 20),
    Work("iterative", 100000, 10, "-s iterative --max-iter 10 --tol 0", "sklearn", "iterative", "IterativeImputer", 8, "cells", 1e-6),
    Work("iterative", 10000, 50, "-s iterative --max-iter 10 --tol 0", "sklearn", "iterative", "IterativeImputer", 8, "cells", 1e-6),
    Work("mice -m 1", 20000, 10, "-s mice -m 1 --seed 1", "R", "mice 1", "mice", 8, "draws"),
    Work("mice -m 5", 20000, 10, "-s mice -m 5 --seed 1", "R", "mice 5", "mice", 8, "draws"),
    Work("forest", 1500, 10, "-s forest --seed 1", "R", "forest", "randomForest", 8, "truth", .03, mixed=True),
    Work("knn --metric gower", 5000, 10, "-s knn", "R", "gower", "VIM", 100, "truth", .03, mixed=True),
]
GROWTH = [(4, 50000, 200000), (10, 50000, 200000)]     # columns, and rows between which knn's time is to grow slower than squared
FEWER = 10              # --quick: a tenth of the rows


@dataclasses.dataclass
class Filled:
    """One comparison: medians of (wall, processor seconds, peak MB), medians of the pairs' ratios. None: not measured."""
    work: Work
    rows: int
    ours: tuple
    theirs: tuple = None
    ratio: float = None
    cpu_ratio: float = None
    pairs: int = 0
    said: str = ""          # how the answers compare

    def met(self):
        if self.ratio is None:
            return "rival stopped"
        lean = not self.work.memory or self.theirs[2] >= self.work.memory * self.ours[2]
        return "yes" if self.ratio >= self.work.speed and lean else \
            "yes by processor time" if self.cpu_ratio >= self.work.speed and lean else "no"

    def wanted(self):
        return "%g times%s" % (self.work.speed, ", memory 1/%g" % self.work.memory if self.work.memory else "")


@dataclasses.dataclass
class Grown:
    """knn at two sizes: seconds (wall, processor, MB) of each, and the exponents of growth."""
    width: int
    rows: tuple
    took: tuple

    def exponent(self, what):
        return math.log(self.took[1][what] / self.took[0][what]) / math.log(self.rows[1] / self.rows[0])


class Imputing:
    def __init__(self, works, found):
        self.works, self.found, self.options, self.folder = works, found, works.options, works.folder
        self.filled, self.grown = [], []

    def run(self, command, out="/dev/null"):
        return measured(command, self.folder, out, self.works.env, self.options.limit)

    def file(self, rows, width, mixed=False):
        name = "%s%dx%d" % ("mixed" if mixed else "fill", rows, width)
        if not (self.folder / (name + ".csv")).exists():
            data_impute.make(self.folder, name, rows, width, mixed)
        return self.folder / (name + ".csv")

    def compare_answers(self, work, holes, a, b):
        """(what differs or None, what to say)"""
        if work.alike == "cells":
            most = same.filled_apart(holes, a, b)
            return None if most <= work.tolerance else "%.2g sd" % most, "within %.0e sd" % max(most, 1e-15)
        if work.alike == "draws":
            mean, deviation, least = same.filled_draws(holes, a, b)
            bound = 4 / math.sqrt(least)
            said = "means within %.3f sd, deviations %.1f %%" % (mean, 100 * deviation)
            return None if mean <= bound and deviation <= bound else said, said
        full = holes.with_suffix(".full.csv")
        (nrmse, wrong), (its_nrmse, its_wrong) = same.filled_errors(holes, full, a), same.filled_errors(holes, full, b)
        said = "NRMSE %.3f / %.3f, wrong levels %.3f / %.3f" % (nrmse, its_nrmse, wrong, its_wrong)
        worse = nrmse > its_nrmse * (1 + work.tolerance) or wrong > its_wrong + work.tolerance
        return said if worse else None, said

    def compare(self, work):
        rows = work.rows // FEWER if self.options.quick else work.rows
        name = "%s %dx%d" % (work.name, rows, work.width)
        call = self.found.get("fill " + work.needs)
        if not self.works.wanted("imputation", name, work.rival):
            return
        if not call:
            self.works.note("imputation, %s: no %s here, not compared" % (name, work.needs))
            return
        path = self.file(rows, work.width, work.mixed)
        a, b = self.folder / "ours.out", self.folder / "theirs.out"
        ours = "%s impute -q %s %s" % (self.works.tamis, work.ours, path)
        theirs = "%s %s %s" % (call[0], work.theirs, path)
        try:
            row = Filled(work, rows, self.run(ours, a))
        except (Late, Failed) as e:
            return self.works.fault("imputation, %s: tamis failed: %s" % (name, e))
        try:
            took = self.run(theirs, b)
        except Late:
            return self.keep(row)
        except Failed as e:
            return self.works.note("imputation, %s: %s failed: %s" % (name, work.needs, str(e).strip().split("\n")[-1]))
        why, row.said = self.compare_answers(work, path, a, b)
        if why:
            return self.works.fault("imputation, %s: the answers differ, no time is counted: %s" % (name, why))
        row.pairs = 1 if took[0] > SLOW else self.options.pairs
        try:
            pairs = [(self.run(ours, a), self.run(theirs, b)) for _ in range(row.pairs)]
        except Late:
            return self.keep(row)
        row.ours, row.theirs = (tuple(statistics.median(p[who][i] for p in pairs) for i in range(3)) for who in (0, 1))
        row.ratio, row.cpu_ratio = (statistics.median(p[1][i] / p[0][i] for p in pairs) for i in (0, 1))
        self.keep(row)

    def keep(self, row):
        self.filled.append(row)
        print("%-20s %6d x %-3d %-16s tamis %7.2f s cpu %7.2f s %5.0f MB"
              % ((row.work.name, row.rows, row.work.width, row.work.needs) + row.ours), end="")
        if row.ratio is not None:
            print("; rival %7.2f s cpu %7.2f s %5.0f MB; x %.1f, cpu x %.1f; %s; %s: %s"
                  % (row.theirs + (row.ratio, row.cpu_ratio, row.said, row.wanted(), row.met())), end="")
        print(flush=True)

    def growth(self, width, fewer, more):
        if not self.works.wanted("imputation", "knn growth %d" % width, "tamis"):
            return
        rows = tuple(n // FEWER if self.options.quick else n for n in (fewer, more))
        command = "%s impute -q %s %%s" % (self.works.tamis, WORKS[0].ours)
        pairs = 1 if width > 4 else self.options.pairs
        try:
            runs = [[self.run(command % self.file(n, width)) for _ in range(pairs)] for n in rows]
        except (Late, Failed) as e:
            return self.works.fault("imputation, knn growth: tamis failed: %s" % e)
        row = Grown(width, rows, tuple(tuple(statistics.median(x[i] for x in r) for i in range(3)) for r in runs))
        self.grown.append(row)
        print("knn growth, %d columns: %d rows %.2f s cpu %.2f s, %d rows %.2f s cpu %.2f s, %.0f MB: exponent %.2f, cpu %.2f"
              % (width, rows[0], *row.took[0][:2], rows[1], *row.took[1], row.exponent(0), row.exponent(1)), flush=True)

    def all(self):
        for work in WORKS:
            self.compare(work)
        for sizes in GROWTH:
            self.growth(*sizes)
