#!/bin/sh
# Five folds, a model that finds similar recordings, and a fine figure. It runs.
# Whose recordings are in the folds?
set -e
tamis clean -q --drop id,patient recordings.csv > in.csv
tamis evaluate -q -t ill --model 'knn -k 3' --folds 5 --save model.json in.csv \
  > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "accuracy" && $2 == "*" && $3 == "" { print "accuracy," $4 }' \
  measured.csv > claim.csv

tamis apply -q model.json new.csv > scored.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,ill"; next }
        { print $at["id"] "," $at["_predicted"] }
' scored.csv > predictions.csv
