#!/usr/bin/env python3
"""A learner at a terminal, from an empty state: list, start, a check that fails, hints, a pass, the explanation, the next drill, a review
a week later; and what may go wrong on the way.

    tests/drill/loop.py build/tools/tamis
"""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DRILLS = Path(__file__).resolve().parent.parent.parent / "tools" / "drills"
TAMIS = os.path.abspath(sys.argv[1])
FIRST = "miss30"


class Learner:
    """A folder of their own, and a clock that can be set."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.home = self.folder / "home"
        self.home.mkdir()
        self.env = {"PATH": os.path.dirname(TAMIS) + ":" + os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C", "TERM": "xterm",
                    "PAGER": "cat", "TAMIS_DRILL_TODAY": "2026-03-01", "TMPDIR": str(self.folder)}
        if "ASAN_OPTIONS" in os.environ:
            self.env["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        self.progress = self.home / ".local/state/tamis/drill/progress"

    def run(self, *words, typed=None, status=0, **env):
        done = subprocess.run([TAMIS, "drill", *words], cwd=self.folder, env=self.env | env, input=typed, capture_output=True, text=True)
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def at_terminal(self, *words, typed="", status=0, **env):
        """The same at a terminal of 24 lines; what it showed."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(TAMIS, [TAMIS, "drill", *words], self.env | env)
        shown = b""
        os.write(fd, typed.encode())
        while True:
            ready, _, _ = select.select([fd], [], [], 120)
            assert ready, (words, shown)
            try:
                more = os.read(fd, 65536)
            except OSError:
                break
            if not more:
                break
            shown += more
        _, ended = os.waitpid(pid, 0)
        os.close(fd)
        assert os.waitstatus_to_exitcode(ended) == status, (words, ended, shown)
        return shown.decode().replace("\r\n", "\n")

    def answer_well(self, name=FIRST, folder=None):
        shutil.copy(DRILLS / name / "good/pipeline.sh", self.folder / (folder or name) / "pipeline.sh")

    def write(self, text, name=FIRST):
        (self.folder / name / "pipeline.sh").write_text(text)


def whole_loop(l):
    assert "start " + FIRST in l.at_terminal()
    shown = l.at_terminal("list")
    assert "missing values" in shown and FIRST in shown and "0 of " in shown, shown
    shown = l.at_terminal("start", FIRST)
    assert "\x1b[1m" in shown and "pipeline.sh" in shown, shown
    assert sorted(os.listdir(l.folder / FIRST)) == sorted(["brief.md", "data.csv"] + os.listdir(DRILLS / FIRST / "start"))
    shown = l.at_terminal("check", status=3)
    assert "Not yet" in shown and "* " in shown and "bias" in shown, shown
    hints = [l.at_terminal("hint") for _ in range(4)]
    assert "Hint 1 of 4" in hints[0] and "Hint 4 of 4" in hints[3] and len(set(hints)) == 4, hints
    assert "all 4 hints" in l.at_terminal("hint")
    assert "after a pass" in l.at_terminal("explain", status=2)
    l.answer_well()
    shown = l.at_terminal("check")
    assert "Passed" in shown and "2026-03-02" in shown, shown
    assert "Rubin" in l.at_terminal("explain")
    shown = l.at_terminal("say", typed="I ask for the mechanism: MCAR, MAR or MNAR\nand would use multiple imputation\n\n")
    assert re.search(r"\b[2-9] of \d+ points", shown) and "What was missing" in shown, shown
    shown = l.at_terminal("next")
    assert "sentinel" in shown and (l.folder / "sentinel/pipeline.sh").exists(), shown
    assert "sentinel" in l.at_terminal()
    assert "Nothing is due before 2026-03-02" in l.at_terminal("review")
    shown = l.at_terminal("review", TAMIS_DRILL_TODAY="2026-03-08")
    again = FIRST + "-2026-03-08"
    assert "due since 2026-03-02" in shown and (l.folder / again / "data.csv").exists(), shown
    assert (l.folder / again / "data.csv").read_bytes() != (l.folder / FIRST / "data.csv").read_bytes()
    assert "Not yet" in l.at_terminal("check", status=3, TAMIS_DRILL_TODAY="2026-03-08")
    l.answer_well(folder=again)
    assert "2026-03-12" in l.at_terminal("check", TAMIS_DRILL_TODAY="2026-03-09")      # back at the first step, then 3 days
    assert "1 of " in l.at_terminal("list")
    assert "Forgotten" in l.at_terminal("reset", FIRST)
    assert "0 of " in l.at_terminal("list")


