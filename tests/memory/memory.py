#!/usr/bin/env python3
"""Resident memory: what streams stays small whatever the size, what holds rows stays within a multiple of the file.

    tests/memory/memory.py build/tools/tamis [MEGABYTES [THREADS]]      default 64; docs/BENCHMARKS.md has 1000 and 10000
    tests/memory/memory.py build/tools/tamis stream MEGABYTES [THREADS]

With 10000 the folder for temporary files ($TMPDIR) must have room for it; who holds rows is left out where the machine has not
the memory for it. `stream` makes no file: the rows are written into a pipe as they are read, and only what is to read them once and
keep none is run.
"""
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

LIMIT = 64      # MB, for what streams
TIMES = 4       # the file, for what holds rows
NEAR_ROWS = 40000       # among which neighbours are looked for: a bit for each pair would be 200 MB
TIME = "/usr/bin/time"

os.environ["MALLOC_PERTURB_"] = "0"     # which meson sets: it writes to pages that nobody would touch

tamis = os.path.abspath(sys.argv[1])
streamed = sys.argv[2:3] == ["stream"]
sizes = sys.argv[3 if streamed else 2:]
megabytes = int(sizes[0]) if sizes else 64
threads = ["-j", sizes[1]] if len(sizes) > 1 else []

STREAMING = ["cat big.csv", "clean --trim --drop x1 big.csv", "apply model.json big.csv", "encode -q -t label -c city big.csv",
             "impute -q -t label -s mean big.csv", "impute -q -t label -s median big.csv", "scale -t label big.csv",
             "scale -t label -s robust big.csv", "sample -q -t label -s reservoir --each 1000 big.csv",
             "sample -q -t label -s bernoulli --share 0=5% big.csv", "sample -q -t label -s cost --cost 1=9 big.csv",
             "decide -q -p x9 --threshold 50 big.csv", "profile -q --csv --memory 32M big.csv"]
# Through a pipe, of which nothing may be kept either: neither in memory nor, read once, in a temporary file.
PIPED = ["sample -q -t label -s reservoir --each 1000", "sample -q -t label -s bernoulli --share 0=5%",
         "sample -q -t label -s cost --cost 1=9", "decide -q -p x9 --threshold 50", "profile -q --csv"]
HOLDING = ["smote -q -t label -c x5,x6,x7,x8,x9 -s plain big.csv", "sample -q -t label -s under --seed 7 big.csv",
           "sample -q -t label -s over --seed 7 big.csv", "split -q -t label --seed 7 big.csv",
           "impute -q -t label -c x* -s iterative big.csv", "impute -q -c x0,x1 --from x5 -s knn big.csv",
           "split -q -t label --seed 7 then clean --trim then impute -t label -c x* then weigh -t label then encode -t label "
           "-c city then scale -t label -c x* then cat big.csv"]
# Who looks for neighbours, among NEAR_ROWS: nothing may be kept of pairs, so LIMIT holds for these too.
NEAR = ["prune -q -t label -c x5,x6,x7,x8,x9 -s %s near.csv" % s for s in
        ("allknn", "centroids", "cnn", "enn", "iht", "ncr", "nearmiss1", "nearmiss2", "nearmiss3", "oss", "renn", "tomek")]
NEAR += ["smote -q -t label -c x5,x6,x7,x8,x9 -s %s near.csv" % s for s in
         ("adasyn", "borderline1", "borderline2", "kmeans", "plain", "rose", "safe-level", "svm")]
NEAR += ["smote -q -t label -c x5,x6,x7,x8,x9,city -s nc near.csv", "smote -q -t label -c city -s n near.csv"]


def block(rows):
    r = random.Random(3)
    lines = []
    for i in range(rows):
        cells = ["" if j < 5 and r.random() < .1 else "%.4f" % r.gauss(50, 20) for j in range(10)]
        lines.append(",".join(cells + [r.choice(["north", "south", '"east, far"', ""]), "1" if r.random() < .1 else "0"]))
    return ("\n".join(lines) + "\n").encode()


