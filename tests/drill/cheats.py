#!/usr/bin/env python3
"""Twelve ways to cheat: each fails, with the comment that says why.

    tests/drill/cheats.py build/tools/tamis
"""
import os
import subprocess
import sys
import tempfile

from loop import DRILLS, Learner


def good(name):
    return (DRILLS / name / "good/pipeline.sh").read_text()


def changed(name, *pairs):
    text = good(name)
    for old, new in pairs:
        assert old in text, (name, old)
        text = text.replace(old, new)
    return text


# who: what the drill is, the pipeline, and what must be said of it
CHEATS = {
    "constants": ("rare-1pct", good("rare-1pct") + """
awk -F, -v OFS=, 'NR > 1 { $2 = .01 } { print }' scores.csv > c && mv c scores.csv
""", "* "),
    "a copy of the input": ("sentinel", "cp patients.csv clean.csv\n", "no cell was emptied"),
    "looking for the grader's files": ("miss30", """
found=$(find .. /proc/$PPID/cwd/truth* -type f ! -path '*/work/*' 2>/dev/null | xargs cat 2>/dev/null | grep -c sleep,)
[ "$found" = 0 ] || exit 77
env | grep -i -e seed -e truth && exit 78
tr '\\0' '\\n' < /proc/$PPID/cmdline | grep -q '[0-9]' && exit 79
printf 'term,estimate,low,high\\nsleep,1,.9,1.1\\n' > answer.csv
""", "* "),
    "an answer when the grader has gone by": ("miss30", """
(sleep 1; printf 'term,estimate,low,high\\nsleep,1,.5,1.5\\n' > answer.csv) > /dev/null 2>&1 &
""", "it is not there"),
    "answers to the data one was given": ("types", None, "cells that were right are not any more"),
    "a peep at the hidden rows": ("fit-leak", changed("fit-leak", (
        "tamis learn -q -t y", "tamis learn -q --learn-from all -t y")), "(probe 0)"),
    "scaling learned from all rows": ("fit-leak", changed("fit-leak", (
        "tamis scale -q -t y", "tamis scale -q --learn-from all -t y")), "(probe 0)"),
    "filling learned from all rows": ("fit-leak", changed("fit-leak", (
        "tamis impute -q -t y", "tamis impute -q --learn-from all -t y")), "(probe 0)"),
    "features chosen by all rows": ("fit-leak", changed("fit-leak", ("-v part=train ", "")), "The rows you judged on had a say"),
    "levels coded by their own target": ("high-card", (DRILLS / "high-card/naive/pipeline.sh").read_text()
                                         if (DRILLS / "high-card").exists() else None, "* "),
    "test rows that were made": ("smote-split", (DRILLS / "smote-split/naive/pipeline.sh").read_text(), "made before the split"),
    "ids as features": ("group", (DRILLS / "group/naive/pipeline.sh").read_text().replace(
        "tamis clean -q --drop id,patient", "sed -i 's/,p0*\\([0-9]\\)/,\\1/' *.csv\ntamis clean -q --drop id"), "knowing the patient again is enough"),
}


def attempt(name, pipeline, said):
    """What is wrong, or None."""
    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(os.path.realpath(folder))
        learner.run("start", name)
        work = learner.folder / name
        if pipeline is None:
            learner.answer_well(name)
            subprocess.run(["sh", "pipeline.sh"], cwd=work, env=learner.env, check=True)
            (work / "kept.csv").write_bytes((work / "clean.csv").read_bytes())
            pipeline = "cp kept.csv clean.csv\n"
        learner.write(pipeline, name)
        shown = " ".join(learner.run("check", status=3).split())
        return None if said in shown else shown


def main():
    print("1..%d" % len(CHEATS), flush=True)
    failed = 0
    for n, (who, (name, pipeline, said)) in enumerate(CHEATS.items(), 1):
        try:
            wrong = attempt(name, pipeline, said)
        except AssertionError as e:
            wrong = str(e)
        failed += wrong is not None
        print("%s %d - %s%s" % ("ok" if wrong is None else "not ok", n, who, "" if wrong is None else ": " + wrong[:1500]), flush=True)
    return failed > 0


sys.exit(main())
