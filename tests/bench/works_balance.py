"""The imbalance works: tamis as a whole process, CSV in and out, against imbalanced-learn's computing alone.

Distances are raw (`--metric raw`), as the rival's. Rows that are kept are compared cell by cell; where there are draws, the
counts of both labels and what the rare class's rows are like.
"""
import data_balance
import same
from alone import Alone, Work

RAW = "--metric raw -t label -s "
WORKS = [
    Work("smote", 200000, 10, "smote " + RAW + "plain", "imblearn", "smote", "SMOTE", 2, "draws", .002, share=.05),
    Work("smote -s adasyn", 200000, 10, "smote " + RAW + "adasyn", "imblearn", "adasyn", "ADASYN", 15, "draws", .04, share=.05),
    Work("smote", 1000000, 10, "smote " + RAW + "plain", "imblearn", "smote", "SMOTE", 4, "draws", .002, share=.02),
    Work("smote -s nc", 100000, 15, "smote " + RAW + "nc", "imblearn", "smotenc", "SMOTENC", 10, "draws", .002, 10, True, .2),
    Work("prune -s tomek", 200000, 10, "prune " + RAW + "tomek", "imblearn", "tomek", "TomekLinks", 60, "cells", share=.05),
    Work("prune -s enn", 200000, 10, "prune " + RAW + "enn", "imblearn", "enn", "EditedNearestNeighbours", 20, "cells", share=.05),
]
NEAR = .05      # as near as what is drawn must be: means in deviations, deviations, shares of levels


class Balancing(Alone):
    family, call = "balance", "balance "

    def file(self, work, rows):
        name = "classes%dx%d" % (rows, work.width)
        if not (self.folder / (name + ".csv")).exists():
            data_balance.make(self.folder, name, rows, work.share, work.width - 10)
        return self.folder / (name + ".csv")

    def compare_answers(self, work, path, a, b):
        if work.alike == "cells":
            return same.differ(a, b), "the same rows"
        count, apart = same.resampled(a, b, "label", "1")
        said = "counts within %.2f %%, the rest %.3f" % (100 * count, apart)
        return said if count > work.tolerance or apart > NEAR else None, said

    def all(self):
        for work in WORKS:
            self.compare(work)
