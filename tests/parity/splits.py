#!/usr/bin/env python3
"""Golden splits by scikit-learn and pandas: windows of time, one group out, strata of numbers, folds of classes.

    venv/bin/python tests/parity/splits.py      (NumPy, pandas, scikit-learn 1.9.1; nothing else here needs them)

Writes golden/splits.csv, a table of 210 rows in no order of time, and splits.json: for each command line what a fold's train
and test rows are, by number, or how many rows of each stratum the test part has.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import LeaveOneGroupOut, StratifiedShuffleSplit, TimeSeriesSplit

HERE = Path(__file__).resolve().parent
rng = np.random.default_rng(20240611)
N = 210
table = pd.DataFrame(dict(row=range(N), t=rng.permutation(N), g=rng.choice(list("qwerty"), N), c=rng.choice(["no", "yes"], N, p=[.8, .2]),
                          price=np.round(rng.lognormal(5, 1, N), 2), tied=rng.choice([1.5, 2.5, 3.5] + [x / 8 for x in range(40, 65)], N)))
table.loc[rng.random(N) < .1, "price"] = np.nan
table.to_csv(HERE / "golden" / "splits.csv", index=False, lineterminator="\n")
cases = []

by_time = table.sort_values("t").row.to_numpy()
for k, gap, window in ((2, 0, None), (5, 0, None), (5, 7, None), (5, 0, 30), (7, 3, 11), (12, 0, 500)):
    for i, (train, test) in enumerate(TimeSeriesSplit(k, gap=gap, max_train_size=window).split(by_time), 1):
        cases.append(dict(run="--time t --folds %d --fold %d --gap %d%s" % (k, i, gap, " --window %d" % window if window else ""),
                          train=sorted(map(int, by_time[train])), test=sorted(map(int, by_time[test]))))
for i, (train, test) in enumerate(LeaveOneGroupOut().split(table, groups=table.g), 1):
    cases.append(dict(run="--group g --each-group --fold %d" % i, train=train.tolist(), test=test.tolist()))
for strata in (2, 3, 5, 8):
    for name in ("price", "tied"):
        cut = pd.qcut(table[name], strata, labels=False, duplicates="drop")
        # a bin that ties left empty is not counted by pandas; what matters is who is with whom
        key = cut.map(lambda x: "" if x != x else "%d" % x) + "|" + table.c
        n_test = -(-N // 5)
        if key.value_counts().min() >= 2:       # with a class of one row scikit-learn refuses
            assert len(next(StratifiedShuffleSplit(1, test_size=.2, random_state=1).split(table, key))[1]) == n_test
        cases.append(dict(run="--stratify %s,c --strata %d --test .2" % (name, strata), strata=[[int(x) for x in table.row[key == one]] for one in sorted(set(key))],
                          total=n_test))
(HERE / "splits.json").write_text("[\n" + ",\n".join(" " + json.dumps(c) for c in cases) + "\n]\n")
