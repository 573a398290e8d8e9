#!/bin/sh
# Each code in its own column, and nowhere else.
set -e
tamis clean -q -c age --blank=-999 patients.csv |
  tamis clean -q -c pressure --blank 0 |
  tamis clean -q -c children --blank 99 |
  tamis clean -q -c admitted --blank 1900-01-01 > clean.csv
