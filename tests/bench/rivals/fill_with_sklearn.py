"""The imputation works of the benchmark, by scikit-learn: fill_with_sklearn.py knn|iterative FILE

The clock runs around fit_transform alone; what it says goes to the standard error: compute WALL PROCESSOR."""
import sys
import time
import warnings

import numpy as np
import pandas as pd
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer

work, path = sys.argv[1:3]
warnings.simplefilter("ignore")
frame = pd.read_csv(path)
values = np.ascontiguousarray(frame.to_numpy(dtype=float))
imputer = KNNImputer(n_neighbors=5) if work == "knn" else IterativeImputer(max_iter=10, tol=0)
wall, processor = time.perf_counter(), time.process_time()
filled = imputer.fit_transform(values)
print("compute %.6f %.6f" % (time.perf_counter() - wall, time.process_time() - processor), file=sys.stderr)
pd.DataFrame(filled, columns=frame.columns).to_csv(sys.stdout, index=False)
