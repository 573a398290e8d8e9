#!/usr/bin/env python3
"""Fill a CSV with scikit-learn, as a filter: an example of a program for `tamis bench --with`.

    tamis bench -s knn,iterative --with 'sklearn-knn=python3 impute_sklearn.py knn' \\
                                 --with 'sklearn-iterative=python3 impute_sklearn.py iterative' in.csv

Numbers are filled by KNNImputer or IterativeImputer, on standardised columns; categories by their most frequent level.
"""
import sys

import pandas as pd
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer
from sklearn.preprocessing import StandardScaler

table = pd.read_csv(sys.stdin)
numbers = [c for c in table if pd.api.types.is_numeric_dtype(table[c]) and table[c].notna().any()]
if numbers:
    scaler = StandardScaler().fit(table[numbers])
    imputer = KNNImputer() if sys.argv[1:] == ["knn"] else IterativeImputer(random_state=0)
    filled = scaler.inverse_transform(imputer.fit_transform(scaler.transform(table[numbers])))
    table[numbers] = table[numbers].where(table[numbers].notna(), pd.DataFrame(filled, columns=numbers, index=table.index))
for c in table:
    if c not in numbers and table[c].notna().any():
        table[c] = table[c].fillna(table[c].mode()[0])
table.to_csv(sys.stdout, index=False)
