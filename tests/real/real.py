#!/usr/bin/env python3
"""The main job on real data, where they are (../shared/data beside the repository): what must hold of the outcome.

    tests/real/real.py build/tools/tamis
"""
import collections
import csv
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TAMIS = os.path.abspath(sys.argv[1])
ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT.parent / "shared" / "data"

# the README's pipeline; and the same kind on each of the others
PIPELINES = {
    "titanic": """tamis split -t Survived --test 0.25 --seed 7 {data}/titanic.csv |
        tamis clean --drop PassengerId,Name,Ticket,Cabin |
        tamis impute -t Survived -s median --save fill.json |
        tamis smote -t Survived --seed 7 |
        tamis encode -s onehot -c Sex,Embarked |
        tamis scale -t Survived -s robust |
        tamis part 'titanic.{{}}.csv'""",
    "horse-colic": """tamis split -t surgical_lesion --test .25 --seed 7 --na '?' {data}/horse-colic.csv |
        tamis clean --drop hospital_number,lesion_1,lesion_2,lesion_3,cp_data |
        tamis impute -t surgical_lesion --na '?' -s median |
        tamis smote -t surgical_lesion --seed 7 |
        tamis scale -t surgical_lesion -s standard |
        tamis part 'horse-colic.{{}}.csv'""",
    "german-credit": """tamis split -t risk --test .25 --seed 7 {data}/german-credit.csv |
        tamis sample -t risk -s cost --cost '2=5,1=1' --seed 7 |
        tamis encode -t risk |
        tamis scale -t risk -s standard -c duration,amount,age |
        tamis part 'german-credit.{{}}.csv'""",
    "mammography": """tamis split -t class --test .25 --seed 7 {data}/mammography.csv |
        tamis scale -t class |
        tamis smote -t class --seed 7 --mark |
        tamis part 'mammography.{{}}.csv'""",
    # zero means "not measured" in these five columns, and a number in the others: blank it there, and nowhere else
    "pima": """tamis split -t diabetes --test .25 --seed 7 {data}/pima.csv |
        tamis clean -c glucose,blood_pressure,skin_thickness,insulin,bmi --blank 0 |
        tamis impute -t diabetes -s median --indicator |
        tamis smote -t diabetes --seed 7 |
        tamis scale -t diabetes -s robust -c '!*_missing' |
        tamis part 'pima.{{}}.csv'""",
    "penguins": """tamis split -t species --test .25 --seed 7 {data}/penguins.csv |
        tamis impute -t species -s median |
        tamis smote -t species --seed 7 |
        tamis encode -t species |
        tamis scale -t species -s minmax |
        tamis part 'penguins.{{}}.csv'""",
}
# target, rows, test rows: ceil(n / 4)
FACTS = {
    "titanic": ("Survived", 891, 223),
    "horse-colic": ("surgical_lesion", 300, 75),
    "german-credit": ("risk", 1000, 250),
    "mammography": ("class", 11183, 2796),
    "pima": ("diabetes", 768, 192),
    "penguins": ("species", 344, 86),
}


def check(truth, what):
    if not truth:
        raise AssertionError(what)


def shell(command, folder, stdin=None):
    p = subprocess.run(["bash", "-o", "pipefail", "-c", command], input=stdin, capture_output=True, cwd=folder,
                       env=dict(os.environ, PATH="%s:%s" % (os.path.dirname(TAMIS), os.environ["PATH"])))
    check(p.returncode == 0, "exit %d: %s" % (p.returncode, p.stderr.decode(errors="replace")[-1500:]))
    return p.stdout


def table(data):
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    return rows[0], rows[1:]


def run(name, folder):
    """The parts of a pipeline's outcome."""
    shell(PIPELINES[name].format(data=DATA), folder)
    return [(Path(folder) / ("%s.%s.csv" % (name, part))).read_bytes() for part in ("train", "test")]


# -- what must hold -----------------------------------------------------------------------------------------------------

