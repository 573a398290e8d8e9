"""One work by tamis as a whole process, CSV in and out, against what the rival's computing alone takes.

The rival's script has its data in memory before its clock starts, and says on its standard error what its work took
(`compute WALL PROCESSOR`). Peaks of memory are those of whole processes.
"""
import dataclasses
import statistics

from timing import SLOW, Failed, Late, measured

FEWER = 10              # --quick: a tenth of the rows


@dataclasses.dataclass
class Work:
    name: str
    rows: int
    width: int
    ours: str               # the command, without `tamis`, -q and the file
    rival: str              # "sklearn", "R", "imblearn"
    theirs: str             # what the rival's script is asked
    needs: str              # what it is there with
    speed: float            # the rival's time by ours, at least
    alike: str              # how answers are compared
    tolerance: float = 0
    memory: float = 0       # its peak by ours, at least; 0: shown only
    mixed: bool = False
    share: float = 0        # of the rows of the rare class, where there is one


@dataclasses.dataclass
class Measured:
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


class Alone:
    """A family of such works. It says how the file is made and how answers are compared."""
    family = call = ""      # "imputation", "fill ": the first of the names that --only looks at; of the rivals' calls

    def __init__(self, works, found):
        self.works, self.found, self.options, self.folder = works, found, works.options, works.folder
        self.done = []

    def run(self, command, out="/dev/null"):
        return measured(command, self.folder, out, self.works.env, self.options.limit)

    def few(self, rows):
        return rows // FEWER if self.options.quick else rows

    def file(self, work, rows):
        raise NotImplementedError

    def compare_answers(self, work, path, a, b):
        """(what differs or None, what to say)"""
        raise NotImplementedError

    def compare(self, work):
        rows = self.few(work.rows)
        name = "%s %dx%d" % (work.name, rows, work.width)
        call = self.found.get(self.call + work.needs)
        if not self.works.wanted(self.family, name, work.rival):
            return
        if not call:
            self.works.note("%s, %s: no %s here, not compared" % (self.family, name, work.needs))
            return
        path = self.file(work, rows)
        a, b = self.folder / "ours.out", self.folder / "theirs.out"
        verb, _, rest = work.ours.partition(" ")
        ours = "%s %s -q %s %s" % (self.works.tamis, verb, rest, path)
        theirs = "%s %s %s" % (call[0], work.theirs, path)
        try:
            row = Measured(work, rows, self.run(ours, a))
        except (Late, Failed) as e:
            return self.works.fault("%s, %s: tamis failed: %s" % (self.family, name, e))
        try:
            took = self.run(theirs, b)
        except Late:
            return self.keep(row)
        except Failed as e:
            return self.works.note("%s, %s: %s failed: %s" % (self.family, name, work.needs, str(e).strip().split("\n")[-1]))
        why, row.said = self.compare_answers(work, path, a, b)
        if why:
            return self.works.fault("%s, %s: the answers differ, no time is counted: %s" % (self.family, name, why))
        self.time(row, ours, theirs, took, a, b)

    def time(self, row, ours, theirs, took, a, b):
        """In pairs. A rival that takes long has run once, and that counts: tamis runs once more, behind it."""
        row.pairs = 1 if took[0] > SLOW else self.options.pairs
        try:
            pairs = [(self.run(ours, a), took if took[0] > SLOW else self.run(theirs, b)) for _ in range(row.pairs)]
        except Late:
            return self.keep(row)
        row.ours, row.theirs = (tuple(statistics.median(p[who][i] for p in pairs) for i in range(3)) for who in (0, 1))
        row.ratio, row.cpu_ratio = (statistics.median(p[1][i] / p[0][i] for p in pairs) for i in (0, 1))
        self.keep(row)

    def keep(self, row):
        self.done.append(row)
        print("%-20s %7d x %-3d %-16s tamis %7.2f s cpu %7.2f s %5.0f MB"
              % ((row.work.name, row.rows, row.work.width, row.work.needs) + row.ours), end="")
        if row.ratio is not None:
            print("; rival %7.2f s cpu %7.2f s %5.0f MB; x %.1f, cpu x %.1f; %s; %s: %s"
                  % (row.theirs + (row.ratio, row.cpu_ratio, row.said, row.wanted(), row.met())), end="")
        print(flush=True)
