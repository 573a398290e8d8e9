#!/usr/bin/env python3
"""Resident memory of what promises to stay small, on a file far larger than that.

    tests/memory/memory.py build/tools/tamis [MEGABYTES]       default 256; the README's figure was taken with 1024
"""
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT = 64      # MB
TIME = "/usr/bin/time"

tamis = os.path.abspath(sys.argv[1])
megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 256


def block(rows):
    r = random.Random(3)
    lines = []
    for i in range(rows):
        cells = ["" if r.random() < .1 else "%.4f" % r.gauss(50, 20) for _ in range(10)]
        lines.append(",".join(cells + [r.choice(["north", "south", '"east, far"', ""]), r.choice(["yes", "no"])]))
    return ("\n".join(lines) + "\n").encode()


def peak(command, cwd):
    """(exit code, peak resident MB) of one process.

    The kernel counts a parent's pages into its child's peak, by fork and by posix_spawn alike, so this interpreter would hide
    anything smaller than itself: time(1), 1 or 2 MB, stands between where it is installed.
    """
    if not os.path.exists(TIME):
        child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return child.returncode, usage.ru_maxrss / 1024
    note = os.path.join(cwd, "peak")
    code = subprocess.run([TIME, "-q", "-f", "%M", "-o", note] + command, cwd=cwd, stdout=subprocess.DEVNULL).returncode
    return code, int(Path(note).read_text()) / 1024


with tempfile.TemporaryDirectory(prefix="tamis-memory-") as folder:
    piece = block(20000)
    header = (",".join("x%d" % i for i in range(10)) + ",city,label\n").encode()
    big = Path(folder) / "big.csv"
    with open(big, "wb") as f:
        f.write(header)
        for _ in range(megabytes * 1000000 // len(piece) + 1):
            f.write(piece)
    (Path(folder) / "small.csv").write_bytes(header + piece)
    subprocess.run([tamis] + "impute -q -t label then encode -t label -c city then scale -t label -c x* --save model.json "
                   "-o out.csv small.csv".split(), cwd=folder, check=True)

    CASES = ["cat big.csv", "apply model.json big.csv", "clean --trim --drop x1 big.csv", "impute -q -t label -s mean big.csv",
             "impute -q -t label -s median big.csv", "scale -t label big.csv", "scale -t label -s robust big.csv"]
    print("TAP version 13\n1..%d" % len(CASES))
    failed = 0
    for i, case in enumerate(CASES):
        code, mb = peak([tamis] + case.split(), folder)
        good = code == 0 and mb < LIMIT
        failed += not good
        print("%sok %d - tamis %s: %d MB of file, %.1f MB resident, exit %d" % ("" if good else "not ", i + 1, case, megabytes, mb, code),
              flush=True)
sys.exit(1 if failed else 0)
