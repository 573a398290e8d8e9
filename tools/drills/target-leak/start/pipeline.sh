#!/bin/sh
# It runs, and an AUC of 0.96 on rows held out is hard to beat. Is it too good?
set -e

# Cross-validated: nothing learns from the rows it is judged on.
tamis clean -q --drop id customers.csv > in.csv
tamis evaluate -q -t left --model logistic --folds 5 --save model.json \
        in.csv > measured.csv
echo measure,value > claim.csv
awk -F, '$1 == "log-loss" && $2 == "*" && $3 == "" { print $1 "," $4 }' \
        measured.csv >> claim.csv

# The customers of the next quarter.
tamis apply -q model.json new.csv then clean --keep id --rename _score=p \
        > scores.csv
