#!/bin/sh
# Measure tamis beside whatever rivals are installed, as whole processes, in alternating pairs.
#
#     sh tests/bench/run.sh [--quick] [--python PYTHON] [--only WORD] [--csv FILE] [--markdown FILE]
#
# PYTHON (default $PYTHON, python3) is looked at for pandas, scikit-learn, imbalanced-learn, Polars, DuckDB; PATH for mlr, xan,
# xsv, qsv, Rscript. --help says the rest: limits, files for the figures and tables.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/bench/bench.py "$@"
