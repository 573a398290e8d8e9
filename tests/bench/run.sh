#!/bin/sh
# Measure tamis beside whatever rivals are installed, as whole processes, in alternating pairs.
#
#     sh tests/bench/run.sh [--quick] [--python PYTHON] [--only WORD]
#
# PYTHON (default python3) is looked at for pandas, scikit-learn, imbalanced-learn, Polars, DuckDB; PATH for mlr, xan, xsv, qsv.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/bench/bench.py "$@"