def plain_where_asked(l):
    for shown in (l.run("list"), l.at_terminal("list", NO_COLOR="1"), l.run("start", FIRST), l.run("check", status=3)):
        assert "\x1b" not in shown, shown
        assert all(len(line) <= 80 for line in shown.splitlines()), [line for line in shown.splitlines() if len(line) > 80]


def ticked_by_hand(l):
    l.run("start", FIRST)
    shown = l.run("say", typed="\n" + "y\n" * 3 + "n\n" * 9)
    assert re.search(r"^3 of \d+ points", shown, re.M), shown
    assert re.search(r"told 3/\d+", l.progress.read_text()), l.progress.read_text()


def reviewed_twice_a_day(l):
    l.run("start", FIRST)
    l.answer_well()
    l.run("check")
    for folder in (FIRST + "-2026-03-02", FIRST + "-2026-03-02-2"):
        l.run("review", TAMIS_DRILL_TODAY="2026-03-02")
        assert (l.folder / folder / "brief.md").exists()
    assert all(len(line) <= 80 for line in l.run("list").splitlines()), l.run("list")
    # from inside a folder the next one goes beside it
    done = subprocess.run([TAMIS, "drill", "next"], cwd=l.folder / folder, env=l.env, capture_output=True, text=True)
    assert done.returncode == 0 and (l.folder / "sentinel/brief.md").exists(), done


def shown_without_a_pager(l):
    l.run("start", FIRST)
    shown = l.at_terminal("explain", "--give-up", PAGER="/nowhere/pager")
    assert "Rubin" in shown and "\n#!/bin/sh\n" in shown, shown


def nothing_to_be_at(l):
    assert "Hint 1" in l.run("hint", FIRST)
    assert "start " + FIRST in l.run()
    l.run("start", FIRST)
    l.run("reset", FIRST)
    assert "start " + FIRST in l.run()


def progress_that_cannot_be_read(l):
    l.run("start", FIRST)
    l.progress.rename(l.progress.parent / "kept")
    l.progress.mkdir()
    assert "progress" in l.run("hint", status=1)
    assert l.progress.is_dir()


def interview(l):
    shown = l.run("interview", "--rounds", "3", "--minutes", "5", "--seed", "4", typed="threshold and cost\n\n" * 3)
    assert shown.count("Question ") == 3 and "How it went" in shown and ("Gaps" in shown or "Strengths" in shown), shown
    assert shown == re.sub("", "", l.run("interview", "--rounds", "3", "--minutes", "5", "--seed", "4", typed="threshold and cost\n\n" * 3))
    assert "no minutes" in l.run("interview", "--minutes", "x", status=2)


def shown_in_an_interview(l):
    """At a terminal the third question is a pipeline; skipped, one is where one was."""
    l.run("start", FIRST)
    for _ in range(2):
        shown = l.at_terminal("interview", "--rounds", "3", "--seed", "4", typed="x\n\ny\n\ns\n")
        assert "to be shown" in shown and "How it went" in shown, shown
    assert len(list(l.folder.glob("*-interview-2026-03-01*"))) == 2
    assert l.progress.read_text().startswith("at %s\n%s started 2026-03-01 in %s\n" % (FIRST, FIRST, l.folder / FIRST))


