#!/usr/bin/env python3
"""The promises of the README, each tested over every registered step.

CASES holds, for every step type, command lines that use it; a step type with none fails the run, so that a new step
cannot escape. Each promise is a function that takes one case. Run by meson; by hand:

    tests/promises/promises.py build/tools/tamis [-k PART-OF-A-NAME]

With TAMIS_PROMISES=few in the environment only those in FEW are looked at.
"""
import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# step -> [(arguments, columns it may change or None for any, filled beforehand?)]
# "holes" data has missing cells; "full" has none, for steps that refuse them.
CASES = {
    # under mar and mnar it learns from all rows, and says so: the holes are no part of what is learned for a model
    "ampute": [
        ("-t label --rate .3", None, "holes"),
        ("-t label --rate .3 -c age,city", {"age", "city"}, "holes"),
        ("-t label -s mar --rate .2 -c age,visits,note --by income,city --type tail", {"age", "visits", "note"}, "unsplit"),
        ("-t label -s mar --rate .2", None, "whole"),
        ("-t label -s mnar --rate .2 -c age,income,city --type left", {"age", "income", "city"}, "unsplit"),
        ("-t label -s mar --of rows --rate .5 -c age:tiny", {"age", "income", "visits", "tiny"}, "unsplit"),
        ("-t label -s mnar --window draw --rate .2 -c age,income", {"age", "income"}, "whole"),
        ("-t label --of rows --rate .6", None, "full"),
        ("-t label --run 30 --rate .2 -c age,income", {"age", "income"}, "holes"),
        ("-t label --block 40x2 --rate .1 -c age:tiny", {"age", "income", "visits", "tiny"}, "full"),
    ],
    "clean": [
        ("--trim --blank unknown", {"city", "note"}, "holes"),
        ("--drop note --rename city=town", {"town"}, "holes"),
        ("--dedupe", set(), "holes"),
        ("--drop-columns-over .5", set(), "holes"),
        ("--drop-rows-over .2", set(), "holes"),
        ("--numbers --booleans --dates iso -c age,city,note,label", {"age", "city", "note", "label"}, "holes"),
        ("--alike case,blanks,punctuation --blank unknown --flag", {"city", "note"}, "holes"),
        ("--outliers iqr --outliers-to clip -c age,income,tiny", {"age", "income", "tiny"}, "holes"),
        ("--outliers mad --outliers-to blank -c income,tiny", {"income", "tiny"}, "full"),
        ("--outliers z --outliers-to drop -c income", set(), "holes"),
        ("--outliers z --trim --dedupe", {"city", "note"}, "holes"),
        ("--dates parts -c city", set(), "holes"),
    ],
    "impute": [
        ("-t label", None, "holes"),
        ("-t label -s mean --indicator", None, "holes"),
        ("-t label -s mode", None, "holes"),
        ("-t label -s 'age=mean,city=constant,*=median' --fill nowhere", None, "holes"),
        ("-t label -g city -s median", None, "holes"),
        ("-t label -c age -s mean --round", {"age"}, "holes"),
        ("-t label -s mean --trim .1", None, "holes"),
        ("-t label -s knn", None, "holes"),
        ("-t label -g city -s 'age=knn,income=knn,*=median' -k 3 --weights distance --metric nan-euclidean", None, "holes"),
        ("-t label -s random", None, "holes"),
        ("-t label -c age,income,visits,tiny -s iterative --max-iter 4", {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -c age,income,visits,tiny -g city -s 'tiny=median,*=iterative' --nearest 2 --max-iter 3",
         {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -s iterative --max-iter 3 -c age,income,city", {"age", "income", "city"}, "holes"),
        ("-t label -c age,income,visits,tiny -s em", {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -c !code -s mice -m 2 --iterations 2", None, "holes"),
        ("-t label -c id,age,income,visits,tiny -g city -s mice -m 1 --iterations 2 --method 'age=norm,income=cart,visits=sample,*=pmm'",
         {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -s boost --trees 8 --iterations 2 -c age,income,city", {"age", "income", "city"}, "holes"),
        ("-t label -s boost --match --trees 5 --iterations 2 -c age,income", {"age", "income"}, "holes"),
        ("-t label -c age,income,visits,tiny -s softimpute --rank 2", {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -g city -s 'age=median,*=random'", None, "holes"),
        ("-t label -s forest --trees 3 --max-iter 2", None, "holes"),
        ("-t label -g city -s 'age=forest,*=random' --trees 2 --max-iter 1", None, "holes"),
        ("-t label -s 'age=random,*=mean' --delta 'age=0;+10%;-3' --original --min age=0", None, "holes"),
        ("-t label -c age,income,city -s auto --neighbors 3 --trees 5", {"age", "income", "city"}, "holes"),
        ("-t label -s '@numeric=em,*=mode'", None, "holes"),
        ("-t label -g city -s '@numeric=em,*=random' --draw --max-iter 20", None, "holes"),
        ("-t label -c age,income,visits,tiny,city -s regression", {"age", "income", "visits", "tiny", "city"}, "holes"),
        ("-t label -s regression --stochastic", None, "holes"),
        ("-t label -s ffill", None, "holes"),
        ("-t label -s 'age=interpolate,income=random,visits=mean,*=bfill' -g city --order id --max-gap 3", None, "holes"),
        ("-t label -c age,income,city -s hotdeck --order visits,id", {"age", "income", "city"}, "holes"),
        ("-t label -c age,visits -g city -s ffill --order income,id", {"age", "visits"}, "holes"),
        ("-t label -c age,income -s interpolate --order id --spline --ends extend", {"age", "income"}, "holes"),
        ("-t label -c age,income,city,visits -s mice -m 2 --iterations 1 --method 'city=polyreg,age=forest,income=norm-predict,*=mean'",
         {"age", "income", "city", "visits"}, "holes"),
    ],
    "decide": [
        ("-p age -t label --best f1", set(), "holes"),
        ("-p income -t label --best cost --cost fn=9,fp=1 --positive no", set(), "full"),
        ("-p tiny --threshold 0", set(), "holes"),
    ],
    "scale": [
        ("-t label -c age:tiny", {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -c !id,!code -s minmax --range=-1,1", {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -s maxabs -c age", {"age"}, "holes"),
        ("-t label -c age:tiny -s robust --precision 4", {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -c age:tiny -s quantile --onto normal", {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -c age:tiny -s power", {"age", "income", "visits", "tiny"}, "holes"),
        ("-t label -c age,income -s power -g city", {"age", "income"}, "full"),
        ("-t label -c age,income,visits -s bins --say middle", {"age", "income", "visits"}, "holes"),
        ("-t label -c age,income -s bins --say text", {"age", "income"}, "full"),
        ("-t label -c age,income -s age=winsor,*=center", {"age", "income"}, "holes"),
        ("-t label -c age,income,visits -s visits=log,*=normalize --norm l1", {"age", "income", "visits"}, "full"),
    ],
    "encode": [
        ("-t label -c city", None, "full"),
        ("-t label -c city,note --drop-if-binary --max-categories 2", None, "full"),
        ("-t label -s ordinal -c city", {"city"}, "full"),
        ("-t label -c city --min-count 500 --unknown zeros", None, "full"),
        ("-t label -s target -c city,note --min-count 3", {"city", "note"}, "holes"),
        ("-t age -s target -c city,code --unknown ignore --smooth 3 --types age=number", {"city", "code"}, "full"),
        ("-t city -s target -c note --cross-fit 3 --types city=text", None, "full"),
        ("-t label -s 'city=woe,*=frequency' -c city,code --unknown ignore", {"city", "code"}, "holes"),
        ("-t label -s binary -c city", None, "full"),
        ("-t label -s hash --buckets 5 -c city,code", None, "full"),
        ("-t label -s missing-flag", None, "holes"),
    ],
    "split": [
        ("-t label --test .25", set(), "unsplit"),
        ("--test .2 --valid .1", set(), "unsplit"),
        ("--folds 5 -t label", set(), "unsplit"),
        ("--group code", set(), "whole"),
        ("--time id", set(), "unsplit"),
        ("--time id --gap 9 --group code", set(), "unsplit"),
        ("--time id --folds 4", set(), "unsplit"),
        ("--stratify label,income --keep-duplicates", set(), "unsplit"),
        ("--stratify city,age --folds 3 --repeats 2", set(), "unsplit"),
        ("--hash id --test .2", set(), "unsplit"),
        ("--group city --each-group", set(), "whole"),
    ],
    "smote": [
        ("-t label -c age,income,visits", set(), "full"),
        ("-t label -c age,income,visits,city --mark --ratio .8", set(), "full"),
        ("-t label -c age,income,visits -s adasyn --provenance --per-attribute", set(), "full"),
        ("-t label -c age,income,city -s borderline1", set(), "full"),
        ("-t label -c age,income,visits -s borderline2 --around 20 --provenance", set(), "full"),
        ("-t label -c age,income,visits,city -s kmeans --clusters 12", set(), "full"),
        ("-t label -c city,note -s n --ratio .9", set(), "full"),
        ("-t label -c age,income,city -s rose --shrinkage .5 -g code", set(), "full"),
        ("-t label -c age,income -s safe-level -k 8", set(), "full"),
        ("-t label -c age,income,visits,city -s svm", set(), "full"),
    ],
    "learn": [
        ("-t label -c age,income,visits,city", set(), "full"),
        ("-t label -c age,income,city -s svm --each", set(), "full"),
        ("-t label -c age,income,visits,city -s knn", set(), "full"),
        ("-t label -c age,income,visits,city -s boost --rounds 5", set(), "holes"),
        ("-t income -c age,visits,city -s ridge --explain", set(), "full"),
        ("-t label -s majority", set(), "holes"),
        ("-t city -c age,income,tiny -w visits", set(), "full"),
    ],
    "prune": [
        ("-t label -s tomek", set(), "full"),
        ("-t label -s enn -c age,income,visits --metric raw", set(), "full"),
        ("-t label -s renn --kind mode --only yes,no", set(), "full"),
        ("-t label -s allknn -k 2 -c age,income,visits", set(), "full"),
        ("-t label -s cnn -c age,income,city", set(), "full"),
        ("-t label -s oss -c age,income", set(), "full"),
        ("-t label -s ncr -c age,income,city", set(), "full"),
        ("-t label -s nearmiss1 -c age,income,visits", set(), "full"),
        ("-t label -s nearmiss2 -c age,income,city", set(), "full"),
        ("-t label -s nearmiss3 -c age,income --ratio .8", set(), "full"),
        ("-t label -s iht -c age,income,city", set(), "full"),
        ("-t label -s centroids -c age,income,city --ratio .8", set(), "full"),
    ],
    "sample": [
        ("-t label -s over", set(), "full"),
        ("-t label -s under", set(), "full"),
        ("-t label -s cost --cost 'yes=5,no=1'", set(), "full"),
        ("-t label -s weighted -n 2000 --cost 'yes=5,no=1'", set(), "full"),
        ("-t label -s under --share 'no=30%' --weigh-back", set(), "full"),
        ("-t label -s over --weigh-back", set(), "full"),
        ("-t label -s reservoir --each 500 --weigh-back", set(), "full"),
        ("-s reservoir --count 1500", set(), "whole"),
        ("-t label -s bernoulli --share no=.25 --weigh-back", set(), "full"),
        ("-t label -s costing --cost 'yes=5,no=1' --samples 3", set(), "full"),
        ("-s cost --cost-column age", set(), "full"),
    ],
    "weigh": [
        ("-t label", set(), "full"),
        ("-t label -s cost --cost 'yes=5,no=1'", set(), "full"),
        ("-t label -s effective --beta .99 --normalize mean", set(), "full"),
        ("-s cost --cost-column age --normalize sum", set(), "full"),
    ],
}
# verbs that are not steps of a chain
NO_STEPS = {"apply", "bench", "cat", "drift", "drill", "evaluate", "help", "part", "pool", "profile", "score", "version"}
# strategies and options of impute that draw; the others give the same for any seed
DRAWS = {"boost", "draw", "forest", "mice", "nearest", "random", "softimpute", "stochastic"}
# the same of prune
PRUNE_DRAWS = {"centroids", "cnn", "iht", "oss"}
# strategies of impute whose answer hangs on the order of the rows
ORDERED = {"ffill", "bfill", "hotdeck", "interpolate"}
ROWS = 9000


def names_any(arguments, strategies):
    return any(re.search(r"(?<!\w)%s\b" % name, arguments) for name in strategies)


def orders_rows(arguments):
    """Whether the order of the file is none of its business."""
    return not names_any(arguments, ORDERED) or "--order" in arguments


def copies(step, arguments):
    """How often each row goes out (impute --imputations, --delta)."""
    if step != "impute":
        return 1
    m, delta = re.search(r"-m (\d+)", arguments), re.search(r"--delta '(.*?)'", arguments)
    return int(m.group(1) if m else 1) * (delta.group(1).count(";") + 1 if delta else 1) + ("--original" in arguments)


class Broken(Exception):
    pass


def check(truth, what):
    if not truth:
        raise Broken(what)


# -- data ---------------------------------------------------------------------------------------------------------------

def make(rows, seed, holes, split):
    """Rows as raw text; quoted cells, blanks, zero-padded codes, odd number forms among them."""
    r = random.Random(seed)
    lines = []
    for i in range(rows):
        label = "yes" if r.random() < .12 else "no"
        age = str(r.randint(18, 90)) if r.random() < .8 else "%.1f" % r.uniform(18, 90)
        income = "%.2f" % r.lognormvariate(10, 1)
        visits = r.choice(["0", "1", "2", "3", "+4", "1e1"])
        tiny = "%.3e" % r.gauss(0, 1e-7)
        city = r.choice(['"Aix, en"', "Bath", '"Col""m"', "Bath", "unknown", " Dax", "Ulm"])
        note = r.choice(["", "x", '"two\nlines"', "ok "])
        code = "%05d" % r.randint(0, 99999)
        if holes:
            age = "" if r.random() < .2 else age
            income = "NA" if r.random() < .1 else income
            city = "" if r.random() < .1 else city
            visits = "" if r.random() < .05 else visits
            tiny = "" if r.random() < .6 else tiny
        cells = [str(i), age, income, visits, tiny, city, note if holes else '"n"', code, label]
        if split:
            cells.append("test" if r.random() < .3 else "train")
        lines.append(",".join(cells))
    # exact duplicates, some of them far apart
    for i in range(0, rows // 50):
        lines[-1 - i] = lines[i]
    header = "id,age,income,visits,tiny,city,note,code,label" + (",_split" if split else "")
    return header, lines


def text(header, lines):
    return ("\n".join([header] + lines) + "\n").encode()


# as it stands in the file, quotes and all, with what ends it
CELL = re.compile(rb'([^",\n]*(?:"[^"]*"[^",\n]*)*)([,\n])')


def raw_records(data):
    """Records as lists of raw cells, read by a rule that is not the program's."""
    records, cells, end = [], [], 0
    for cell in CELL.finditer(data):
        check(cell.start() == end, "a quote that nothing closes")
        end = cell.end()
        cells.append(cell[1])
        if cell[2] == b"\n":
            records.append(cells)
            cells = []
    check(end == len(data) and not cells, "the output does not end in a newline")
    return records


# -- running ------------------------------------------------------------------------------------------------------------

class World:
    def __init__(self, tamis, folder):
        self.tamis, self.folder = tamis, folder
        self.files = {}
        for kind, holes, split in (("holes", True, True), ("full", False, True), ("unsplit", True, False), ("whole", False, False)):
            header, lines = make(ROWS, 7, holes, split)
            self.files[kind] = (folder / (kind + ".csv"), header, lines)
            self.files[kind][0].write_bytes(text(header, lines))

    def takes(self, step, option):
        """Whether help lists the option: what a step has, it is tested for."""
        lines = self.shell("%s help %s" % (self.tamis, step)).decode().splitlines()
        return any(re.match(r"\s+(-\w, )?--%s\b" % option, line) for line in lines)

    def saves(self, step, arguments):
        return self.takes(step, "save") and not (step == "impute" and names_any(arguments, ORDERED))

    def run(self, arguments, stdin=None, files=(), pieces=None, extra=""):
        command = "%s %s %s %s" % (self.tamis, arguments, extra, " ".join(map(str, files)))
        return self.shell(command, stdin, pieces)

    def shell(self, command, stdin=None, pieces=None):
        p = subprocess.Popen(["bash", "-o", "pipefail", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, cwd=self.folder, env=dict(os.environ, TMPDIR=str(self.folder)))
        if pieces and stdin is not None:
            def feed():
                try:
                    at = 0
                    while at < len(stdin):
                        n = pieces()
                        p.stdin.write(stdin[at:at + n])
                        p.stdin.flush()
                        at += n
                    p.stdin.close()
                except BrokenPipeError:
                    pass
            with ThreadPoolExecutor(1) as pool:
                fed = pool.submit(feed)
                out = p.stdout.read()
                err = p.stderr.read()
                fed.result()
            p.wait()
        else:
            out, err = p.communicate(stdin)
        check(p.returncode == 0, "exit %d: %s\n%s" % (p.returncode, command, err.decode(errors="replace")))
        return out


# -- the promises -------------------------------------------------------------------------------------------------------

def same_for_any_threads_and_source(w, step, arguments, changes, kind):
    path, header, lines = w.files[kind]
    data = path.read_bytes()
    want = w.run(step + " " + arguments, files=[path], extra="-q -j 1")
    check(len(want) > 1000, "no output to compare")
    for extra in ("-j 2", "-j 8"):
        check(w.run(step + " " + arguments, files=[path], extra="-q " + extra) == want, "other bytes with " + extra)
    check(w.run(step + " " + arguments, stdin=data, extra="-q -j 2") == want, "other bytes from a pipe")
    check(w.run(step + " " + arguments, stdin=data, extra="-q -j 2 --memory 64K") == want, "other bytes when spilling")
    r = random.Random(3)
    check(w.run(step + " " + arguments, stdin=data, extra="-q -j 2", pieces=lambda: r.randint(1, 5000)) == want,
          "other bytes from a pipe in odd pieces")


def same_for_any_cut_into_files(w, step, arguments, changes, kind):
    path, header, lines = w.files[kind]
    want = w.run(step + " " + arguments, files=[path], extra="-q")
    parts = []
    with tempfile.TemporaryDirectory(dir=w.folder) as folder:
        for i, (a, b) in enumerate(((0, 17), (17, 18), (18, 4000), (4000, 4000), (4000, len(lines)))):
            part = Path(folder) / ("part%d.csv" % i)
            part.write_bytes(text(header, lines[a:b]))
            parts.append(part)
        check(w.run(step + " " + arguments, files=parts, extra="-q") == want, "other bytes when the input is cut into files")


def a_byte_at_a_time(w, step, arguments, changes, kind):
    path, header, lines = w.files[kind]
    data = text(header, lines[:600])
    want = w.run(step + " " + arguments, stdin=data, extra="-q")
    check(w.run(step + " " + arguments, stdin=data, extra="-q", pieces=lambda: 1) == want, "other bytes one at a time")


def a_chain_is_a_pipeline(w, step, arguments, changes, kind):
    path, header, lines = w.files[kind]
    before = {
        "holes": ["clean --trim", "scale -t label -c income -s standard", "clean --drop-rows-over .3"],
        "full": ["scale -t label -c income -s robust", "clean --dedupe"],
        "unsplit": ["clean --dedupe", "scale -t label -c income"],
        "whole": ["clean --dedupe", "scale -t label -c income"],
    }[kind]
    after = {"split": "impute -t label -s mean"}.get(step, "scale -t label -c @numeric -s minmax")
    for first in before:
        chain = w.run("%s -q then %s %s then %s" % (first, step, arguments, after), files=[path])
        pipe = w.shell("%s %s -q %s | %s %s %s -q | %s %s -q" % (w.tamis, first, path, w.tamis, step, arguments, w.tamis, after))
        check(chain == pipe, "a chain gives other bytes than the pipeline: %s then %s" % (first, step))


def untouched_cells_keep_their_bytes(w, step, arguments, changes, kind):
    if changes is None:
        return
    path, header, lines = w.files[kind]
    out = raw_records(w.run(step + " " + arguments, files=[path], extra="-q"))
    names = [c.decode() for c in out[0]]
    source = raw_records(path.read_bytes())
    rows = {record[0]: record for record in source[1:]}
    at = {name: i for i, name in enumerate(c.decode() for c in source[0])}
    kept = [(i, at[name]) for i, name in enumerate(names) if name in at and name not in changes]
    check(len(kept) >= 3, "too few columns are left to compare")
    compared = 0
    for record in out[1:]:
        origin = rows.get(record[0])        # synthetic rows have no id of their own
        if not origin:
            check(step == "smote", "a row came from nowhere: %r" % record)
            continue
        for i, j in kept:
            check(record[i] == origin[j], "cell %s of row %s: %r became %r" % (names[i], record[0], origin[j], record[i]))
        compared += 1
    check(compared > 500, "only %d rows were compared" % compared)


def test_rows_teach_nothing(w, step, arguments, changes, kind):
    if kind in ("unsplit", "whole"):
        return
    path, header, lines = w.files[kind]
    r = random.Random(11)
    altered = []
    for line in lines:
        if line.endswith(",test"):
            cells = raw_records((line + "\n").encode())[0]
            cells = [c.decode() for c in cells]
            cells[1] = str(r.randint(-10**6, 10**6))
            cells[2] = "%.5f" % r.uniform(-1e9, 1e9)
            cells[5] = r.choice(["Bath", "Ulm"])
            cells[8] = r.choice(["yes", "no"])
            line = ",".join(cells)
        altered.append(line)
    check(altered != lines, "nothing was altered")
    with tempfile.TemporaryDirectory(dir=w.folder) as folder:
        other = Path(folder) / "altered.csv"
        other.write_bytes(text(header, altered))
        outputs, models = [], []
        for i, source in enumerate((path, other)):
            model = Path(folder) / ("model%d.json" % i)
            save = "--save %s" % model if w.saves(step, arguments) else ""
            out = raw_records(w.run(step + " " + arguments, files=[source], extra="-q " + save))
            mark = out[0].index(b"_split")
            outputs.append([out[0]] + [record for record in out[1:] if record[mark] == b"train"])
            models.append(model.read_bytes() if save else b"")
        check(models[0] == models[1], "the saved model depends on the test rows")
        check(outputs[0] == outputs[1], "the train rows depend on the test rows")


def test_rows_stay_where_they_are(w, step, arguments, changes, kind):
    if kind in ("unsplit", "whole"):
        return
    path, header, lines = w.files[kind]
    want = [line.split(",")[0].encode() for line in lines if line.endswith(",test") for _ in range(copies(step, arguments))]
    for more in ("", " --learn-from all") if w.takes(step, "learn-from") else ("",):
        out = raw_records(w.run(step + " " + arguments + more, files=[path], extra="-q"))
        mark = out[0].index(b"_split")
        check([record[0] for record in out[1:] if record[mark] == b"test"] == want, "test rows came, went or moved" + more)


def learning_from_all_is_told(w, step, arguments, changes, kind):
    if not w.takes(step, "learn-from") or kind in ("unsplit", "whole"):
        return
    said = w.shell("%s %s %s --learn-from all -o /dev/null %s 2>&1" % (w.tamis, step, arguments, w.files[kind][0]))
    if "--dedupe" in arguments or "--drop-columns-over" in arguments or not (
            step == "clean" or (step == "decide" and "-t label" not in arguments)):     # else nothing is learned
        check(said.count(b"--learn-from all: ") == 1, "--learn-from all is not warned of: %r" % said)


def learned_once_applied_anywhere(w, step, arguments, changes, kind):
    if not w.saves(step, arguments):
        return
    path, header, lines = w.files[kind]
    new_header, new_lines = make(300, 99, kind == "holes", True)
    with tempfile.TemporaryDirectory(dir=w.folder) as folder:
        model = Path(folder) / "model.json"
        w.run(step + " " + arguments, files=[path], extra="-q --save %s -o %s" % (model, Path(folder) / "out.csv"))
        json.loads(model.read_text())
        whole = w.run("apply %s" % model, stdin=text(new_header, new_lines), extra="-q")
        got = raw_records(whole)
        n = copies(step, arguments)
        check(len(got) == 300 * n + 1, "apply changed the number of rows: %d" % (len(got) - 1))
        for i in random.Random(5).sample(range(300), 12):
            one = raw_records(w.run("apply %s" % model, stdin=text(new_header, [new_lines[i]]), extra="-q"))
            want = got[1 + i * n:1 + (i + 1) * n]
            check(one == [got[0]] + want, "row %d alone gives other bytes: %r, not %r" % (i, one[1:], want))
        again = w.run("%s --load %s" % (step, model), stdin=text(new_header, new_lines), extra="-q")
        check(again == whole, "--load gives other bytes than apply")


def a_seed_means_something(w, step, arguments, changes, kind):
    if not w.takes(step, "seed") or "--time" in arguments or "--each-group" in arguments:
        return                              # nothing is drawn
    path = w.files[kind][0]
    outs = [w.run(step + " " + arguments, files=[path], extra="-q --seed %d" % s) for s in (1, 1, 2)]
    check(outs[0] == outs[1], "the same seed gives other bytes")
    if step == "impute" and "auto" in arguments:
        return                              # the seed decides what is masked, and that need not change the choice
    if (step == "impute" and not names_any(arguments, DRAWS)) or (step == "prune" and not names_any(arguments, PRUNE_DRAWS)) or (
            step == "encode" and not re.search("target|woe", arguments)):
        check(outs[0] == outs[2], "another seed gives other bytes, and nothing is drawn")
    else:
        check(outs[0] != outs[2], "another seed gives the same bytes")


def order_changes_nothing_but_order(w, step, arguments, changes, kind):
    """Rows and columns shuffled: the same rows come out, shuffled. What fills from the rows around a hole says by --order which
    those are; without it the order of the file does, and only the columns are shuffled."""
    if step not in ("impute", "prune", "smote"):
        return
    path, header, lines = w.files[kind]
    r = random.Random(13)
    table = [[c.decode() for c in record] for record in raw_records(text(header, lines))]
    columns = list(range(len(table[0])))
    if step != "smote":                     # its distances are summed from the first column to the last
        r.shuffle(columns)
    rows = table[1:]
    if orders_rows(arguments):
        r.shuffle(rows)
    shuffled = [[record[i] for i in columns] for record in [table[0]] + rows]
    out = []
    for data in (path.read_bytes(), text(",".join(shuffled[0]), [",".join(record) for record in shuffled[1:]])):
        got = raw_records(w.run(step + " " + arguments, stdin=data, extra="-q"))
        names = sorted(range(len(got[0])), key=lambda i: got[0][i])
        names = [i for i in names if got[0][i] not in (b"_parent", b"_neighbor")]      # numbers of rows
        out.append([[record[i] for i in names] for record in got])
    check(out[0][0] == out[1][0], "other columns come out when rows and columns are shuffled")
    other = [(a, b) for a, b in zip(sorted(out[0][1:]), sorted(out[1][1:])) if a != b]
    check(not other, "%d rows are other ones when rows and columns are shuffled: %r" % (len(other), other[:1]))


def a_report_tells_the_rows(w, step, arguments, changes, kind):
    path, header, lines = w.files[kind]
    with tempfile.TemporaryDirectory(dir=w.folder) as folder:
        report = Path(folder) / "report.json"
        out = raw_records(w.run(step + " " + arguments, files=[path], extra="-q --report %s" % report))
        r = json.loads(report.read_text())
        check(r["rows_in"] == len(lines), "rows_in is %s" % r["rows_in"])
        check(r["rows_out"] == len(out) - 1, "rows_out is %s" % r["rows_out"])
        check(r["steps"][0]["step"] == step and r["steps"][0]["rows_out"] == len(out) - 1, "the step's own count is wrong")


def verbs_that_are_no_steps(w):
    """cat, apply and part give the same bytes for any threads and any source, too."""
    path, header, lines = w.files["holes"]
    data = path.read_bytes()
    with tempfile.TemporaryDirectory(dir=w.folder) as folder:
        model = Path(folder) / "model.json"
        w.run("impute -q -t label then encode -t label -c city then scale -t label -c age --save %s -o %s/out.csv" % (model, folder),
              files=[path])
        for verb in ("cat", "apply %s" % model):
            want = w.run(verb, files=[path], extra="-q -j 1")
            check(len(want) > len(data) // 2, "%s: no output to compare" % verb)
            check(verb != "cat" or want == data, "cat changed something")
            for extra in ("-j 2", "-j 8", "-j 2 --memory 64K"):
                check(w.run(verb, files=[path], extra="-q " + extra) == want, "%s: other bytes with %s" % (verb, extra))
                check(w.run(verb, stdin=data, extra="-q " + extra) == want, "%s: other bytes from a pipe" % verb)
        check(w.run("cat then cat", files=[path], extra="-q") == data, "cat: other bytes in a chain")
        wanted = None
        for i, extra in enumerate(("-j 1", "-j 2", "-j 8", "-j 2 --memory 64K")):
            for source, stdin in ((["files"], None), ([], data)):
                pattern = "%s/%d%d.{}.csv" % (folder, i, len(source))
                w.run("part '%s'" % pattern, files=[path] if source else (), stdin=stdin, extra="-q " + extra)
                parts = [Path(pattern.replace("{}", part)).read_bytes() for part in ("train", "test")]
                wanted = wanted or parts
                check(parts == wanted, "part: other bytes with %s" % extra)
        chain = "%s/c.{}.csv" % folder
        w.run("cat -q then part '%s'" % chain, files=[path])
        check([Path(chain.replace("{}", part)).read_bytes() for part in ("train", "test")] == wanted, "part: other bytes in a chain")
        got = [set(part.split(b"\n")) for part in wanted]
        for line in lines[:200]:
            if "\n" not in line:
                row, mark = line.rsplit(",", 1)
                check(row.encode() in got[mark == "test"], "row %r is not in its part" % row)


def every_strategy_has_a_case(w):
    """Each of impute's strategies is held to the promises, shuffled rows among them."""
    listed = re.search(r"^impute: .*\n((?: .*\n)+)", w.shell("%s help strategies" % w.tamis).decode(), re.M).group(1)
    names = re.findall(r"^  (\w+)$", listed, re.M)
    check(len(names) > 15, "the strategies were not found")
    named = {"median"} | {name for arguments, _, _ in CASES["impute"] if orders_rows(arguments)
                          for option in re.findall(r"(?:^| )-s ('.*?'|\S+)", arguments) for name in re.findall(r"\w+", option)}
    check(not set(names) - named, "no case for %s" % ", ".join(sorted(set(names) - named)))


PROMISES = [same_for_any_threads_and_source, same_for_any_cut_into_files, a_byte_at_a_time, a_chain_is_a_pipeline,
            untouched_cells_keep_their_bytes, test_rows_teach_nothing,
            test_rows_stay_where_they_are, learning_from_all_is_told, learned_once_applied_anywhere, a_seed_means_something,
            order_changes_nothing_but_order, a_report_tells_the_rows]
# what goes through all of a step's code once or twice: for runs under a sanitizer, where the bytes are held to nothing new
FEW = [same_for_any_threads_and_source, learned_once_applied_anywhere, a_report_tells_the_rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tamis")
    parser.add_argument("-k", default="", help="only cases whose name holds this")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tamis-promises-"))
    try:
        w = World(os.path.abspath(options.tamis), folder)
        said = subprocess.run([w.tamis, "help"], capture_output=True, text=True, check=True).stdout
        verbs = said.split("Verbs:\n")[1].split("\n\n")[0].splitlines()
        listed = [line.split()[0] for line in verbs if line[2] != " " and line.split()[0] not in NO_STEPS]
        print("TAP version 13")
        jobs = []
        for step in sorted(set(listed) | set(CASES)):
            if step not in listed or step not in CASES:
                jobs.append(("%s has cases and is registered" % step, None))
        for alone in (verbs_that_are_no_steps, every_strategy_has_a_case):
            if options.k in alone.__name__:
                jobs.append((alone.__name__, (alone,)))
        for step, cases in CASES.items():
            for arguments, changes, kind in cases:
                for promise in FEW if os.environ.get("TAMIS_PROMISES") == "few" else PROMISES:
                    name = "%s: %s %s" % (promise.__name__, step, arguments)
                    if options.k in name:
                        jobs.append((name, (promise, step, arguments, changes, kind)))

        def work(job):
            if not job[1]:
                return "a step without cases, or cases without a step"
            promise, *case = job[1]     # the case is empty for the verbs that are no steps
            try:
                promise(w, *case)
            except Broken as e:
                return str(e)
            return None

        failed = 0
        print("1..%d" % len(jobs))
        with ThreadPoolExecutor(2) as pool:
            for i, (job, why) in enumerate(zip(jobs, pool.map(work, jobs))):
                print("%sok %d - %s" % ("not " if why else "", i + 1, job[0].replace("#", "")), flush=True)
                if why:
                    failed += 1
                    print("\n".join("# " + line for line in why[:2000].splitlines()), flush=True)
        return 1 if failed else 0
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
