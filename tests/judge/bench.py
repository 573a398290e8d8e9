#!/usr/bin/env python3
"""What `tamis bench` promises: no program is dropped silently, no moment is a bad one to be killed, any row can be had alone.

    tests/judge/bench.py build/tools/tamis
"""
import csv
import html.parser
import io
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import xml.dom.minidom
from pathlib import Path

TAMIS = os.path.abspath(sys.argv[1])
FOLDER = Path(tempfile.mkdtemp(prefix="tamis-bench-test-"))
SCRATCH = FOLDER / "scratch"
SCRATCH.mkdir()
ENVIRONMENT = dict(os.environ, TMPDIR=str(SCRATCH))
LONG = "61.%07d" % os.getpid()                   # seconds that nobody else sleeps
HEADER = "file,mechanism,rate,repeat,seed,strategy,status,column,measure,value,n,message"
faults = []


def check(holds, why):
    if not holds:
        faults.append(why)


def table(name, rows, seed):
    r = random.Random(seed)
    lines = ["a,b,kind,y"]
    for _ in range(rows):
        a = r.gauss(0, 1)
        lines.append("%.3f,%.3f,%s,%d" % (a, a + r.gauss(0, .5), "high" if a + r.gauss(0, .3) > 0 else "low", a > .3))
    (FOLDER / name).write_text("\n".join(lines) + "\n")


def run(arguments, code=0, **more):
    done = subprocess.run([TAMIS, "bench", *arguments], cwd=FOLDER, env=ENVIRONMENT, capture_output=True, text=True, **more)
    check(done.returncode == code, "%s: exit %d: %s" % (shlex.join(arguments), done.returncode, done.stderr.strip()))
    return done.stdout


def rows_of(text):
    check(text.startswith(HEADER + "\n"), "the header is %s" % text.partition("\n")[0])
    return list(csv.DictReader(io.StringIO(text)))


def without_times(text):
    return sorted(tuple(r.values()) for r in rows_of(text) if r["measure"] not in ("seconds", "megabytes"))


def last_of(rows, strategy):
    got = [r for r in rows if r["strategy"] == strategy and r["measure"] == "seconds"]
    check(len(got) == 1, "%s has %d last rows" % (strategy, len(got)))
    return got[0]


def goes_on(word):
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in process.read_bytes().split(b"\0"):
                return True
        except OSError:
            pass                                # it ended meanwhile
    return False


# -- the tests ----------------------------------------------------------------------------------------------------------

