"""The imbalance works of the benchmark, by imbalanced-learn: balance_with_imblearn.py smote|adasyn|smotenc|tomek|enn FILE

The clock runs around fit_resample alone; what it says goes to the standard error: compute WALL PROCESSOR."""
import sys
import time

import numpy as np
import pandas as pd
from imblearn.over_sampling import ADASYN, SMOTE, SMOTENC
from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks

work, path = sys.argv[1:3]
frame = pd.read_csv(path)
names = list(frame.columns)
target = frame.pop("label").to_numpy()
if work == "smotenc":
    resampler = SMOTENC([j for j, name in enumerate(frame) if name.startswith("c")], random_state=7)
else:
    frame = np.ascontiguousarray(frame.to_numpy(dtype=float))
    resampler = {"smote": lambda: SMOTE(random_state=7), "adasyn": lambda: ADASYN(random_state=7), "tomek": TomekLinks,
                 "enn": EditedNearestNeighbours}[work]()
wall, processor = time.perf_counter(), time.process_time()
x, y = resampler.fit_resample(frame, target)
print("compute %.6f %.6f" % (time.perf_counter() - wall, time.process_time() - processor), file=sys.stderr)
if hasattr(resampler, "sample_indices_"):      # it gives class after class
    order = np.argsort(resampler.sample_indices_)
    x, y = x[order], y[order]
x = pd.DataFrame(x, columns=names[:-1])
x["label"] = y
x.to_csv(sys.stdout, index=False)
