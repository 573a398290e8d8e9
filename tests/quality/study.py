#!/usr/bin/env python3
"""How well cells are found again that were hidden: every strategy of `tamis impute`, auto, and what others have.

    study.py TAMIS [--repeats 10] [--sets a,b] [--strategies a,b] [--rivals 2] [--again auto] [--out FOLDER]
    study.py --tables [--out FOLDER]

Figures go to FOLDER/errors.csv as they are had, a line each; what is there already is not run again (--again: it is), so
that the study can be stopped and go on. FOLDER/tables.md is what docs/imputation-quality.md has. Needs NumPy and pandas;
the rivals scikit-learn, and R with VIM, mice and randomForest; without them they are left out.
"""
import argparse
import csv
import os
import subprocess
import sys
import tempfile

import pandas as pd

import sets
import tables

MECHANISMS, RATES = ["MCAR", "MAR"], [10, 30, 50]
# em and softimpute are for numbers: beside them categories get their mode. Those that go by the order of the rows
# (ffill, bfill, interpolate, hotdeck) have none here to go by.
STRATEGIES = {name: name for name in ["mean", "median", "random", "regression", "knn", "forest", "boost", "iterative", "auto"]}
STRATEGIES |= {name: "@numeric=%s,*=mode" % name for name in ["em", "softimpute"]}
STRATEGIES |= {"mice": "mice -m 1"}
R = ["missForest", "VIM", "mice-R"]
RIVALS = R + ["ExtraTrees"]
FIELDS = ["set", "mechanism", "rate", "repeat", "strategy", "error"]


def read(path, truth):
    filled = pd.read_csv(path, keep_default_na=False, na_values=[""])
    return filled[list(truth.columns)] if len(filled) == len(truth) else None


def by_tamis(tamis, strategy, truth, path, folder):
    out = os.path.join(folder, "out.csv")
    name, *options = STRATEGIES[strategy].split()
    if not any(sets.is_number(truth[c]) for c in truth):
        return None
    if all(sets.is_number(truth[c]) for c in truth) and "=" in name:
        name = strategy
    text = ",".join('%s=%s' % (c, "number" if sets.is_number(truth[c]) else "text") for c in truth)
    r = subprocess.run([tamis, "impute", "-q", "-j", "1", "-s", name, *options, "--seed", "1", "--types", text, "-o", out, path],
                       capture_output=True, text=True)
    if r.returncode != 0:
        print(strategy, r.stderr.strip(), file=sys.stderr)
        return None
    return read(out, truth)


def by_extra_trees(table):
    """As scikit-learn's documentation has it for missForest; numbers only."""
    import warnings
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    if not all(sets.is_number(table[c]) for c in table):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        imputer = IterativeImputer(ExtraTreesRegressor(n_estimators=100, random_state=1), max_iter=10, random_state=1)
        return pd.DataFrame(imputer.fit_transform(table), columns=table.columns)


def by_r(jobs, folder):
    """jobs: (strategy, path of the table), all in one process; gives the filled tables' paths."""
    listed = os.path.join(folder, "jobs")
    with open(listed, "w") as f:
        for i, (strategy, path) in enumerate(jobs):
            f.write("%s %s %s\n" % (strategy, path, os.path.join(folder, "r%d.csv" % i)))
    try:
        subprocess.run(["Rscript", os.path.join(os.path.dirname(os.path.abspath(__file__)), "rivals.R"), listed],
                       capture_output=True)
    except FileNotFoundError:
        print("no R: %s are left out" % ", ".join(R), file=sys.stderr)
    return [os.path.join(folder, "r%d.csv" % i) for i in range(len(jobs))]


def cell(arguments, name, truth, mechanism, rate, repeat, wanted, folder):
    """One table with holes, filled by all that are wanted; (strategy, error)."""
    hidden = sets.holes(truth, mechanism, rate / 100, 1000 * rate + repeat)
    table = truth.mask(hidden)
    path = os.path.join(folder, "in.csv")
    table.to_csv(path, index=False)
    r_jobs = [(s, path) for s in wanted if s in R]
    filled = dict(zip((s for s, _ in r_jobs), by_r(r_jobs, folder))) if r_jobs else {}
    for strategy in wanted:
        if strategy in STRATEGIES:
            got = by_tamis(arguments.tamis, strategy, truth, path, folder)
        elif strategy == "ExtraTrees":
            got = by_extra_trees(table)
        else:
            got = read(filled[strategy], truth) if os.path.exists(filled[strategy]) else None
        for f in os.listdir(folder) if strategy == wanted[-1] else []:
            os.remove(os.path.join(folder, f))
        yield strategy, None if got is None else sets.error(truth, got, hidden)


def run(arguments):
    errors = os.path.join(arguments.out, "errors.csv")
    have = set()
    if os.path.exists(errors):
        old = pd.read_csv(errors, dtype=str, keep_default_na=False)
        again = arguments.again.split(",")
        if arguments.again:
            old = old[~old["strategy"].isin(again)]
            old.to_csv(errors, index=False)
        have = {tuple(r) for r in old[FIELDS[:-1]].to_numpy()}
    chosen = arguments.strategies.split(",") if arguments.strategies else list(STRATEGIES) + RIVALS
    with open(errors, "a") as f, tempfile.TemporaryDirectory() as folder:
        out = csv.writer(f)
        if f.tell() == 0:
            out.writerow(FIELDS)
        for repeat in range(arguments.repeats):
            for name in arguments.sets.split(",") if arguments.sets else sets.names():
                truth = sets.load(name)
                if truth is None:
                    print("%s is not there: left out" % name, file=sys.stderr)
                    continue
                for mechanism in MECHANISMS:
                    for rate in RATES:
                        key = (name, mechanism, str(rate), str(repeat))
                        wanted = [s for s in chosen if key + (s,) not in have and (s in STRATEGIES or repeat < arguments.rivals)]
                        for strategy, error in cell(arguments, name, truth, mechanism, rate, repeat, wanted, folder):
                            out.writerow(key + (strategy, "" if error is None else "%.6f" % error))
                        f.flush()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("tamis", nargs="?")
    p.add_argument("--repeats", type=int, default=10)
    p.add_argument("--rivals", type=int, default=2, help="so many of the repeats are run by the rivals too")
    p.add_argument("--sets", default="")
    p.add_argument("--strategies", default="")
    p.add_argument("--again", default="")
    p.add_argument("--out", default="build/quality")
    p.add_argument("--tables", action="store_true")
    arguments = p.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    if not arguments.tables:
        if not arguments.tamis:
            p.error("which tamis?")
        arguments.tamis = os.path.abspath(arguments.tamis)
        run(arguments)
    tables.write(os.path.join(arguments.out, "errors.csv"), os.path.join(arguments.out, "tables.md"))


if __name__ == "__main__":
    main()
