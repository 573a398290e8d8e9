#!/usr/bin/env python3
"""What goes wrong around a program, made to happen: full disks, closed pipes, kills, no memory, no place to spill.

After each: the exit code and the message a person sees, and that no file has a half-written content under its final name and
nothing is left beside it. Run by meson; by hand: tests/fault/fault.py build/tools/tamis
"""
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

tamis = os.path.abspath(sys.argv[1])
sanitized = len(sys.argv) > 2 and sys.argv[2] == "sanitized"


def data(rows):
    r = random.Random(1)
    lines = ["a,b,label"]
    for i in range(rows):
        lines.append("%s,%.4f,%s" % ("" if r.random() < .2 else r.randint(0, 99), r.gauss(0, 1), r.choice("xyz")))
    return ("\n".join(lines) + "\n").encode()


SMALL, BIG = data(200), data(300000)
folder = Path(tempfile.mkdtemp(prefix="tamis-fault-"))
(folder / "small.csv").write_bytes(SMALL)
(folder / "big.csv").write_bytes(BIG)


def run(command, stdin=b"", limit=None, env=None, **keywords):
    def before():
        if limit:
            limit()
    return subprocess.run(["bash", "-c", command], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder,
                          preexec_fn=before, env=dict(os.environ, T=tamis, **(env or {})), **keywords)


def no_remains():
    """Nothing but what the tests made."""
    left = sorted(p.name for p in folder.iterdir())
    return None if left == ["big.csv", "small.csv"] else "left behind: %s" % left


def expect(p, code, *says):
    err = p.stderr.decode(errors="replace")
    if p.returncode != code:
        return "exit %d, not %d: %s" % (p.returncode, code, err[:500])
    for what in says:
        if what not in err:
            return "the message does not say %r: %s" % (what, err[:500])
    return no_remains()


def standard_output_full():
    return expect(run("$T cat big.csv > /dev/full"), 1, "standard output", "No space left")


def standard_output_full_for_one_line():
    return expect(run("$T cat small.csv > /dev/full"), 1, "standard output", "No space left")


def standard_output_closed():
    return expect(run("$T cat small.csv >&-"), 1, "standard output")


def standard_output_closed_and_a_model_saved():
    why = expect(run("$T impute small.csv --save model.json >&-"), 1, "standard output")
    return why or ("the model was kept" if (folder / "model.json").exists() else None)


def standard_input_closed():
    return expect(run("$T cat <&-"), 1)


def a_reader_that_goes_away():
    p = run("$T impute -q big.csv | head -n 1 > /dev/null; echo ${PIPESTATUS[0]}")
    if p.stderr:
        return "not quiet: %r" % p.stderr[:300]
    # 141: ended by SIGPIPE, as every filter is
    return None if p.stdout.strip() == b"141" else "status %r" % p.stdout


def a_file_size_limit():
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
    return expect(run("$T impute -q big.csv -o out.csv", limit=limit), 1, "out.csv")


def an_output_that_cannot_be_made():
    return expect(run("$T cat small.csv -o nowhere/out.csv"), 1, "nowhere/out.csv")


def a_model_that_cannot_be_made():
    why = expect(run("$T impute small.csv -q --save nowhere/m.json -o out.csv"), 1, "nowhere/m.json")
    return why


def a_report_that_cannot_be_made():
    return expect(run("$T impute small.csv -q --report nowhere/r.json -o out.csv"), 1, "nowhere/r.json")


def an_error_keeps_what_was_there():
    (folder / "out.csv").write_bytes(b"before")
    try:
        p = run("(cat small.csv; echo 1,2) | $T cat -o out.csv")
        kept = (folder / "out.csv").read_bytes()
    finally:
        (folder / "out.csv").unlink()
    return expect(p, 1, "3") or (None if kept == b"before" else "the file was touched")


def a_file_over_itself():
    (folder / "self.csv").write_bytes(SMALL)
    try:
        p = run("$T clean --drop b self.csv -o self.csv")
        got = (folder / "self.csv").read_bytes().splitlines()
    finally:
        (folder / "self.csv").unlink()
    return expect(p, 0) or (None if len(got) == 201 and got[0] == b"a,label" else "wrong content: %r" % got[:2])


