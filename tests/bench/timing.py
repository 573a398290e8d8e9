"""Running whole processes and timing them."""
import dataclasses
import math
import os
import resource
import signal
import statistics
import subprocess
import time

TIME = "/usr/bin/time"
SLOW = 30       # seconds; who takes longer is timed once


class Late(Exception):
    """A command took longer than it was given."""


class Failed(Exception):
    """A command went wrong."""


@dataclasses.dataclass
class Target:
    """What the ratio is to be. `of`: "speed" (the rival's wall time by ours, at least), "wall", "cpu" (ours by its, at most),
    "ms" (our own milliseconds, at most)."""
    of: str
    number: float

    def text(self):
        if self.of == "speed":
            return "ahead" if self.number == 1 else "%g times as fast" % self.number
        return {"wall": "%g of the time", "cpu": "%g of the processor time", "ms": "%g ms"}[self.of] % self.number

    def value(self, row):
        if self.of == "speed":
            return row.ratio
        if self.of == "wall":
            return 1 / row.ratio
        return row.cpu / row.its_cpu if self.of == "cpu" else row.ours * 1000

    def met(self, row):
        if row.ratio is None and self.of == "speed":
            return row.limit / row.ours >= self.number
        return self.value(row) > self.number if self.of == "speed" and self.number == 1 else \
            self.value(row) >= self.number if self.of == "speed" else self.value(row) <= self.number


@dataclasses.dataclass
class Row:
    """One comparison: medians of wall and processor seconds; ratio is the median of the pairs'. None: not measured."""
    file: str
    work: str
    rival: str
    ours: float
    theirs: float = None
    ratio: float = None
    cpu: float = None
    its_cpu: float = None
    pairs: int = 0
    limit: float = None         # set where the rival was stopped
    target: Target = None
    alike: str = "cells"        # what was compared

    def verdict(self):
        """"yes", "no", with the figure where the table does not show it."""
        if not self.target:
            return ""
        said = "yes" if self.target.met(self) else "no"
        return said + (", %.2f" % self.target.value(self) if self.target.of in ("wall", "cpu") else "")


def timed(command, cwd, out, env, limit):
    """Seconds of wall clock and of processor of one shell command, its output in a file; and its standard error."""
    with open(out, "wb") as f:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        p = subprocess.Popen(["bash", "-o", "pipefail", "-c", command], stdin=subprocess.DEVNULL, stdout=f,
                             stderr=subprocess.PIPE, cwd=cwd, env=env, start_new_session=True)
        try:
            said = p.communicate(timeout=limit)[1]
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)        # the group this command leads, nobody else
            p.communicate()
            raise Late(command) from None
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if p.returncode != 0:
        raise Failed("%s\n%s" % (command, said.decode(errors="replace")[-1000:]))
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, said.decode(errors="replace")


def once(command, cwd, out, env, limit):
    return timed(command, cwd, out, env, limit)[:2]


def measured(command, cwd, out, env, limit):
    """(wall, processor, peak resident MB) of one process. One that says `compute WALL PROCESSOR` on its standard error has its
    times from there. The peak is what time(1) has from wait4: this interpreter's own pages would count into a child's of its
    own. Without time(1) it is not a number."""
    note = os.path.join(cwd, "peak")
    watched = "%s -q -f %%M -o %s %s" % (TIME, note, command) if os.path.exists(TIME) else command
    wall, processor, said = timed(watched, cwd, out, env, limit)
    for line in said.splitlines():
        if line.startswith("compute "):
            wall, processor = map(float, line.split()[1:])
    peak = math.nan
    if os.path.exists(TIME):
        with open(note) as f:
            peak = int(f.read()) / 1024
    return wall, processor, peak


def alternate(ours, theirs, count):
    """Ours, theirs, ours, theirs, ...: medians of wall (ours, theirs), the median of the pairs' ratios, medians of processor
    time (ours, theirs). Each is a function that gives (wall, processor) seconds."""
    pairs = [(ours(), theirs()) for _ in range(count)]
    middle = [[statistics.median(p[who][what] for p in pairs) for who in (0, 1)] for what in (0, 1)]
    return (*middle[0], statistics.median(p[1][0] / p[0][0] for p in pairs), *middle[1])


def spawned(command, runs):
    """The median seconds of a short command, given as a list, started without a shell."""
    took = []
    null = os.open(os.devnull, os.O_WRONLY)
    for _ in range(runs):
        start = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
        status = os.waitpid(pid, 0)[1]
        took.append(time.perf_counter() - start)
        if status != 0:
            raise Failed(" ".join(command))
    os.close(null)
    return statistics.median(took)