def bad_programs_are_told_of():
    programs = {
        "hangs": ("sleep %s" % LONG, "timeout", r"killed after 3 s"),
        "hangs-aside": ("sleep %s & sleep %s" % (LONG, LONG), "timeout", r"killed after 3 s"),
        "stubborn": ("trap '' TERM INT HUP; while :; do sleep 1; done", "timeout", r"killed after 3 s"),
        "crashes": ("echo it hurts >&2; exit 3", "failed", r"exit status 3: it hurts"),
        "killed": ("kill -SEGV $$", "failed", r"signal 11 \(Segmentation fault\)"),
        "is-not-there": ("no-such-program-anywhere", "failed", r"exit status 127: .*not found"),
        "says-nothing": ("cat > /dev/null", "junk", r"the input is empty"),
        "junk": ("head -c 3000 /dev/urandom", "junk", r"."),
        "another-table": ("echo x; echo 1", "junk", r"no column|has 1 row"),
        "too-few": ("head -n 30", "junk", r"29 rows.* 200"),
        "too-many": ("cat; echo 1,1,low,0", "junk", r"more rows than"),
        "words": ("sed 's/^,/word,/'", "junk", r"not a number"),
        "fills-half": ("sed 's/^,/0,/'", "partial", r""),
        "does-not-read": ("exec 0<&-; cat %s" % shlex.quote(str(FOLDER / "one.csv")), "ok", r""),
        "floods": ("yes 1,1,low,0", "failed", r"signal 25|exit status"),
        "good": ("%s impute -q -s median" % shlex.quote(TAMIS), "ok", r""),
    }
    arguments = ["--rate", ".3", "--repeats", "1", "--timeout", "3", "-j", "2", "-s", "mean"]
    for name, (command, _, _) in programs.items():
        arguments += ["--with", "%s=%s" % (name, command)]
    rows = rows_of(run(arguments + ["one.csv"]))
    for name, (_, status, message) in programs.items():
        last = last_of(rows, name)
        floods = name == "floods" and last["status"] == "timeout"       # where the disk is slower than the limit
        check(last["status"] == status or floods, "%s: %s (%s)" % (name, last["status"], last["message"]))
        check(floods or re.search(message, last["message"]), "%s: %s" % (name, last["message"]))
        check(str(SCRATCH) not in last["message"], "%s: its message names the scratch folder" % name)
    check(last_of(rows, "mean")["status"] == "ok", "what is good is lost beside what is bad")
    left = [r for r in rows if r["strategy"] == "fills-half" and r["measure"] == "left" and r["column"] == "*"]
    check(len(left) == 1 and float(left[0]["value"]) > 0, "what was left is not counted")
    perfect = [r for r in rows if r["strategy"] == "does-not-read" and r["measure"] == "error"]
    check(len(perfect) == 1 and float(perfect[0]["value"]) == 0, "the truth itself has an error")
    check(not list(SCRATCH.iterdir()), "something is left in the scratch folder")
    for _ in range(100):                        # what was killed takes a moment to be gone
        if not goes_on(LONG):
            break
        time.sleep(.1)
    check(not goes_on(LONG), "a program goes on after its time")


def a_row_can_be_had_alone():
    rows = rows_of(run("-s knn,median --mechanism mcar,mnar --rate .2 --repeats 2 -t y one.csv".split()))
    for row in rows:
        if row["measure"] not in ("rmse", "pfc", "ks") or row["column"] == "*":
            continue
        said = {"seed": row["seed"], "rate": row["rate"], "mechanism": row["mechanism"]}
        alone = ("%s ampute -q -t y -s %s --rate %s --seed %s one.csv > holes.csv && %s impute -q -t y -s %s --seed %s holes.csv |"
                 " %s score -q one.csv - --holes holes.csv") % (TAMIS, said["mechanism"], said["rate"], said["seed"], TAMIS,
                                                               row["strategy"], said["seed"], TAMIS)
        if not hasattr(a_row_can_be_had_alone, "had"):
            a_row_can_be_had_alone.had = {}
        had = a_row_can_be_had_alone.had
        if alone not in had:
            had[alone] = list(csv.DictReader(io.StringIO(subprocess.run(alone, shell=True, cwd=FOLDER, check=True, capture_output=True,
                                                                        text=True).stdout)))
        same = [r for r in had[alone] if r["column"] == row["column"] and r["measure"] == row["measure"]]
        check(len(same) == 1 and same[0]["value"] == row["value"] and same[0]["n"] == row["n"], "%s: %s" % (row, same))
    check(len({r["seed"] for r in rows}) == 4, "four cells have %d seeds" % len({r["seed"] for r in rows}))


def the_error_is_the_mean_of_columns():
    rows = rows_of(run("-s knn --rate .3 --repeats 1 one.csv".split()))
    by = {(r["column"], r["measure"]): float(r["value"]) for r in rows if r["value"]}
    columns = [by[c, "nrmse"] for c in ("a", "b", "y")] + [by["kind", "pfc"]]
    check(abs(by["*", "error"] - sum(columns) / 4) < 1e-12, "error %s of %s" % (by["*", "error"], columns))


