#!/bin/sh
# It runs, and opens the pumps that will more likely fail than not.
# Begin with the last line: what does it cost, and where is the best threshold?
set -e
tamis learn -q -t failed --save model.json history.csv > scored.csv
tamis apply -q model.json week.csv > probabilities.csv

awk -F, -v threshold=0.5 '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,open"; next }
        { print $at["id"] "," ($at["_score"] >= threshold) }
' probabilities.csv > decisions.csv
