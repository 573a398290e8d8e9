#!/usr/bin/env python3
"""The documents, held to the program: every example is run, every link looked at, every list compared.

    tests/readme.py build/tools/tamis [DOCUMENT...] [--update]

A fenced block marked `console` is a session: `$ ` begins a command, `> ` continues it, and what follows is what it prints,
standard error included, byte for byte. The sessions of one document run in one shell, in a scratch folder where `testdata` is
the tests' own. A block with another mark is not run, and must not look like a session; a block without a mark is an error.
What lies between `<!-- verbs -->` and `<!-- /verbs -->` is a table made from what the program says of itself.

--update writes what came as what is expected: read it with care before you commit it.
"""
import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(\w*)\s*$")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


class Fault(Exception):
    pass


# -- what a document holds ----------------------------------------------------------------------------------------------------

def sessions(lines, name):
    """(first, last) of the lines inside each console block; faults in how blocks are marked."""
    found, begin, mark = [], None, ""
    for i, line in enumerate(lines):
        fence = FENCE.match(line)
        if fence and begin is None:
            begin, mark = i + 1, fence.group(1)
            if not mark:
                raise Fault("%s:%d: a block without a mark: console is run, text and others are not" % (name, i + 1))
        elif fence:
            if mark == "console":
                found.append((begin, i))
            begin = None
        elif begin is not None and mark != "console" and line.startswith("$ "):
            raise Fault("%s:%d: a session in a block marked %s: it would not be run" % (name, i + 1, mark))
    if begin is not None:
        raise Fault("%s:%d: a block that does not end" % (name, begin))
    return found


def commands(lines, first, last, name):
    """[(lines of the command, lines of what it prints)] of one session."""
    found = []
    for i in range(first, last):
        line = lines[i]
        if line.startswith("$ "):
            found.append(([line], []))
        elif not found:
            raise Fault("%s:%d: a session begins with a command" % (name, i + 1))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0].append(line)
        else:
            found[-1][1].append(line)
    return found


# -- running ------------------------------------------------------------------------------------------------------------------

def run(all_commands, tamis):
    """What each of the commands prints, one shell for all of them."""
    mark = "--%s--" % secrets.token_hex(8)
    script = ["last=0"]
    for said, _ in all_commands:
        script += ["(exit $last)", "\n".join(line[2:] for line in said), "last=$?", "printf '%s\\n' " + mark]
    with tempfile.TemporaryDirectory(prefix="tamis-readme-") as scratch:
        folder = Path(scratch, "work")
        folder.mkdir()
        (folder / "testdata").symlink_to(ROOT / "testdata")
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("LC_", "TAMIS_", "ARGP_")) and key not in ("NO_COLOR", "POSIXLY_CORRECT")}
        environment.update(PATH="%s:%s" % (tamis.parent, environment.get("PATH", "/usr/bin:/bin")), LC_ALL="C", TMPDIR=scratch)
        done = subprocess.run(["sh", "-c", "\n".join(script)], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    parts = done.stdout.decode(errors="backslashreplace").split(mark + "\n")
    if len(parts) != len(all_commands) + 1:
        raise Fault("the shell ended after %d of %d commands: %s" % (len(parts) - 1, len(all_commands), parts[-1]))
    return [part[:-1] if part.endswith("\n") else part for part in parts[:-1]]


def compare_sessions(lines, name, tamis, update):
    """Faults; with update, what was expected is replaced in `lines`."""
    blocks = [(first, last, commands(lines, first, last, name)) for first, last in sessions(lines, name)]
    came = iter(run([c for _, _, block in blocks for c in block], tamis) if blocks else [])
    faults, replaced = [], []
    for first, last, block in blocks:
        new, at = [], first
        for said, expected in block:
            text = next(came)
            got = text.split("\n") if text else []
            if got != expected:
                faults.append("%s:%d: %s\n  expected\n    %s\n  came\n    %s" % (
                    name, at + 1, said[0], "\n    ".join(expected), "\n    ".join(got)))
            new += said + got
            at += len(said) + len(expected)
        replaced.append((first, last, new))
    if update:
        for first, last, new in reversed(replaced):
            lines[first:last] = new
        return []
    return faults


# -- the other things a document says -----------------------------------------------------------------------------------------

def unfold(text, indent):
    """Lines that go on `indent` deep put behind the one they belong to."""
    return re.sub(r"\n {%d,}" % indent, " ", text)


def verb_table(tamis):
    def say(*words):
        return subprocess.run([tamis, *words], capture_output=True, text=True, check=True).stdout

    verbs = re.findall(r"^  (\w+) +(.*)$", unfold(say("help").split("Verbs:\n")[1].split("\n\n")[0], 10), re.M)
    strategies = {}
    for block in say("help", "strategies").strip().split("\n\n"):
        strategies[block.split(":")[0]] = [name + (" (default)" if default else "")
                                           for name, default in re.findall(r"^  (\w[\w-]*)( \(default\))?$", block, re.M)]
    yield "| verb | does | strategies |"
    yield "| --- | --- | --- |"
    for verb, does in verbs:
        yield "| `%s` | %s | %s |" % (verb, does, ", ".join(strategies.get(verb, [])))


def compare_table(lines, name, tamis, update):
    if "<!-- verbs -->" not in lines:
        return []
    first, last = lines.index("<!-- verbs -->") + 1, lines.index("<!-- /verbs -->")
    want = list(verb_table(tamis))
    if update:
        lines[first:last] = want
        return []
    return [] if lines[first:last] == want else ["%s:%d: the table of verbs is not what the program says" % (name, first + 1)]


def dead_links(lines, path, name):
    for i, line in enumerate(lines):
        for link in LINK.findall(line):
            if "://" not in link and not (path.parent / link).exists():
                yield "%s:%d: nothing is at %s" % (name, i + 1, link)


def check(path, tamis, update):
    name = os.path.relpath(path, ROOT)
    text = path.read_text()
    lines = text.split("\n")
    try:
        faults = compare_sessions(lines, name, tamis, update)
    except Fault as fault:
        return [str(fault)]
    faults += compare_table(lines, name, tamis, update)
    faults += dead_links(lines, path, name)
    if update and "\n".join(lines) != text:
        path.write_text("\n".join(lines))
        print("%s: written anew" % name)
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tamis", type=Path)
    parser.add_argument("documents", nargs="*", type=Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_intermixed_args()
    documents = [path.resolve() for path in options.documents]
    documents = documents or [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
    faults = [fault for path in documents for fault in check(path, options.tamis.resolve(), options.update)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