def interrupted_anywhere(l):
    """Killed at any moment, progress is whole: what it was before, or what it is after."""
    l.run("start", FIRST)
    l.run("hint")
    before = l.progress.read_text()
    for i in range(25):
        p = subprocess.Popen([TAMIS, "drill", "hint" if i % 2 else "check"], cwd=l.folder, env=l.env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(.0015 * i)
        p.send_signal(signal.SIGKILL)
        p.wait()
        text = l.progress.read_text()
        assert text.startswith("at %s\n%s started 2026-03-01 hints " % (FIRST, FIRST)) and text.endswith(" in %s\n" % (l.folder / FIRST)), text
    assert re.search("hints [0-9]+ ", before)
    # asked to stop, it tidies up
    left = set(l.folder.glob("tamis-drill-*"))
    l.write("sleep 9\n")
    p = subprocess.Popen([TAMIS, "drill", "check"], cwd=l.folder, env=l.env, stdout=subprocess.PIPE)
    assert b"fresh data" in p.stdout.readline()
    time.sleep(.3)
    p.send_signal(signal.SIGINT)
    assert p.wait() == 1, p.returncode
    assert set(l.folder.glob("tamis-drill-*")) == left


def two_at_once(l):
    l.run("start", FIRST)
    running = [subprocess.Popen([TAMIS, "drill", "hint"], cwd=l.folder, env=l.env, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert all(p.wait() == 0 for p in running)
    assert re.search("hints [1-4] ", l.progress.read_text())


def unknown_lines_are_kept(l):
    l.run("start", FIRST)
    text = l.progress.read_text()
    l.progress.write_text("# my own note\n" + text.replace(" started", " mood good started") + "later-drill started 2026-02-01 in /nowhere\n")
    l.run("hint")
    text = l.progress.read_text()
    assert "# my own note\n" in text and "mood good" in text and "later-drill started 2026-02-01 in /nowhere\n" in text, text


def mistakes(l):
    assert "no drill is begun" in l.run("check", status=2)
    assert 'near are "%s"' % FIRST in l.run("start", "mis30", status=2)
    assert 'near are "check"' in l.run("chek", status=2)
    assert "start which" in l.run("start", status=2)
    assert "not begun" in l.run("check", FIRST, status=2)
    l.run("start", FIRST)
    assert "is there already" in l.run("start", FIRST, status=2)
    shutil.rmtree(l.folder / FIRST)
    assert "begins it anew" in l.run("check", status=1)
    l.run("start", FIRST)
    (l.folder / FIRST / "pipeline.sh").unlink()
    assert "no pipeline.sh" in l.run("check", status=3)


def state_that_cannot_be_written(l):
    file = l.folder / "file"
    file.write_text("")
    assert "XDG_STATE_HOME" in l.run("start", FIRST, status=1, XDG_STATE_HOME=str(file))
    assert not (l.folder / FIRST).exists()


def bad_pipelines(l):
    l.run("start", FIRST)
    for text, said in [
        ("echo broken >&2; exit 5\n", "ended with status 5"),
        ("sleep 60\n", "more than the 10 seconds"),
        ("yes\n", "wrote more than"),
        ("rm -f data.csv; ls nowhere\n", "ended with status"),
        ("rm -f *; true\n", "answer.csv: it is not there"),
        ("echo > answer.csv\n", "answer.csv"),
        ("echo estimate > answer.csv; echo 1 >> answer.csv\n", "no column"),
        ("printf 'term,estimate,low,high\\nsleep,x,1,2\\n' > answer.csv\n", "x"),
        ("printf 'term,estimate,low,high\\nsleep,,1,2\\n' > answer.csv\n", "is empty"),
        ("printf 'term,estimate,low,high\\nsleep,1,1,2\\nsleep,1,1,2\\n' > answer.csv\n", "twice"),
        ("printf 'term,estimate,low,high\\nnap,1,1,2\\n' > answer.csv\n", "is not in it"),
        ("if then\n", "ended with status 2"),
        ("nosuchcommand\n", "a command was not found"),
    ]:
        l.write(text)
        shown = l.run("check", status=3)
        assert said in shown, (text, shown)
        assert not list(l.folder.glob("tamis-drill-*")), "a scratch folder was left"
    # what it leaves running is ended
    l.write("(sleep 987.5 &) ; exit 4\n")
    l.run("check", status=3)
    time.sleep(.2)
    assert subprocess.run(["pgrep", "-f", "sleep 987.5"], stdout=subprocess.DEVNULL).returncode == 1


def watch(l):
    l.run("start", FIRST)
    p = subprocess.Popen([TAMIS, "drill", "watch"], cwd=l.folder, env=l.env, stdout=subprocess.PIPE, text=True)
    assert "Waiting" in p.stdout.readline() + p.stdout.readline()
    l.answer_well()
    rest, _ = p.communicate(timeout=120)
    assert p.returncode == 0 and "Passed" in rest, (p.returncode, rest)


TESTS = [whole_loop, reviewed_twice_a_day, shown_without_a_pager, nothing_to_be_at, progress_that_cannot_be_read, plain_where_asked, ticked_by_hand, interview, shown_in_an_interview, interrupted_anywhere, two_at_once, unknown_lines_are_kept, mistakes,
         state_that_cannot_be_written, bad_pipelines, watch]


def main():
    print("1..%d" % len(TESTS), flush=True)
    failed = 0
    for n, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(Learner(os.path.realpath(folder)))
                print("ok %d - %s" % (n, test.__name__), flush=True)
            except AssertionError as e:
                failed += 1
                print("not ok %d - %s: %s" % (n, test.__name__, str(e)[:2000].replace("\n", "\n# ")), flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