def nowhere_to_spill():
    p = run("cat big.csv | $T impute -q --memory 64K > /dev/null", env={"TMPDIR": "/nonexistent"})
    return expect(p, 1, "/nonexistent")


def nothing_stays_where_it_spilled():
    spill = folder / "spill"
    spill.mkdir()
    try:
        p = run("cat big.csv | $T impute -q --memory 64K > /dev/null", env={"TMPDIR": str(spill)})
        left = list(spill.iterdir())
    finally:
        shutil.rmtree(spill)
    return expect(p, 0) or (None if not left else "left %s" % left)


def killed(how):
    def test():
        r = random.Random(5)
        for _ in range(12):
            p = subprocess.Popen([tamis, "impute", "-q", "big.csv", "-o", "out.csv", "--save", "m.json"], cwd=folder,
                                 stderr=subprocess.DEVNULL)
            time.sleep(r.uniform(0, .25))
            p.send_signal(how)
            code = p.wait()
            for name in ("out.csv", "m.json"):
                path = folder / name
                if path.exists():
                    if code == 0 and (name != "out.csv" or path.read_bytes().count(b"\n") == 300001):
                        path.unlink()
                    elif code != 0 and name == "out.csv" and path.read_bytes().count(b"\n") == 300001:
                        path.unlink()       # killed after it got its name: whole
                    elif name == "m.json" and path.read_bytes().endswith(b"}\n"):
                        path.unlink()
                    else:
                        return "%s is half-written (exit %d)" % (name, code)
            why = no_remains()
            if why:
                return why
        return None
    test.__name__ = "killed_by_%s" % how.name
    return test


def too_little_memory():
    """Whatever the limit, the end is orderly: it works, or says that memory is out (or a thread cannot be made)."""
    if sanitized:
        return None
    said = 0
    for megabytes in list(range(8, 60, 2)) + [80, 120, 200]:
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        # the limit is for tamis alone: bash execs it
        p = run("exec $T impute -q -s median -j 2 big.csv -o out.csv", limit=limit)
        if (folder / "out.csv").exists():
            (folder / "out.csv").unlink()
        err = p.stderr.decode(errors="replace")
        if p.returncode < 0:
            return "signal %d at %d MB: %s" % (-p.returncode, megabytes, err[:300])
        if p.returncode == 1 and ("memory" in err or "thread" in err):
            said += 1
        elif p.returncode not in (0, 127) and "shared librar" not in err and "cannot allocate memory" not in err.lower():
            return "exit %d at %d MB: %s" % (p.returncode, megabytes, err[:300])
        why = no_remains()
        if why:
            return why
    return None if said > 0 else "no limit was low enough to be felt"


TESTS = [standard_output_full, standard_output_full_for_one_line, standard_output_closed,
         standard_output_closed_and_a_model_saved, standard_input_closed, a_reader_that_goes_away, a_file_size_limit,
         an_output_that_cannot_be_made, a_model_that_cannot_be_made, a_report_that_cannot_be_made,
         an_error_keeps_what_was_there, a_file_over_itself, nowhere_to_spill, nothing_stays_where_it_spilled,
         killed(signal.SIGTERM), killed(signal.SIGINT), killed(signal.SIGKILL), too_little_memory]

print("TAP version 13\n1..%d" % len(TESTS))
failed = 0
for i, test in enumerate(TESTS):
    try:
        why = test()
    except Exception as e:     # a test that breaks is a test that fails
        why = repr(e)
    print("%sok %d - %s" % ("not " if why else "", i + 1, test.__name__), flush=True)
    if why:
        failed += 1
        print("# " + why.replace("\n", "\n# "), flush=True)
        for p in folder.iterdir():
            if p.name not in ("big.csv", "small.csv"):
                shutil.rmtree(p) if p.is_dir() else p.unlink()
shutil.rmtree(folder)
sys.exit(1 if failed else 0)
