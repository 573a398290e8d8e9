#!/bin/sh
# Folds of patients, not of recordings: each is judged by a model that has never
# heard them. By that measure a plain model is the better one as well.
set -e
tamis split -q --folds 5 --group patient recordings.csv |
  tamis clean -q --drop id,patient > in.csv
tamis evaluate -q -t ill --model logistic --save model.json in.csv > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "accuracy" && $2 == "*" && $3 == "" { print "accuracy," $4 }' \
  measured.csv > claim.csv

tamis apply -q model.json new.csv > scored.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,ill"; next }
        { print $at["id"] "," $at["_predicted"] }
' scored.csv > predictions.csv