def write(path, header, piece):
    with open(path, "wb") as f:
        f.write(header)
        for _ in range(megabytes * 1000000 // len(piece) + 1):
            f.write(piece)


def peak(command, cwd, stdin=None, env=None):
    """(exit code, peak resident MB) of one process.

    The kernel counts a parent's pages into its child's peak, by fork and by posix_spawn alike, so this interpreter would hide
    anything smaller than itself: time(1), 1 or 2 MB, stands between where it is installed.
    """
    if not os.path.exists(TIME):
        child = subprocess.Popen(command, cwd=cwd, stdin=stdin, env=env, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return child.returncode, usage.ru_maxrss / 1024
    note = os.path.join(cwd, "peak")
    code = subprocess.run([TIME, "-q", "-f", "%M", "-o", note] + command, cwd=cwd, stdin=stdin, env=env,
                          stdout=subprocess.DEVNULL).returncode
    return code, int(Path(note).read_text()) / 1024


def case(number, command, folder):
    """One line of TAP; whether it is a failure."""
    holding = command in HOLDING
    if holding and TIMES * megabytes * 1e6 > os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES"):
        print("ok %d - tamis %s # SKIP %d times the file is more than the memory that is free" % (number, command, TIMES), flush=True)
        return False
    verb, _, rest = command.partition(" ")
    code, mb = peak([tamis, verb] + threads + rest.split(), folder)
    size = os.path.getsize(os.path.join(folder, command.split()[-1])) / 1024 / 1024
    good = code == 0 and (mb <= TIMES * size if holding else mb <= LIMIT)
    print("%sok %d - tamis %s: %.1f MB resident, %.2f times the file of %.0f MB, exit %d" % (
        "" if good else "not ", number, command, mb, mb / size, size, code), flush=True)
    return not good


def piped(number, command, folder):
    """The same through a pipe, with no folder that what is read could be put aside in."""
    verb, _, rest = command.partition(" ")
    cat = subprocess.Popen(["cat", "big.csv"], cwd=folder, stdout=subprocess.PIPE)
    code, mb = peak([tamis, verb, "--memory", "1M"] + threads + rest.split(), folder, stdin=cat.stdout,
                    env=dict(os.environ, TMPDIR=os.path.join(folder, "nowhere")))
    cat.stdout.close()
    cat.wait()
    good = code == 0 and mb <= LIMIT
    print("%sok %d - cat big.csv | tamis %s: %.1f MB resident, exit %d" % ("" if good else "not ", number, command, mb, code),
          flush=True)
    return not good


def feed(end, header, piece, count):
    """Rows into a pipe, for as long as they are read; `count` gets how many bytes they were."""
    try:
        for part in [header] + [piece] * (megabytes * 1000000 // len(piece) + 1):
            rest = memoryview(part)
            while rest:
                n = os.write(end, rest)
                count[0] += n
                rest = rest[n:]
    except BrokenPipeError:
        count[0] = 0
    os.close(end)


def streaming(number, command, folder, header, piece):
    """Through a pipe that no file is behind: read to its end, once, by a process that can put nothing aside."""
    verb, _, rest = command.partition(" ")
    count, (end, start) = [0], os.pipe()
    writer = threading.Thread(target=feed, args=(start, header, piece, count))
    begun = time.perf_counter()
    writer.start()
    code, mb = peak([tamis, verb, "--memory", "1M"] + threads + rest.split(), folder, stdin=end,
                    env=dict(os.environ, TMPDIR=os.path.join(folder, "nowhere")))
    os.close(end)
    writer.join()
    good = code == 0 and mb <= LIMIT and count[0] >= megabytes * 1000000
    print("%sok %d - %.1f GB | tamis %s: %.1f MB resident, %.0f s, exit %d" % (
        "" if good else "not ", number, count[0] / 1e9, command, mb, time.perf_counter() - begun, code), flush=True)
    return not good


with tempfile.TemporaryDirectory(prefix="tamis-memory-") as folder:
    piece = block(20000)
    header = (",".join("x%d" % i for i in range(10)) + ",city,label\n").encode()
    if streamed:
        print("TAP version 13\n1..%d" % len(PIPED), flush=True)
        sys.exit(1 if any([streaming(i + 1, command, folder, header, piece) for i, command in enumerate(PIPED)]) else 0)
    write(Path(folder) / "big.csv", header, piece)
    (Path(folder) / "small.csv").write_bytes(header + piece)
    (Path(folder) / "near.csv").write_bytes(header + block(NEAR_ROWS).replace(b",,0\n", b",west,0\n").replace(b",,1\n", b",west,1\n"))
    subprocess.run([tamis] + "impute -q -t label then encode -t label -c city then scale -t label -c x* --save model.json "
                   "-o out.csv small.csv".split(), cwd=folder, check=True)

    print("TAP version 13\n1..%d" % len(STREAMING + HOLDING + NEAR + PIPED), flush=True)
    failed = [case(i + 1, command, folder) for i, command in enumerate(STREAMING + HOLDING + NEAR)]
    failed += [piped(len(STREAMING + HOLDING + NEAR) + i + 1, command, folder) for i, command in enumerate(PIPED)]
sys.exit(1 if any(failed) else 0)
