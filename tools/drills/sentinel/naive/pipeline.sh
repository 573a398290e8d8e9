#!/bin/sh
# The usual codes, taken away wherever they stand.
set -e
tamis clean -q --blank '-999,0' patients.csv > clean.csv
