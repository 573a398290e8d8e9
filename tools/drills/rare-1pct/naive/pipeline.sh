#!/bin/sh
# It runs, and is right for 99 people in a hundred. How many of the ill are found?
set -e
tamis clean -q --drop id people.csv |
  tamis learn -q -t ill --save model.json > scored.csv
tamis apply -q model.json new.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,score,flag"; next }
           { print $at["id"] "," $at["_score"] "," ($at["_score"] >= 0.5) }' > scores.csv

# How good is it?
tamis evaluate -q -t ill -p _score scored.csv > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "auc" && $2 == "*" { print "ap," $4; print "floor,0.5" }' measured.csv > claim.csv
