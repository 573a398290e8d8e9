#!/usr/bin/env python3
"""`tamis evaluate --model` beside scikit-learn (golden/evaluate_models.json, by evaluate_models.py), and its honesty.

What must hold of any evaluation: what is predicted for a row does not hang on other rows that are held out, nor on its own
target; the saved model, none of them; noise is worth nothing, however the train rows were resampled; and a number of
threads, a pipe and another order of the rows change no figure.
"""
import csv
import io
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TAMIS = str(Path(sys.argv[1]).resolve())
GOLDEN = json.loads((HERE / "golden" / "evaluate_models.json").read_text())
PIPELINE = "impute -s knn -k 3 then smote --seed 1 -c a,b,c,g,h then scale -s robust"


def tamis(folder, *args, stdin=None):
    done = subprocess.run([TAMIS, *args], cwd=folder, capture_output=True, text=True, input=stdin)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def evaluate(folder, *args, **more):
    return tamis(folder, "evaluate", "-q", *args, **more)


def read(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def figure(out, measure, segment=""):
    return next(float(x["value"]) for x in csv.DictReader(io.StringIO(out))
                if (x["measure"], x["class"], x["segment"]) == (measure, "*", segment))


def write(path, rows):
    with open(path, "w", newline="") as f:
        w = csv.DictWriter(f, rows[0].keys(), lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


def table():
    return list(csv.DictReader(io.StringIO(GOLDEN["table"])))


def against_golden(folder, case):
    (folder / "t.csv").write_text(GOLDEN["table"])
    out = evaluate(folder, *case["args"], "--scores", "s.csv", "t.csv")
    scores = read(folder / "s.csv")
    for column, want in case["scores"].items():
        if len(scores) != len(want):
            yield "%d rows, not %d" % (len(scores), len(want))
        for i, (row, w) in enumerate(zip(scores, want)):
            if not math.isclose(float(row[column]), w, rel_tol=case["within"], abs_tol=case["within"]):
                yield "row %d: %s %s, not %r" % (i, column, row[column], w)
                break
    header, *rows = GOLDEN["table"].splitlines(True)
    random.Random(5).shuffle(rows)
    if evaluate(folder, *case["args"], stdin="".join([header, *rows])) != out:
        yield "from a pipe and in another order, other figures"
    if evaluate(folder, *case["args"], "-j", "1", "t.csv") != out:
        yield "one thread gives other figures"


def with_holes(rows):
    r = random.Random(2)
    for row in rows:
        for c in "abcg":
            if r.random() < .1:
                row[c] = ""
    return rows


def held_out_rows_do_not_tell(folder, model):
    """Every other held-out row gets other features and no target's worth: nothing else may change."""
    rows = with_holes(table())
    args = ["-t", "two", "-c", "a,b,c,g,h", "--model", model, "--pipeline", PIPELINE, "--scores", "s.csv", "--save", "m.json"]
    write(folder / "t.csv", rows)
    evaluate(folder, *args, "t.csv")
    before, model_before = read(folder / "s.csv"), (folder / "m.json").read_bytes()
    test = [i for i, row in enumerate(rows) if row["_split"] == "test"]
    for i in test[::2]:
        rows[i].update(a="99999", b="-1e6", c="", g="other", two="no" if rows[i]["two"] == "yes" else "yes")
    write(folder / "t.csv", rows)
    evaluate(folder, *args, "t.csv")
    after = read(folder / "s.csv")
    if (folder / "m.json").read_bytes() != model_before:
        yield "the saved model is another"
    if [x for x in before[1::2]] != [x for x in after[1::2]]:
        yield "other rows held out are scored otherwise"
    if before[::2] == after[::2]:
        yield "nothing was altered: the test tests nothing"
    rows[next(i for i, row in enumerate(rows) if row["_split"] == "train")]["a"] = "50"
    write(folder / "t.csv", rows)
    evaluate(folder, *args, "t.csv")
    if (folder / "m.json").read_bytes() == model_before:
        yield "a train row was altered and the model is the same: the test tests nothing"


def folds_do_not_tell(folder, model):
    """With folds drawn: other features for half of fold 1 leave the scores of its other half alone."""
    rows = with_holes(table())
    for row in rows:
        del row["_split"]
    args = ["-t", "two", "-c", "a,b,c,g,h", "--model", model, "--pipeline", PIPELINE, "--folds", "3", "--scores", "s.csv", "t.csv"]
    write(folder / "t.csv", rows)
    evaluate(folder, *args)
    before = read(folder / "s.csv")
    if sorted(int(x["row"]) for x in before) != list(range(1, len(rows) + 1)):
        yield "not each row is scored once"
    first = [int(x["row"]) - 1 for x in before if x["fold"] == "1"]
    for i in first[::2]:
        rows[i].update(a="99999", b="-1e6", c="", g="other")
    write(folder / "t.csv", rows)
    evaluate(folder, *args)
    after = read(folder / "s.csv")
    left = [i for i in first if i not in first[::2]]
    if [before[i] for i in left] != [after[i] for i in left]:
        yield "what is held out tells"
    if all(before[i] == after[i] for i in range(len(rows)) if before[i]["fold"] != "1"):
        yield "nothing hangs on train rows: the test tests nothing"


def noise_is_worth_nothing(folder, model):
    """Noise that is copied, balanced and learned by heart. Outside of the folds, copies would be found again: an AUC near 1."""
    r = random.Random(8)
    rows = [{"x%d" % j: "%.3f" % r.gauss(0, 1) for j in range(6)} | {"y": "yes" if r.random() < .25 else "no"} for _ in range(800)]
    write(folder / "n.csv", rows)
    for steps in ("sample -s over --seed 3", "smote --seed 3"):
        auc = figure(evaluate(folder, "-t", "y", "--model", model, "--pipeline", steps, "--folds", "5", "n.csv"), "auc", "mean of folds")
        if abs(auc - .5) > .06:         # 2.8 standard errors of such an area: 200 and 600 rows
            yield "%s: AUC %.3f" % (steps, auc)
    (folder / "over.csv").write_text(tamis(folder, "sample", "-q", "-t", "y", "-s", "over", "--seed", "3", "n.csv"))
    auc = figure(evaluate(folder, "-t", "y", "--model", "knn -k 1", "--folds", "5", "over.csv"), "auc", "mean of folds")
    if auc < .7:
        yield "resampled beforehand, AUC %.3f: the test tests nothing" % auc


def two_pipelines(folder):
    rows = table()
    for row in rows:
        del row["_split"]
    write(folder / "t.csv", rows)
    args = ["-t", "two", "-c", "a,b,c,g,h", "--model", "logistic", "--folds", "5"]
    same = evaluate(folder, *args, "--versus", "scale", "t.csv")
    if figure(same, "auc", "p-value (corrected t)") != 1 or figure(same, "auc", "difference") != 0:
        yield "a scale before a model that scales makes a difference"
    out = evaluate(folder, *args, "--versus-model", "majority", "t.csv")
    folds = [figure(out, "auc", "fold=%d" % i) - .5 for i in range(1, 6)]
    mean = sum(folds) / 5
    variance = sum((d - mean) ** 2 for d in folds) / 4 * (1 / 5 + (1 / 5) / (4 / 5))
    t = mean / math.sqrt(variance)
    # Student's t of 4 degrees: its distribution function has a closed form
    p = 1 - t / math.sqrt(t * t + 4) * (1 + 2 / (t * t + 4))
    if not math.isclose(figure(out, "auc", "p-value (corrected t)"), p, rel_tol=1e-9):
        yield "p %r, not %r" % (figure(out, "auc", "p-value (corrected t)"), p)


def explained(folder):
    """Shapley values add up to the score, and each is the mean change when a cell is put into rows of the train set."""
    (folder / "t.csv").write_text(GOLDEN["table"])
    tamis(folder, "learn", "-q", "-t", "n", "-s", "ridge", "-c", "a,b,g", "--explain", "-o", "e.csv", "t.csv")
    rows = read(folder / "e.csv")
    train = [row for row in rows if row["_split"] == "train"]
    for row in rows:
        if not math.isclose(sum(float(row[c]) for c in ("_shap", "_shap_a", "_shap_b", "_shap_g")), float(row["_score"]), abs_tol=1e-9):
            yield "they do not add up"
            break
    for c in ("a", "b", "g"):
        if abs(sum(float(row["_shap_" + c]) for row in train)) > 1e-8 * len(train):
            yield "_shap_%s is not 0 in the mean of the train rows" % c
    if not math.isclose(sum(float(row["_score"]) for row in train) / len(train), float(rows[0]["_shap"]), abs_tol=1e-9):
        yield "_shap is not the mean score"
    tamis(folder, "learn", "-q", "-t", "n", "-s", "ridge", "-c", "a,b,g", "--explain", "--save", "m.json", "-o", "x.csv", "t.csv")
    if tamis(folder, "apply", "-q", "m.json", "t.csv") != (folder / "e.csv").read_text():
        yield "applied later, other values"


def main():
    jobs = [(case["name"], against_golden, case) for case in GOLDEN["cases"]]
    for model in ("logistic", "svm", "knn", "boost --rounds 20"):
        jobs += [("held-out rows do not tell: " + model, held_out_rows_do_not_tell, model),
                 ("folds do not tell: " + model, folds_do_not_tell, model)]
    jobs += [("noise is worth nothing: " + model, noise_is_worth_nothing, model) for model in ("knn -k 1", "boost --rounds 20", "logistic")]
    jobs += [("two pipelines",  two_pipelines), ("explained", explained)]
    bad = 0
    print("1..%d" % len(jobs))
    for i, (name, work, *args) in enumerate(jobs, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                faults = list(work(Path(folder), *args))
            except RuntimeError as e:
                faults = [str(e)]
        bad += bool(faults)
        print("%s %d - %s" % ("not ok" if faults else "ok", i, name))
        for fault in faults:
            print("#  " + fault)
    return bad > 0


sys.exit(main())
