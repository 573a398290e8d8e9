#!/bin/sh
# The threshold with the best F1 on rows held out.
set -e
tamis evaluate -q -t failed --model logistic --folds 5 --save model.json \
  history.csv > measured.csv
threshold=$(awk -F, '$1 == "best-f1-threshold" { print $4 }' measured.csv)
tamis apply -q model.json week.csv > probabilities.csv

awk -F, -v threshold="$threshold" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,open"; next }
        { print $at["id"] "," ($at["_score"] >= threshold) }
' probabilities.csv > decisions.csv
