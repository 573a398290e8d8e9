#!/bin/sh
# What is written when somebody leaves, or later, is not known beforehand.
set -e

# Cross-validated, on what is known at the beginning of the quarter.
tamis clean -q --drop id,offer,final_bill customers.csv > in.csv
tamis evaluate -q -t left --model logistic --folds 5 --save model.json \
        in.csv > measured.csv
echo measure,value > claim.csv
awk -F, '$1 == "log-loss" && $2 == "*" && $3 == "" { print $1 "," $4 }' \
        measured.csv >> claim.csv

# The customers of the next quarter.
tamis apply -q model.json new.csv then clean --keep id --rename _score=p \
        > scores.csv
