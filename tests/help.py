#!/usr/bin/env python3
"""What the program says of itself: help that fits a terminal, manual pages for every verb, completion that parses.

    tests/help.py build/tools/tamis FOLDER-OF-MANUAL-PAGES
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

WIDTH = 80


def say(tamis, *words):
    done = subprocess.run([tamis, *words], capture_output=True, text=True)
    if done.returncode != 0 or done.stderr:
        raise SystemExit("tamis %s: exit %d: %s" % (" ".join(words), done.returncode, done.stderr))
    return done.stdout


def lint(command, text):
    """What a checker says of a text; nothing where the checker is not there."""
    if not shutil.which(command[0]):
        return ""
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return done.stderr or ("exit %d" % done.returncode if done.returncode else "")


def faults(tamis, folder):
    overview = say(tamis, "help")
    verbs = re.findall(r"^  (\w+) ", overview.split("Verbs:\n")[1].split("\n\n")[0], re.M)
    if "cat" not in verbs or verbs != sorted(verbs):
        yield "the verbs are not listed in order: %s" % verbs
    texts = {"help": overview, "help strategies": say(tamis, "help", "strategies"), "help columns": say(tamis, "help", "columns")}
    for verb in verbs:
        texts["help " + verb] = say(tamis, "help", verb)
        if texts["help " + verb] != say(tamis, verb, "--help") or texts["help " + verb] != say(tamis, verb, "-h"):
            yield "help %s and %s --help differ" % (verb, verb)
    for name, text in texts.items():
        for line in text.splitlines():
            if len(line) > WIDTH:
                yield "%s: wider than %d columns: %s" % (name, WIDTH, line)
        examples = text.split("\nExamples:\n")[1:]
        if examples and not all(line.startswith("  ") for line in examples[0].splitlines()):
            yield "%s: an example is longer than 77 columns, and was broken" % name
        if name != "help" and text.split("\n")[1:2] and text.split("\n")[1].endswith("."):
            yield "%s: the summary ends in a full stop" % name

    for verb in [""] + verbs:
        page = folder / ("tamis-%s.1" % verb if verb else "tamis.1")
        if not page.exists():
            yield "%s is not built: is the verb in tools/meson.build?" % page.name
            continue
        said = lint(["groff", "-man", "-Tutf8", "-ww", "-z"], page.read_text())
        if said:
            yield "%s: %s" % (page.name, said)
    if set(folder.glob("tamis-*.1")) != {folder / ("tamis-%s.1" % verb) for verb in verbs}:
        yield "there are manual pages of what is no verb"

    for shell in ("bash", "zsh"):
        script = say(tamis, "help", "--completion", shell)
        said = lint([shell, "-n"], script)
        if said:
            yield "completion for %s: %s" % (shell, said)
        for verb in verbs:
            if not re.search(r"\b%s\b" % verb, script):
                yield "completion for %s does not know %s" % (shell, verb)
    for words, wanted in (("drill ex", "explain"), ("impute -s soft", "softimpute"), ("help bias", ""), ("drill start ch", "")):
        script = "%s\nCOMP_WORDS=(tamis %s); COMP_CWORD=%d; _tamis; echo ${COMPREPLY[@]}" % (
            say(tamis, "help", "--completion", "bash"), words, len(words.split()))
        came = subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout.strip()
        if came != wanted:
            yield "bash completes tamis %s to %s, not to %s" % (words, came, wanted)


def main():
    found = list(faults(sys.argv[1], Path(sys.argv[2])))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
