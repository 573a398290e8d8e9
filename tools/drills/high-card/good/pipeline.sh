#!/bin/sh
# Each repair is given what the other folds say of its workshop, drawn towards the
# mean of all by as much as there are few; and the claim is of rows held out.
set -e
encode='encode -s target -c workshop --unknown ignore'
tamis clean -q --drop id repairs.csv > in.csv
tamis evaluate -q -t back --pipeline "$encode" --model logistic --folds 5 \
  --save model.json in.csv > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "auc" && $2 == "*" && $3 == "" { print "auc," $4 }' measured.csv > claim.csv

tamis apply -q model.json new.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,score"; next }
           { print $at["id"] "," $at["_score"] }' > scores.csv
