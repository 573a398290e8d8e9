"""The works: what tamis and each rival are asked to do, and what is to be reached."""
import rivals
import same
from timing import SLOW, Failed, Late, Row, Target, alternate, once, spawned

SPEED = {   # how many times as fast, on numbers.csv
    "cat": {"polars": 5, "mlr": 25},
    "impute -s median": {"polars": 3, "sklearn": 25},
    "scale -s standard": {"polars": 2, "sklearn": 15},
    "apply": {"polars": 2},
    "seven filters": {"sklearn": 8},
}
FILTERS = ["split -q -t label --seed 7", "clean -q --trim", "impute -q -t label -c 'x*'", "weigh -q -t label",
           "encode -q -t label -c city", "scale -q -t label -c 'x*'", "cat"]


def speed(number):
    return Target("speed", number) if number else None


class Works:
    def __init__(self, options, folder, found, env):
        self.options, self.folder, self.found, self.env = options, folder, found, env
        self.tamis, self.rows, self.notes, self.wrong = options.tamis, [], [], False
        self.ways = {}      # the faster of Polars' two for each of its works

    def note(self, text):
        self.notes.append(text)
        print("# " + text, flush=True)

    def fault(self, text):
        self.wrong = True
        self.note(text)

    def run(self, command, out="/dev/null"):
        return once(command, self.folder, out, self.env, self.options.limit)

    def wanted(self, *words):
        return self.options.only in " ".join(words)

    # -- one comparison ---------------------------------------------------------------------------------------------------

    def keep(self, row):
        self.rows.append(row)
        if row.theirs is None:
            print("%-8s %-20s %-9s %9.2f ms" % (row.file, row.work, row.rival, row.ours * 1000), end="")
        elif row.ratio is None:
            print("%-8s %-20s %-9s %8.3f s  > %6.0f s" % (row.file, row.work, row.rival, row.ours, row.limit), end="")
        else:
            print("%-8s %-20s %-9s %8.3f s %8.3f s  x %6.2f  cpu %6.2f / %6.2f s"
                  % (row.file, row.work, row.rival, row.ours, row.theirs, row.ratio, row.cpu, row.its_cpu), end="")
        print("   %s: %s" % (row.target.text(), row.verdict()) if row.target else "", flush=True)

    def compare(self, file, work, ours, rival, theirs, target=None, differ=same.differ, alike="cells", check=None):
        """Answers first: if they differ nothing is timed. `check` is theirs where what is timed does not print its answer."""
        if not self.wanted(file, work, rival):
            return
        a, b = self.folder / "ours.out", self.folder / "theirs.out"
        row = Row(file, work, rival, None, target=target, alike=alike)
        try:
            row.ours, row.cpu = self.run(ours, a)
        except (Late, Failed) as e:
            return self.fault("%s, %s: tamis failed: %s" % (file, work, e))
        try:
            took = self.run(check or theirs, b)[0]
        except Late:
            row.limit = self.options.limit
            return self.keep(row)
        except Failed as e:
            return self.note("%s, %s, %s: failed: %s" % (file, work, rival, str(e).strip().split("\n")[-1]))
        why = differ(a, b)
        if why:
            return self.fault("%s, %s, %s: the answers differ, no time is counted: %.300s" % (file, work, rival, why))
        row.pairs = 1 if took > SLOW else self.options.pairs
        out = "/dev/null" if self.options.null else a, "/dev/null" if self.options.null else b
        try:
            row.ours, row.theirs, row.ratio, row.cpu, row.its_cpu = alternate(
                lambda: self.run(ours, out[0]), lambda: self.run(theirs, out[1]), row.pairs)
        except Late:
            row.limit = self.options.limit
        self.keep(row)

    def polars_way(self, work, path, more=""):
        """Polars' lazy way or its eager one, whichever took less in two runs each on this file."""
        if work not in self.ways:
            took = {}
            for _ in (1, 2):
                for way in ("lazy", "eager"):
                    t = self.run("POLARS_WAY=%s %s %s %s%s" % (way, self.found["polars"][0], work, path, more))[0]
                    took[way] = min(t, took.get(way, t))
            self.ways[work] = min(took, key=took.get)
            self.note("Polars %s: lazy %.2f s, eager %.2f s; %s is kept" % (work, took["lazy"], took["eager"], self.ways[work]))
        return self.ways[work]

    def asked(self, rival, work, path, prefix, file):
        call = self.found[rival][0]
        if rival == "polars" and file != "wide":
            call = "POLARS_WAY=%s %s" % (self.polars_way(work, self.folder / "numbers.csv"), call)
        return rivals.COPIES[rival] % path if work == "copy" and rival in rivals.COPIES else "%s %s %s %s" % (call, work, path, prefix)

    # -- the works --------------------------------------------------------------------------------------------------------

    def against(self, file, work, ours, theirs, prefix="x", tolerance=1e-9):
        """One work on one file against everybody who can do it."""
        path = self.folder / (file + ".csv")
        able = self.found if theirs == "copy" else rivals.COUNTING
        for rival in able:
            if rival not in self.found or not self.wanted(file, work, rival):
                continue
            number = SPEED[work].get(rival) if file == "numbers" else 1
            self.compare(file, work, "%s %s %s" % (self.tamis, ours, path), rival, self.asked(rival, theirs, path, prefix, file),
                         speed(number), lambda a, b: same.differ(a, b, tolerance))

    def applying(self):
        if "polars" not in self.found or not self.wanted("numbers", "apply", "polars"):
            return
        f, path, call = self.folder, self.folder / "numbers.csv", self.found["polars"][0]
        self.run("%s impute -q -t label -c 'x*' then encode -t label -c city then scale -t label -c 'x*' --save %s/model.json %s"
                 % (self.tamis, f, path))
        self.run("%s learn %s x %s/polars.json" % (call, path, f))
        way = self.polars_way("apply", path, " x %s/polars.json" % f)
        self.compare("numbers", "apply", "%s apply %s/model.json %s" % (self.tamis, f, path), "polars",
                     "POLARS_WAY=%s %s apply %s x %s/polars.json" % (way, call, path, f), speed(SPEED["apply"]["polars"]),
                     lambda a, b: same.differ(a, b, 1e-7))

    def one_thread(self):
        path = self.folder / "numbers.csv"
        for work, ours, theirs in (("cat -j 1", "cat -j 1", "copy"),
                                   ("impute -j 1", "impute -q -j 1 -t label -c 'x*' -s median", "median"),
                                   ("scale -j 1", "scale -q -j 1 -t label -c 'x*'", "standard")):
            if "polars" in self.found and self.wanted("numbers", work, "polars"):
                self.compare("numbers", work, "%s %s %s" % (self.tamis, ours, path), "polars", "POLARS_MAX_THREADS=1 "
                             + self.asked("polars", theirs, path, "x", "numbers"), speed(1), lambda a, b: same.differ(a, b, 1e-7))

    def seven(self):
        """Seven filters: as a pipeline, one after another, as a chain, and as pandas with scikit-learn."""
        t, path = self.tamis, self.folder / "numbers.csv"

        def pipeline(path):
            return " | ".join("%s %s" % (t, f) for f in FILTERS).replace(FILTERS[0], "%s %s" % (FILTERS[0], path), 1)

        steps = [str(path)] + ["step%d.csv" % (i + 1) for i in range(len(FILTERS))]
        apart = " && ".join("%s %s %s > %s" % (t, f, steps[i], steps[i + 1]) for i, f in enumerate(FILTERS))
        chain = "%s %s %s" % (t, " then ".join(f.replace(" -q", "", 1) if i else f for i, f in enumerate(FILTERS)), path)
        self.compare("numbers", "seven filters", pipeline(path), "one by one", apart, Target("wall", 1.1),
                     check="%s && cat %s" % (apart, steps[-1]))
        self.compare("numbers", "seven, one chain", chain, "pipeline", pipeline(path), Target("cpu", .5))
        if "sklearn" in self.found:
            self.compare("numbers", "seven filters", pipeline(path), "sklearn", "%s seven %s" % (self.found["sklearn"][0], path),
                         speed(SPEED["seven filters"]["sklearn"]), same.unlike, "sums")
        self.short("seven filters", ["sh", "-c", pipeline(self.folder / "tiny.csv") + " > /dev/null"], 60, 51)

    def short(self, work, command, milliseconds, runs):
        """What takes milliseconds, many times, without a rival."""
        if self.wanted("tiny", work):
            try:
                took = spawned(command, 11 if self.options.quick else runs)
            except Failed as e:
                return self.fault("tiny, %s: tamis failed: %s" % (work, e))
            self.keep(Row("tiny", work, "", took, target=Target("ms", milliseconds)))

    def curves_and_splits(self):
        """What takes scikit-learn long on numbers: whole processes, as everywhere here."""
        path = self.folder / "numbers.csv"
        for work, ours, theirs, number, check in (
                ("scale -s quantile", "scale -q -t label -c 'x*' -s quantile", "quantile", 8, lambda a, b: same.differ(a, b, 1e-7)),
                ("scale -s power", "scale -q -t label -c 'x*' -s power", "power", 8, lambda a, b: same.differ(a, b, 1e-5)),
                ("profile", "profile -q --csv", "profile", 10, same.untold),
                ("split --stratify", "split -q --stratify label --seed 7", "split", 15, same.unlike)):
            if "sklearn" in self.found and self.wanted("numbers", work, "sklearn"):
                self.compare("numbers", work, "%s %s %s" % (self.tamis, ours, path), "sklearn",
                             "%s %s %s" % (self.found["sklearn"][0], theirs, path), speed(number), check,
                             *(["sums"] if check is same.unlike else ["figures"] if check is same.untold else []))

    def profiles(self):
        """`profile` and xan: all it has, and (without quartiles and distinct values) what it tells of a stream."""
        path = self.folder / "numbers.csv"
        ours = "profile -q --csv"
        for work, command in (("profile", "xan stats -A -p"), ("profile, stream", "xan stats -p")):
            if "xan" in self.found:
                theirs = "%s %s" % (command, path)
                self.compare("numbers", work, "%s %s %s" % (self.tamis, ours, path), "xan", theirs, speed(1), same.untold, "figures",
                             "%s | python3 %s" % (theirs, rivals.HERE / "rivals" / "told_by_xan.py"))

    def balancing(self):
        if "sklearn" in self.found and self.wanted("numbers", "smote", "sklearn"):
            full = self.folder / "full.csv"
            self.run("%s impute -q -t label %s/numbers.csv | %s clean -q --drop city" % (self.tamis, self.folder, self.tamis), full)
            self.compare("numbers", "smote", "%s smote -q --metric raw -t label -c 'x*' %s" % (self.tamis, full), "sklearn",
                         "%s smote %s" % (self.found["sklearn"][0], full), None, same.unlike, "sums")

    def all(self):
        label = "-t label -c 'x*'"
        self.short("--version", [self.tamis, "--version"], 5, 501)
        self.against("numbers", "cat", "cat", "copy")
        self.against("numbers", "impute -s median", "impute -q %s -s median" % label, "median")
        self.against("numbers", "scale -s standard", "scale -q %s" % label, "standard", tolerance=1e-7)
        self.applying()
        self.one_thread()
        self.seven()
        self.curves_and_splits()
        self.profiles()
        self.balancing()
        for file, select, prefix in (("quoted", label, "x"), ("wide", "-c 'c*'", "c"), ("text", "-c score", "score")):
            self.against(file, "cat", "cat", "copy")
            self.against(file, "impute -s median", "impute -q %s -s median" % select, "median", prefix)
