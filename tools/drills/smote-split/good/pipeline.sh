#!/bin/sh
# SMOTE within the folds was tried, with an F1 of 0.21. A threshold that suits
# the classes as they are does better, and leaves the probabilities alone.
set -e
tamis clean -q --drop id customers.csv > in.csv

# The threshold with the best F1 in cross-validation, and the F1 that it has in
# another one.
tamis evaluate -q -t left --model logistic --folds 5 --seed 1 \
        --save model.json in.csv > sought.csv
t=$(awk -F, '$1 == "best-f1-threshold" { print $4 }' sought.csv)
tamis evaluate -q -t left --model logistic --folds 5 --seed 2 \
        --threshold "$t" in.csv > measured.csv
echo measure,value > claim.csv
awk -F, '$1 == "f1" && $2 == "1" && $3 == "" { print "f1," $4 }' \
        measured.csv >> claim.csv

tamis apply -q model.json new.csv then decide -p _score --threshold "$t" \
        then clean --keep id --rename _decision=predicted > predictions.csv
