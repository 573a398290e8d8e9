#!/usr/bin/env python3
"""Command lines and what they give, byte for byte.

A case is a folder that holds `cmd`, a shell script, and what is expected of it: `stdout`, `stderr` (nothing where the
file is missing), `exit` (0). It runs in a scratch copy of its folder, with the built tamis first on PATH, TESTDATA the
folder of test data, SHARED that of data that may be absent, and LC_ALL=C. A file `needs` names what the case cannot do
without, a path a line ($SHARED and $TESTDATA are known): where one is absent the case is skipped, and said to be.

    tests/cli/run.py build/tools/tamis [FOLDER...] [--filter TEXT] [--every N] [--wrap COMMAND] [--update]

FOLDER: only the cases below it. --wrap: tamis is run by this command, which gets its path and its arguments, and puts what
it has to say into files in the folder {log}; a case where it says something fails. For valgrind:

    --wrap 'valgrind -q --log-file={log}/%p --leak-check=full'

--update writes what came as what is expected: read it with care before you commit it.
"""
import argparse
import difflib
import os
import re
import shlex
import shutil
import string
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXPECTED = ("stdout", "stderr", "exit")
DATA = {"TESTDATA": str(HERE.parent.parent / "testdata"), "SHARED": str(HERE.parent.parent.parent / "shared" / "data")}


def find_cases(folders, part):
    cases = set()
    for folder in folders:
        cases.update(path.parent for path in Path(folder).resolve().rglob("cmd"))
    return sorted(case for case in cases if part in str(case.relative_to(HERE)))


def missing(case, wrap):
    """What the case needs and is not there, or None."""
    if wrap and re.search(r"[<>]&-", (case / "cmd").read_text()):
        return "tamis alone: another program before it may take the descriptor that was closed"
    needs = case / "needs"
    for line in needs.read_text().splitlines() if needs.exists() else []:
        if not os.access(string.Template(line).substitute(DATA), os.R_OK):
            return line
    return None


def wrapped(tamis, wrap, scratch):
    """A folder with a tamis that runs the real one by the command `wrap`."""
    (scratch / "bin").mkdir()
    (scratch / "log").mkdir()
    words = [word.replace("{log}", str(scratch / "log")) for word in shlex.split(wrap)]
    script = scratch / "bin" / "tamis"
    script.write_text("#!/bin/sh\nexec %s \"$@\"\n" % shlex.join(words + [str(tamis)]))
    script.chmod(0o755)
    return scratch / "bin"


def run(case, tamis, wrap):
    """What the case's script gives: {"stdout": bytes, "stderr": bytes, "exit": bytes, "log": what the wrapper said}."""
    scratch = Path(tempfile.mkdtemp(prefix="tamis-cli-"))
    try:
        work = scratch / "work"
        shutil.copytree(case, work, ignore=shutil.ignore_patterns(*EXPECTED, "needs"))
        first = wrapped(tamis, wrap, scratch) if wrap else tamis.parent
        environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "POSIXLY_CORRECT")
                       and not name.startswith(("LC_", "TAMIS_", "ARGP_"))}
        environment.update(DATA)
        environment.update({
            "PATH": "%s:%s" % (first, environment.get("PATH", "/usr/bin:/bin")),
            "LC_ALL": "C",
            "TMPDIR": str(scratch),
        })
        done = subprocess.run(["sh", "cmd"], cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              restore_signals=True)
        log = b"".join(path.read_bytes() for path in sorted(scratch.glob("log/*")))
        return {"stdout": done.stdout, "stderr": done.stderr, "exit": b"%d\n" % done.returncode, "log": log}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def expected_of(case):
    expected = {name: b"" for name in EXPECTED}
    expected["exit"] = b"0\n"
    for name in EXPECTED:
        if (case / name).exists():
            expected[name] = (case / name).read_bytes()
    return expected


def difference(name, want, got):
    lines = [[line.decode("utf-8", "backslashreplace") for line in text.splitlines(keepends=True)] for text in (want, got)]
    shown = difflib.unified_diff(*lines, "expected " + name, "got " + name)
    # repr shows what a terminal would hide: carriage returns, blanks, a last line without its end
    return [line.rstrip("\n") if line.startswith(("---", "+++", "@@")) else repr(line)[1:-1] for line in shown]


def judge(case, got):
    """What is wrong with what came, as lines."""
    want = expected_of(case)
    # between "--PID--" valgrind speaks of itself: of a system call newer than it is, as waiting for a process with a time limit
    wrong = [line for line in got["log"].decode("utf-8", "backslashreplace").splitlines() if not re.match(r"--\d+-- ", line)]
    for name in EXPECTED:
        if got[name] != want[name]:
            wrong += difference(name, want[name], got[name])
    return wrong


def update(case, got):
    for name in EXPECTED:
        path = case / name
        if got[name] and not (name == "exit" and got[name] == b"0\n"):
            path.write_bytes(got[name])
        elif path.exists():
            path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tamis", type=Path)
    parser.add_argument("folders", nargs="*", default=[HERE])
    parser.add_argument("--filter", default="", help="only cases whose path holds this")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each N-th case only")
    parser.add_argument("--wrap", default="", metavar="COMMAND", help="run tamis by this command")
    parser.add_argument("--update", action="store_true", help="write what came as what is expected")
    options = parser.parse_args()

    tamis = options.tamis.resolve()
    if tamis.name != "tamis" or not os.access(tamis, os.X_OK):
        sys.exit("%s: the built program `tamis` is needed" % tamis)
    cases = find_cases(options.folders, options.filter)[::options.every]
    if not cases:
        sys.exit("no case found")

    print("TAP version 13\n1..%d" % len(cases))
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda case: None if missing(case, options.wrap) else run(case, tamis, options.wrap), cases)
        for i, (case, got) in enumerate(zip(cases, results), 1):
            name = str(case.relative_to(HERE))
            if not got:
                print("ok %d - %s # SKIP needs %s" % (i, name, missing(case, options.wrap)), flush=True)
                continue
            if options.update:
                update(case, got)
            wrong = judge(case, got)
            failed += bool(wrong)
            print("%sok %d - %s" % ("not " if wrong else "", i, name), flush=True)
            for line in wrong:
                print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
