#!/bin/sh
# It runs, and is right for 99 people in a hundred. How many of the ill does it
# find?
set -e
tamis clean -q --drop id people.csv |
  tamis learn -q -t ill --save model.json > scored.csv
tamis apply -q model.json new.csv \
        then clean --keep id --rename _score=score,_predicted=flag > scores.csv

# How good is it?
tamis evaluate -q -t ill -p _score scored.csv > measured.csv
echo measure,value > claim.csv
awk -F, '$1 == "auc" && $2 == "*" { print "ap," $4 }' measured.csv >> claim.csv
echo floor,0.5 >> claim.csv
