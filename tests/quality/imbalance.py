#!/usr/bin/env python3
"""What weighing, sampling and synthetic rows do for a rare class, beside doing nothing and moving the threshold.

    imbalance.py TAMIS [--repeats 5] [--sets a,b] [--methods a,b] [--out FOLDER]
    imbalance.py --tables [--out FOLDER] [--docs docs/imbalance-quality.md] [--guide docs/one-in-a-hundred.md]

Five times two stratified folds. The table is given to tamis with `_split`, so that it changes the train half alone; two
learners of scikit-learn learn from what comes out and score the test half, which is as it was. `tamis decide` makes the
decisions: at .5; at the threshold that costs give, Elkan's; and at the cheapest threshold on scores of the train half that
come from two folds within it, resampled each by itself (best).

Figures go to FOLDER/errors.csv as they are had, a line each; what is there already is not run again, so that the study can
be stopped and go on. Needs NumPy, pandas and scikit-learn.
"""
import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
import warnings
import zlib

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import imbalance_sets as sets
import imbalance_tables as tables

# COST is that of a missed yes. "smote" is the kind for the columns: plain for numbers, nc for both, n for categories.
METHODS = {"nothing": "",
           "weigh balanced": "weigh -t y", "weigh cost": "weigh -t y -s cost --cost yes=COST",
           "under": "sample -t y -s under", "under, undone": None,
           "over": "sample -t y -s over",
           "cost": "sample -t y -s cost --cost yes=COST", "costing": "sample -t y -s costing --samples 10 --cost yes=COST",
           "smote": "smote -t y"}
METHODS |= {k: "smote -t y -s " + k for k in ["borderline1", "borderline2", "svm", "kmeans", "adasyn", "rose", "safe-level"]}
METHODS |= {"smote + enn": "smote -t y then prune -t y -s enn --only *", "smote + tomek": "smote -t y then prune -t y -s tomek --only *"}
LEARNERS = {"logistic": lambda: LogisticRegression(max_iter=2000),
            "trees": lambda: HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=15, early_stopping=False, random_state=1)}
KEY = ["set", "repeat", "fold", "method"]
FIELDS = KEY + ["learner", "measure", "value"]


class Failed(Exception):
    pass


def tamis(program, command, path, *more):
    """The table that comes out; each verb quiet, and drawn from one seed."""
    words = []
    for verb in command.split(" then "):
        name, *options = verb.split()
        words += (["then"] if words else []) + [name, "-q", *options]
    r = subprocess.run([program, *words, *more, path], capture_output=True, text=True)
    if r.returncode != 0:
        raise Failed(r.stderr.strip())
    return pd.read_csv(io.StringIO(r.stdout), keep_default_na=False, na_values=[""])


def resampled(program, table, method, cost, seed, folder):
    """What tamis makes of the table, and the report of it."""
    path, report = os.path.join(folder, "in.csv"), os.path.join(folder, "report.json")
    table.to_csv(path, index=False)
    chain = METHODS[method].replace("COST", str(cost)).split(" then ") if METHODS[method] else []
    if chain and not chain[0].startswith("weigh"):
        chain[0] += " --seed %d" % seed
    if table.isna().any().any():
        chain.insert(0, "impute -t y -s median")
    return (tamis(program, " then ".join(chain), path, "--report", report) if chain else table), report


def fitted(learner, train):
    features = train.drop(columns=[c for c in train if c == "y" or c.startswith("_")])
    numbers = [c for c in features if pd.api.types.is_numeric_dtype(features[c])]
    prepare = ColumnTransformer([("n", StandardScaler(), numbers),
                                 ("c", OneHotEncoder(handle_unknown="ignore", sparse_output=False), [c for c in features if c not in numbers])])
    x = prepare.fit_transform(features)
    model = LEARNERS[learner]()
    model.fit(x, train["y"] == "yes", sample_weight=train["_weight"] if "_weight" in train else None)
    return lambda rows: model.predict_proba(prepare.transform(rows[features.columns]))[:, 1]


def scores(out):
    """{learner: score of each row that is not train}, learned from the train rows; many samples: their mean."""
    train, test = out[out["_split"] == "train"], out[out["_split"] != "train"]
    parts = [p for _, p in train.groupby("_sample")] if "_sample" in train else [train]
    return {name: np.mean([fitted(name, p)(test) for p in parts], axis=0) for name in LEARNERS}


def decided(program, folder, truth, p, *options, held=None):
    """The decisions of `tamis decide`, and the corrected scores if there are any."""
    path = os.path.join(folder, "scored.csv")
    table = pd.DataFrame({"p": p, "y": truth, "_split": "test"})
    if held is not None:
        table = pd.concat([held.assign(_split="train"), table])
    table.to_csv(path, index=False)
    out = tamis(program, "decide -p p", path, *options)
    out = out[out["_split"] == "test"]
    return (out["_decision"] == "yes").to_numpy(), (out["_score"] if "_score" in out else out["p"]).to_numpy()