def holds(name):
    target, rows, n_test = FACTS[name]
    with tempfile.TemporaryDirectory() as folder:
        train, test = run(name, folder)
        again = run(name, folder)
    check(again == [train, test], "another run gives other bytes")
    names, learned = table(train)
    check(table(test)[0] == names, "the parts have other columns")
    held = table(test)[1]
    check(len(held) == n_test, "%d test rows, not %d" % (len(held), n_test))
    at = names.index(target)
    counts = collections.Counter(row[at] for row in learned)
    # strata: the test part has the shares of the whole, to a row
    source = table((DATA / (name + ".csv")).read_bytes())
    whole = collections.Counter(row[source[0].index(target)] for row in source[1])
    check(sum(whole.values()) == rows, "the source has %d rows" % sum(whole.values()))
    for label, n in whole.items():
        share = collections.Counter(row[at] for row in held)[label]
        check(abs(share - n * n_test / rows) < 1, "class %s has %d of %d test rows" % (label, share, n_test))
    if name == "german-credit":
        kept = {label: counts[label] / (whole[label] * .75) for label in counts}
        check(kept["2"] == 1 and .12 < kept["1"] < .28, "costs of 5 to 1 kept %s" % kept)
    else:
        check(len(set(counts.values())) == 1, "the classes of the train part are uneven: %s" % dict(counts))
    holes = {names[i] for row in learned + held for i, cell in enumerate(row) if cell in ("", "?", "NA")}
    check(not holes, "holes are left in %s" % holes)
    if "_synthetic" in names:
        mark = names.index("_synthetic")
        check(all(row[mark] == "0" for row in held), "a synthetic row is in the test part")
        check(sum(row[mark] == "1" for row in learned) == max(whole.values()) - max(collections.Counter(
            row[at] for row in held).values()) - sum(n for label, n in whole.items() if n < max(whole.values()))
            + sum(row[at] != max(whole, key=whole.get) for row in held), "the count of synthetic rows is off")
    return train, test


def a_chain_gives_the_same_parts(name):
    with tempfile.TemporaryDirectory() as folder:
        parts = run(name, folder)
        lines = [line.strip() for line in PIPELINES[name].split("|")]
        chain = "tamis " + " then ".join(line[len("tamis "):] for line in lines).format(data=DATA)
        if name == "titanic":
            chain = chain.replace("--save fill.json", "")
        shell(chain, folder)
        got = [(Path(folder) / ("%s.%s.csv" % (name, part))).read_bytes() for part in ("train", "test")]
    check(got == parts, "the chain's bytes are not the pipeline's")


def copied_byte_for_byte():
    files = sorted(DATA.glob("*.csv")) + sorted((ROOT / "testdata").rglob("*.csv"))
    check(len(files) >= 7, "only %d files" % len(files))
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            data = path.read_bytes()
            check(shell("tamis cat '%s'" % path, folder) == data, "%s: other bytes from a file" % path.name)
            check(shell("tamis cat", folder, data) == data, "%s: other bytes from a pipe" % path.name)
            feed = "python3 -c 'import os, sys\nfor b in sys.stdin.buffer.read(): os.write(1, bytes([b]))' | tamis cat"
            check(shell(feed, folder, data) == data, "%s: other bytes from a pipe, one at a time" % path.name)


def other_columns_keep_their_bytes():
    """Scaling Fare changes no byte of the rest, quoted names with commas and doubled quotes among it."""
    with tempfile.TemporaryDirectory() as folder:
        out = shell("tamis scale -c Fare %s/titanic.csv" % DATA, folder)
    before = (DATA / "titanic.csv").read_bytes().split(b"\n")
    after = out.split(b"\n")
    check(len(before) == len(after), "another number of lines")
    changed = 0
    for a, b in zip(before[1:-1], after[1:-1]):
        x, y = a.rsplit(b",", 3), b.rsplit(b",", 3)     # Fare is the third from the end
        check(x[0] == y[0] and x[2:] == y[2:], "%r became %r" % (a, b))
        changed += x[1] != y[1]
    check(changed == 891, "%d fares were scaled" % changed)


def tests():
    yield "copied byte for byte", copied_byte_for_byte
    yield "other columns keep their bytes", other_columns_keep_their_bytes
    for name in PIPELINES:
        yield "%s: the main job" % name, lambda name=name: holds(name)
        yield "%s: chain and pipeline" % name, lambda name=name: a_chain_gives_the_same_parts(name)


def main():
    print("TAP version 13")
    if not DATA.is_dir():
        print("1..0 # SKIP the real data are not there (%s)" % DATA)
        return 0
    todo = list(tests())
    print("1..%d" % len(todo))
    failed = 0
    for i, (name, test) in enumerate(todo):
        try:
            test()
            print("ok %d - %s" % (i + 1, name), flush=True)
        except Exception as e:      # whatever breaks fails this test and not the next
            failed += 1
            print("not ok %d - %s\n# %s" % (i + 1, name, str(e).replace("\n", "\n# ")), flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
