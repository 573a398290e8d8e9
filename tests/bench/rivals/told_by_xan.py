"""`xan stats FILE | python3 told_by_xan.py`: what it says, as `tamis profile --csv` says it, so that answers can be compared."""
import csv
import sys

SAME = {"n": "count", "missing": "count_empty", "mean": "mean", "min": "min", "max": "max"}

print("column,measure,value")
for row in csv.DictReader(sys.stdin):
    for ours, theirs in SAME.items():
        if row[theirs] and (row["type"] in ("int", "float") or theirs.startswith("count")):
            print(row["field"], ours, row[theirs], sep=",")