def measures(program, folder, truth, p, held, cost, report):
    y = (truth == "yes").to_numpy()
    costs = ["--cost", "fn=%s,fp=1" % cost]
    undo = ["--undo", report] if report else []
    of = ["--positive", "yes", "--negative", "no"]
    found = {".5": decided(program, folder, truth, p, *of, *undo),
             "costs": decided(program, folder, truth, p, *of, *costs, *undo),
             "best": decided(program, folder, truth, p, "-t", "y", *of, *costs, "--best", "cost", held=held)}
    p = found[".5"][1]
    yield "average precision", average_precision_score(y, p)
    yield "ROC AUC", roc_auc_score(y, p)
    yield "Brier", brier_score_loss(y, p)
    for name, (d, _) in found.items():
        yield "G-mean, " + name, np.sqrt(d[y].mean() * (1 - d[~y].mean()))
        yield "cost, " + name, 100 * (cost * (y & ~d).sum() + (d & ~y).sum()) / len(y)    # of 100 rows


def fold(program, table, test, method, cost, seed, folder):
    """One train half and one test half: (method, learner, measure, value). What --undo does to scores keeps their order, so
    the best threshold is sought on them as they are."""
    split = np.where(test, "test", "train")
    out, report = resampled(program, table.assign(_split=split), method, cost, seed, folder)
    p = scores(out)
    if method == "under":
        with open(report) as f:
            kept = f.read()
    train = table[~test].reset_index(drop=True)
    held = {name: np.zeros(len(train)) for name in LEARNERS}
    for i, (_, inner) in enumerate(StratifiedKFold(2, shuffle=True, random_state=seed).split(train, train["y"])):
        mask = np.isin(np.arange(len(train)), inner)
        out, _ = resampled(program, train.assign(_split=np.where(mask, "test", "train")), method, cost, seed + 1 + i, folder)
        for name, s in scores(out).items():
            held[name][mask] = s
    for name in LEARNERS:
        inside = pd.DataFrame({"p": held[name], "y": train["y"]})
        for label in [method, "under, undone"] if method == "under" else [method]:
            undo = None
            if label != method:
                undo = os.path.join(folder, "under.json")
                with open(undo, "w") as f:
                    f.write(kept)
            for measure, value in measures(program, folder, table["y"][test], p[name], inside, cost, undo):
                yield label, name, measure, value


def run(arguments):
    errors = os.path.join(arguments.out, "errors.csv")
    have = set()
    if os.path.exists(errors):
        have = {tuple(r) for r in pd.read_csv(errors, dtype=str, keep_default_na=False)[KEY].to_numpy()}
    chosen = arguments.methods.split(",") if arguments.methods else [m for m in METHODS if METHODS[m] is not None]
    with open(errors, "a") as f, tempfile.TemporaryDirectory() as folder:
        out = csv.writer(f)
        if f.tell() == 0:
            out.writerow(FIELDS)
        for repeat in range(arguments.repeats):
            for name in arguments.sets.split(",") if arguments.sets else sets.names():
                if not (loaded := sets.load(name)):
                    print("%s is not there: left out" % name, file=sys.stderr)
                    continue
                table, cost = loaded
                halves = StratifiedKFold(2, shuffle=True, random_state=repeat).split(table, table["y"])
                for number, (_, rows) in enumerate(halves):
                    test = np.isin(np.arange(len(table)), rows)
                    for method in chosen:
                        key = (name, str(repeat), str(number), method)
                        if key in have:
                            continue
                        seed = zlib.crc32(repr(key).encode()) % 10 ** 6
                        try:
                            lines = list(fold(arguments.tamis, table, test, method, cost, seed, folder))
                        except Failed as why:
                            print(*key, why, file=sys.stderr)
                            lines = [(method, l, "failed", 1) for l in LEARNERS]
                        out.writerows([*key[:3], m, learner, measure, "%.6f" % value] for m, learner, measure, value in lines)
                        f.flush()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("tamis", nargs="?")
    p.add_argument("--repeats", type=int, default=5)
    p.add_argument("--sets", default="")
    p.add_argument("--methods", default="")
    p.add_argument("--out", default="build/quality-imbalance")
    p.add_argument("--docs", default="", help="write the tables there, else to tables.md in the folder")
    p.add_argument("--guide", default="", help="put the short tables there too")
    p.add_argument("--tables", action="store_true")
    arguments = p.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    if not arguments.tables:
        if not arguments.tamis:
            p.error("which tamis?")
        arguments.tamis = os.path.abspath(arguments.tamis)
        warnings.simplefilter("ignore")
        run(arguments)
    tables.write(os.path.join(arguments.out, "errors.csv"), arguments.docs or os.path.join(arguments.out, "tables.md"))
    if arguments.guide:
        tables.guide(os.path.join(arguments.out, "errors.csv"), arguments.guide)


if __name__ == "__main__":
    main()
