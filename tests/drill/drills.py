#!/usr/bin/env python3
"""Every drill holds what it promises: the start and the naive answer fail (naive within its bands), the good one passes on ten seeds,
empty, constant, copied and replayed answers fail.

    tests/drill/drills.py build/tools/tamis [NAME...]

Two at a time. TAMIS_DRILL_CHECK=few: every sixth drill, for slow builds.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DRILLS = Path(__file__).resolve().parent.parent.parent / "tools" / "drills"
PARTS = ["brief.md", "hints.md", "explain.md", "points.md", "start/pipeline.sh", "naive/pipeline.sh", "good/pipeline.sh"]


def faults_of_texts(name):
    """What every drill has to have, and texts that fit a terminal."""
    for part in PARTS:
        path = DRILLS / name / part
        if not path.exists():
            yield "%s is not there" % part
        elif part.endswith(".md") and part != "points.md":
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if len(line) > 80 and not line.startswith("    "):
                    yield "%s, line %d: %d columns" % (part, number, len(line))
    if (DRILLS / name / "hints.md").read_text().count("\n---\n") < 2:
        yield "fewer than three hints"
    points = (DRILLS / name / "points.md").read_text().splitlines()
    if sum(line.startswith("- ") for line in points) < 5:
        yield "fewer than five points"
    if any(line.startswith("- ") and "|" not in line for line in points):
        yield "a point without key terms"
    if "FIGURES" in (DRILLS / name / "explain.md").read_text():
        yield "explain.md lacks its figures"


def check(tamis, name):
    done = subprocess.run([tamis, "drill", "dev", "check", name], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("not ok")] + list(faults_of_texts(name))
    if done.returncode != 0 and not lines:
        lines = [done.stderr.strip() or "exit status %d" % done.returncode]
    return name, lines, done.stdout.strip()


def main():
    tamis = os.path.abspath(sys.argv[1])
    names = sys.argv[2:] or sorted(path.parent.name for path in DRILLS.glob("*/drill.ini"))
    if os.environ.get("TAMIS_DRILL_CHECK") == "few":
        names = names[::6]
    print("1..%d" % len(names), flush=True)
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        for n, (name, lines, said) in enumerate(pool.map(lambda name: check(tamis, name), names), 1):
            print("%s %d - %s" % ("not ok" if lines else "ok", n, name))
            for line in lines or [said]:
                print("# " + line, flush=True)
            failed += bool(lines)
    return failed > 0


sys.exit(main())
