#!/usr/bin/env python3
"""Command lines and what they give, byte for byte.

A case is a folder that holds `cmd`, a shell script, and what is expected of it: `stdout`, `stderr` (nothing where the
file is missing), `exit` (0). It runs in a scratch copy of its folder, with the built tamis first on PATH, TESTDATA the
folder of test data, and LC_ALL=C.

    tests/cli/run.py build/tools/tamis [FOLDER...] [--filter TEXT] [--update]

FOLDER: only the cases below it. --update writes what came as what is expected: read it with care before you commit it.
"""
import argparse
import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXPECTED = ("stdout", "stderr", "exit")


def find_cases(folders, part):
    cases = set()
    for folder in folders:
        cases.update(path.parent for path in Path(folder).resolve().rglob("cmd"))
    return sorted(case for case in cases if part in str(case.relative_to(HERE)))


def run(case, tamis):
    """What the case's script gives: {"stdout": bytes, "stderr": bytes, "exit": bytes}."""
    scratch = Path(tempfile.mkdtemp(prefix="tamis-cli-"))
    try:
        work = scratch / "work"
        shutil.copytree(case, work, ignore=shutil.ignore_patterns(*EXPECTED))
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("LC_", "TAMIS_", "ARGP_")) and name not in ("NO_COLOR", "POSIXLY_CORRECT")}
        environment.update({
            "PATH": "%s:%s" % (tamis.parent, environment.get("PATH", "/usr/bin:/bin")),
            "LC_ALL": "C",
            "TESTDATA": str(HERE.parent.parent / "testdata"),
            "SHARED": str(HERE.parent.parent.parent / "shared" / "data"),
            "TMPDIR": str(scratch),
        })
        done = subprocess.run(["sh", "cmd"], cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              restore_signals=True)
        return {"stdout": done.stdout, "stderr": done.stderr, "exit": b"%d\n" % done.returncode}
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
    return "".join(repr(line)[1:-1] + "\n" if not line.startswith(("---", "+++", "@@")) else line for line in shown)


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
    parser.add_argument("--update", action="store_true", help="write what came as what is expected")
    options = parser.parse_args()

    tamis = options.tamis.resolve()
    if tamis.name != "tamis" or not os.access(tamis, os.X_OK):
        sys.exit("%s: the built program `tamis` is needed" % tamis)
    cases = find_cases(options.folders, options.filter)
    if not cases:
        sys.exit("no case found")

    print("TAP version 13\n1..%d" % len(cases))
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for i, (case, got) in enumerate(zip(cases, pool.map(lambda case: run(case, tamis), cases)), 1):
            name = str(case.relative_to(HERE))
            if options.update:
                update(case, got)
            want = expected_of(case)
            bad = [what for what in EXPECTED if got[what] != want[what]]
            print("%sok %d - %s" % ("not " if bad else "", i, name), flush=True)
            for what in bad:        # meson shows what a failed test says here
                print("%s\n%s" % (name, difference(what, want[what], got[what])), file=sys.stderr, flush=True)
            failed += bool(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
