#!/usr/bin/env python3
"""Tests once more under valgrind: no byte read that was not written, none outside of what was allocated, no leak.

    tests/valgrind/valgrind.py build cli [ARGUMENTS OF tests/cli/run.py]
    tests/valgrind/valgrind.py build unit

`unit` runs what meson knows as tests of the suites unit and fuzz (the replay of the fuzzers' seeds). It is slow: by default
a part of the cases and the short unit tests run; with TAMIS_VALGRIND=all (as .ci/run has it) all of them, but for LONG.
"""
import json
import os
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
# by its whole name: a case may run without PATH
VALGRIND = [shutil.which("valgrind") or "valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible",
            "--suppressions=%s" % (HERE / "valgrind.supp")]
# Arithmetic over millions of values, with few allocations: a quarter of an hour each. The same code runs in the cases.
LONG = {"unit-csv-number", "unit-neighbors-neighbors", "unit-stats-quantiles"}
# What runs by default too; seconds each.
SHORT_SUITES = {"balance", "clean", "encode", "impute", "scale", "split"}
# They close standard descriptors, and Check needs them itself unless each test is a process of its own.
FORKING = {"unit-csv-output", "unit-csv-source"}
EVERY = 8


def name_of(test):
    return Path(test["cmd"][0]).name


def suites_of(test):
    return {suite.split(":")[-1] for suite in test["suite"]}


def run_unit(test):
    """What is wrong, as text; None: nothing."""
    environment = dict(os.environ, **test["env"])
    # a process for each test is looked through for leaks as often
    environment["CK_FORK"] = "yes" if name_of(test) in FORKING else "no"
    done = subprocess.run(VALGRIND + test["cmd"], env=environment, cwd=test["workdir"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode(errors="replace")
    return None if done.returncode == 0 and "==" not in said else "exit %d\n%s" % (done.returncode, said[-6000:])


def unit(build, everything):
    tests = json.loads((build / "meson-info" / "intro-tests.json").read_text())
    tests = [test for test in tests if suites_of(test) & {"unit", "fuzz"} and name_of(test) not in LONG
             and (everything or suites_of(test) & SHORT_SUITES)]
    print("TAP version 13\n1..%d" % len(tests))
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for i, (test, why) in enumerate(zip(tests, pool.map(run_unit, tests)), 1):
            failed += why is not None
            print("%sok %d - %s" % ("not " if why else "", i, name_of(test)), flush=True)
            if why:
                print("# " + why.replace("\n", "\n# "), flush=True)
    return 1 if failed or not tests else 0


def cli(build, arguments, everything):
    if not everything and not arguments:
        arguments = ["--every", str(EVERY)]
    wrap = shlex.join(VALGRIND + ["--log-file={log}/%p"])
    return subprocess.call([sys.executable, str(HERE.parent / "cli" / "run.py"), str(build / "tools" / "tamis"), "--wrap", wrap]
                           + arguments)


def main():
    build = Path(sys.argv[1]).resolve()
    if not shutil.which("valgrind"):
        print("1..0 # SKIP valgrind is not installed")
        return 0
    everything = os.environ.get("TAMIS_VALGRIND") == "all"
    return unit(build, everything) if sys.argv[2] == "unit" else cli(build, sys.argv[3:], everything)


if __name__ == "__main__":
    sys.exit(main())
