"""The imputation works: tamis as a whole process, CSV in and out, against what the rival's computing alone takes.

Where there is one right answer the cells are compared; where there are draws, the means and deviations of what was filled in;
where methods differ in detail, how far both are from the cells that were taken away.
"""
import dataclasses
import math
import statistics

import data_impute
import same
from alone import Alone, Work
from timing import Failed, Late

WORKS = [
    Work("knn", 20000, 10, "impute -s knn --metric nan-euclidean", "sklearn", "knn", "KNNImputer", 40, "cells", 1e-9, 20),
    Work("iterative", 100000, 10, "impute -s iterative --max-iter 10 --tol 0", "sklearn", "iterative", "IterativeImputer", 8, "cells", 1e-6),
    Work("iterative", 10000, 50, "impute -s iterative --max-iter 10 --tol 0", "sklearn", "iterative", "IterativeImputer", 8, "cells", 1e-6),
    Work("mice -m 1", 20000, 10, "impute -s mice -m 1 --seed 1", "R", "mice 1", "mice", 8, "draws"),
    Work("mice -m 5", 20000, 10, "impute -s mice -m 5 --seed 1", "R", "mice 5", "mice", 8, "draws"),
    Work("forest", 1500, 10, "impute -s forest --seed 1", "R", "forest", "randomForest", 8, "truth", .03, mixed=True),
    Work("knn --metric gower", 5000, 10, "impute -s knn -k 5 --average median", "R", "gower", "VIM", 100, "truth", .03, mixed=True),
]
GROWTH = [(4, 50000, 200000), (10, 50000, 200000)]     # columns, and rows between which knn's time is to grow slower than squared


@dataclasses.dataclass
class Grown:
    """knn at two sizes: seconds (wall, processor, MB) of each, and the exponents of growth."""
    width: int
    rows: tuple
    took: tuple

    def exponent(self, what):
        return math.log(self.took[1][what] / self.took[0][what]) / math.log(self.rows[1] / self.rows[0])


class Imputing(Alone):
    family, call = "imputation", "fill "

    def __init__(self, works, found):
        super().__init__(works, found)
        self.grown = []

    def file(self, work, rows):
        return self.table(rows, work.width, work.mixed)

    def table(self, rows, width, mixed=False):
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

    def growth(self, width, fewer, more):
        if not self.works.wanted("imputation", "knn growth %d" % width, "tamis"):
            return
        rows = tuple(map(self.few, (fewer, more)))
        command = "%s %s -q %%s" % (self.works.tamis, WORKS[0].ours)
        pairs = 1 if width > 4 else self.options.pairs
        try:
            runs = [[self.run(command % self.table(n, width)) for _ in range(pairs)] for n in rows]
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