def threads_and_larger_designs_change_nothing():
    one = without_times(run("-s mean,knn --rate .1 --repeats 3 -j 1 one.csv two.csv".split()))
    check(one == without_times(run("-s mean,knn --rate .1 --repeats 3 -j 3 one.csv two.csv".split())), "threads change the rows")
    run("-s mean --rate 10%,.1 --repeats 1 one.csv".split(), code=2)
    larger = set(without_times(run("-s median,knn,mean --mechanism mnar,mcar --rate .3,10% --repeats 4 two.csv one.csv".split())))
    check(larger.issuperset(one), "a cell is another in a larger design")
    check(without_times(run("-s mean,knn --rate .1 --repeats 3 --seed 2 one.csv two.csv".split())) != one, "the seed changes nothing")


DESIGN = "-s mean,knn,median --with slow=sleep\\ .05;%s\\ impute\\ -q -s '@numeric=em,*=mode' --mechanism mcar,mar --repeats 3" % TAMIS


def killed_at_any_moment():
    arguments = shlex.split(DESIGN) + ["-j", "2", "one.csv"]
    whole = without_times(run(arguments))
    for moment in (.02, .15, .3, .6, 1):
        path = FOLDER / ("killed-%s.csv" % moment)
        p = subprocess.Popen([TAMIS, "bench", *arguments, "--resume", str(path)], cwd=FOLDER, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(moment)
        p.kill()
        p.wait()
        if path.exists() and path.stat().st_size > 40:          # a row, a group, or a name torn
            data = path.read_bytes()
            path.write_bytes(data[:len(data) - int(moment * 100) % 37])
        table_text = run(arguments + ["--resume", str(path)])
        check(table_text.startswith("strategy"), "no table after going on")
        check(without_times(path.read_text()) == whole, "killed after %s s and gone on with, the rows are others" % moment)
        again = path.read_bytes()
        run(arguments + ["--resume", str(path)])
        check(path.read_bytes() == again, "a whole file is added to")
    for torn in range(1, 200, 13):
        path = FOLDER / "torn.csv"
        path.write_bytes(again[:-torn])
        run(arguments + ["--resume", str(path)])
        check(without_times(path.read_text()) == whole, "%d bytes torn off, the rows are others" % torn)
    for child in SCRATCH.iterdir():             # nobody could clear up
        for f in child.iterdir():
            f.unlink()
        child.rmdir()


def ranked(text):
    """Lines of the table without seconds and megabytes."""
    return [line.split()[:7] if line.startswith(("strategy", "mean", "knn", "crash", "half")) else line for line in text.splitlines()]


def what_failed_stays_failed_when_gone_on_with():
    path = FOLDER / "failed.csv"
    arguments = ["-s", "mean,knn", "--with", "crash=exit 3", "--with", "half=sed 's/^,/0,/'", "--repeats", "2", "one.csv"]
    fresh = run(arguments + ["--table"])
    first = run(arguments + ["--resume", str(path)])
    check(ranked(first) == ranked(fresh), "with a file of results the table is another:\n%s%s" % (first, fresh))
    check(ranked(run(arguments + ["--resume", str(path)])) == ranked(fresh), "read again, the table is another")
    last = [line.split()[0] for line in fresh.splitlines()[1:5]]
    check(last[3] == "crash", "who crashes is not last: %s" % last)


def memory_is_the_programs_own():
    """A process begins with the size of the one that made it, and a bench must not grow by what it knows already."""
    rows = rows_of(run("-s mean --with copy=cat --mechanism mcar,mar,mnar --rate .1,.2,.3 --repeats 24 -j 1 one.csv".split()))
    sizes = [float(r["value"]) for r in rows if r["strategy"] == "copy" and r["measure"] == "megabytes"]
    first, last = sorted(sizes[:24])[12], sorted(sizes[-24:])[12]
    check(len(sizes) == 216 and last < first + .6, "cat grows from %s to %s MB" % (first, last))


class Page(html.parser.HTMLParser):
    """What a page fetches, and what its tables say."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.tables, self.tags, self.inside = [], [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.fetched += [v for k, v in attributes if k in ("src", "href", "xlink:href") and not v.startswith("#")]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        self.inside = tag in ("td", "th", "b") if tag in ("table", "tr", "td", "th", "b", "p", "svg", "h2") else self.inside
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "table"

    def handle_data(self, data):
        if self.inside and self.tables and self.tables[-1]:
            self.tables[-1][-1][-1] += data.strip()


def a_page_and_pictures():
    evil = "</svg><script>'&\"x\\"
    arguments = ["-s", "mean,knn", "--with", evil + "=cat", "--with", "crash=exit 3", "--rate", ".1,.4", "--mechanism", "mnar,mcar",
                 "--repeats", "2", "-t", "y", "one.csv", "two.csv"]
    table_text = run(arguments + ["--table", "--plot", "pictures", "--html", "page.html"])
    page = Page((FOLDER / "page.html").read_text())
    check("script" not in page.tags and not page.fetched, "the page fetches %s" % page.fetched)
    check(page.tags.count("svg") == 3 + 2, "%d drawings, not three and a key for each rate" % page.tags.count("svg"))
    ranking, blocks = page.tables
    check(sorted(r[1] for r in ranking[1:]) == sorted(["mean", "knn", evil, "crash"]), "the ranking has %s" % ranking)
    for name in ("mean", "knn"):
        line = next(x.split() for x in table_text.splitlines() if x.startswith(name + " "))
        shown = next(r for r in ranking if r[1] == name)
        check(line[1:5] == shown[2:6], "%s: the table says %s, the page %s" % (name, line, shown))
    check([r[8] for r in ranking if r[1] == "crash"] == ["16 failed"], "what failed is not on the page")
    check([r[8] for r in ranking if r[1] == evil] == ["16 partial"], "what is not whole is not on the page")
    # errors of blocks: those of the rows, averaged over repeats
    rows = rows_of(run(arguments))
    check(len(blocks) == 9, "%d lines for eight blocks" % len(blocks))
    for shown in blocks[1:]:
        for name in ("mean", "knn"):
            had = [float(r["value"]) for r in rows if r["strategy"] == name and r["measure"] == "error" and r["file"] == shown[0]
                   and r["mechanism"] == shown[1] and abs(100 * float(r["rate"]) - float(shown[2].split()[0])) < 1e-9]
            check(len(had) == 2 and "%.4f" % (sum(had) / 2) == shown[blocks[0].index(name)], "%s: %s, not %s" % (name, shown, had))
    for name in ("errors", "cost", "ranks"):
        picture = xml.dom.minidom.parse(str(FOLDER / "pictures" / (name + ".svg")))
        texts = ["".join(n.data for n in t.childNodes if n.nodeType == n.TEXT_NODE) or t.toxml() for t in picture.getElementsByTagName("text")]
        check(any("knn" in t for t in texts), "%s.svg does not name knn: %s" % (name, texts))
        check(not picture.getElementsByTagName("script"), "a name became a part of %s.svg" % name)
    check(sorted(p.name for p in (FOLDER / "pictures").iterdir()) == ["cost.svg", "errors.svg", "ranks.svg"], "scraps beside the pictures")


def pages_of_little():
    """One strategy; nobody who can; one point; errors from none to far beyond the others'. Nothing is complained of."""
    designs = [["-s", "mean"], ["--with", "a=exit 1", "--with", "b=exit 1"], ["--with", "perfect=cat one.csv"],
               ["-s", "mean,knn,mode", "--with", "perfect=cat one.csv", "--with", "far=sed 's/^,/99999,/'"]]
    for design in designs:
        done = subprocess.run([TAMIS, "bench", *design, "--rate", ".2", "--repeats", "1", "--plot", "little", "--html", "little.html", "one.csv"],
                              cwd=FOLDER, env=ENVIRONMENT, capture_output=True, text=True)
        check(done.returncode == 0 and not done.stderr, "%s: exit %d: %s" % (design, done.returncode, done.stderr))
        text = (FOLDER / "little.html").read_text()
        check("nan" not in re.sub("<style>.*</style>", "", text).lower().replace("nan-", "") and "inf" not in text.lower(),
              "%s: figures that are none on the page" % design)
        for number in re.findall(r"(?:c?x|c?y|x1|x2|y1|y2)=(-?[\d.]+)", text):
            check(-300 < float(number) < 3000, "%s: something is drawn at %s" % (design, number))


def rows_are_there_whatever_becomes_of_pictures():
    run("-s mean --repeats 1 --html /nowhere/page.html -o kept.csv one.csv".split(), code=1)
    check(len(rows_of((FOLDER / "kept.csv").read_text())) > 10, "rows are lost with the page")
    run("-s mean --repeats 1 --plot one.csv -o never.csv one.csv".split(), code=2)
    run("-s mean --repeats 1 --plot /nowhere/here -o never.csv one.csv".split(), code=1)
    check(not (FOLDER / "never.csv").exists(), "a folder that cannot be made is found out too late")


def stopped_by_a_signal():
    path = FOLDER / "stopped.csv"
    p = subprocess.Popen([TAMIS, "bench", "-s", "mean", "--with", "slow=sleep 30", "--repeats", "4", "--resume", str(path), "one.csv"],
                         cwd=FOLDER, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(.5)
    p.send_signal(signal.SIGINT)
    out, said = p.communicate()
    check(p.returncode == 1, "stopped: exit %d" % p.returncode)
    check(re.search(r"stopped: \d+ of 16 were done, and are in .*: the same command goes on", said), said)
    check(not list(SCRATCH.iterdir()), "something is left in the scratch folder")
    check(all(r["strategy"] == "mean" for r in rows_of(path.read_text())), "what was stopped is told as done")


def other_results_are_refused():
    path = FOLDER / "seeds.csv"
    run(["-s", "mean", "--repeats", "1", "--resume", str(path), "one.csv"])
    before = path.read_bytes()
    run(["-s", "mean", "--repeats", "1", "--seed", "5", "--resume", str(path), "one.csv"], code=1)
    check(path.read_bytes() == before, "results of another seed are changed")
    run(["-s", "mean", "--repeats", "1", "--resume", "one.csv", "one.csv"], code=1)
    check((FOLDER / "one.csv").read_text().startswith("a,b,kind,y\n"), "a table that is no results is changed")


def a_model_downstream():
    rows = rows_of(run("-s mean,knn -t y --model logistic --rate .3 --repeats 1 one.csv".split()))
    auc = [r for r in rows if r["measure"] == "model-auc"]
    check(len(auc) == 2 and all(r["column"] == "y" and .6 < float(r["value"]) <= 1 for r in auc), "AUC: %s" % auc)


def holes_that_cannot_be_made():
    rows = rows_of(run("-s mean -t nope --rate .3 --repeats 1 one.csv".split()))
    check(last_of(rows, "mean")["status"] == "failed" and "no holes" in last_of(rows, "mean")["message"], "no holes: %s" % rows)


TESTS = [bad_programs_are_told_of, a_row_can_be_had_alone, the_error_is_the_mean_of_columns, threads_and_larger_designs_change_nothing,
         killed_at_any_moment, what_failed_stays_failed_when_gone_on_with,
         memory_is_the_programs_own, a_page_and_pictures, pages_of_little, rows_are_there_whatever_becomes_of_pictures, stopped_by_a_signal, other_results_are_refused, a_model_downstream, holes_that_cannot_be_made]

table("one.csv", 200, 1)
table("two.csv", 120, 2)
failed = 0
print("TAP version 13\n1..%d" % len(TESTS))
for number, test in enumerate(TESTS):
    faults.clear()
    test()
    failed += bool(faults)
    print("%sok %d - %s" % ("not " if faults else "", number + 1, test.__name__), flush=True)
    print("".join("# %s\n" % fault for fault in faults[:20]), end="", flush=True)
subprocess.run(["rm", "-rf", str(FOLDER)], check=True)
sys.exit(failed > 0)
