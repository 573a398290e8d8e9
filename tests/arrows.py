#!/usr/bin/env python3
"""Who may include whom, and what the library may call.

Arrows point down only: tools -> registry -> drill -> judge, look -> families -> step -> neighbors, fit -> stats -> table -> csv -> base. A family
never includes another family's header, and the library never prints, exits or aborts: that is for the program to do.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = ["clean", "impute", "balance", "split", "scale", "encode", "learn"]
# from the bottom up; those on one line do not include each other
LEVELS = [["base"], ["csv"], ["table"], ["stats"], ["neighbors", "fit"], ["step"], FAMILIES, ["judge", "look"], ["drill"], ["registry"],
          ["tools"]]
LEVEL = {name: i for i, names in enumerate(LEVELS) for name in names}
# which folder each public header is the face of
PUBLIC = {"error": "base", "memory": "base", "pool": "base", "random": "base", "csv": "csv", "number": "csv",
          "schema": "table", "batch": "table", "stats": "stats", "rubin": "stats", "neighbors": "neighbors", "step": "step", "run": "step"}
FORBIDDEN = {"printf", "vprintf", "puts", "putchar", "perror", "exit", "_exit", "_Exit", "quick_exit", "abort", "assert", "err",
             "errx", "warn", "warnx", "error"}
STREAMS = re.compile(r"\b(stdout|stderr)\b")
CALL = re.compile(r"(?<![\w.>])([A-Za-z_]\w*)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def code_only(text):
    """The text with comments and literals blanked, lines kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def folder_of(path):
    """The name in LEVELS of what a source belongs to."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "include":
        return PUBLIC.get(path.stem)
    if parts[0] == "tools":
        return "tools"
    return parts[1] if len(parts) > 2 else path.stem        # src/registry.c


def included(path, mark, name):
    """The folder an include points to; None for what is not ours."""
    parts = name.split("/")
    if parts[0] == "tamis" and len(parts) == 2:
        return PUBLIC.get(Path(name).stem, "?" + name)
    if mark == "<" or name == "config.h":
        return None
    if len(parts) > 1:
        return parts[0] if parts[0] in LEVEL else "?" + name
    return folder_of(path) if (path.parent / name).exists() else "?" + name


def faults_of(path):
    text = path.read_text()
    own = folder_of(path)
    if own not in LEVEL:
        yield 1, "belongs to no known folder: give it its place in tests/arrows.py"
        return
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        other = included(path, *match.groups())
        if other is None or other == own:
            continue
        if other.startswith("?"):
            yield line, "includes %s, which is nobody's" % other[1:]
        elif LEVEL[other] > LEVEL[own]:
            yield line, "%s includes %s, which is above it" % (own, other)
        elif LEVEL[other] == LEVEL[own]:
            yield line, "%s includes %s, which stands beside it" % (own, other)
    if own == "tools":
        return
    code = code_only(text)
    for match in CALL.finditer(code):
        if match.group(1) in FORBIDDEN:
            yield code.count("\n", 0, match.start()) + 1, "the library calls %s()" % match.group(1)
    for match in STREAMS.finditer(code):
        yield code.count("\n", 0, match.start()) + 1, "the library uses %s" % match.group(1)


def main():
    sources = sorted(path for top in ("include", "src", "tools") for path in (ROOT / top).rglob("*.[ch]"))
    faults = [(path.relative_to(ROOT), line, what) for path in sources for line, what in faults_of(path)]
    for path, line, what in faults:
        print("%s:%d: %s" % (path, line, what))
    if len(sources) < 20:
        sys.exit("only %d sources were found" % len(sources))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
