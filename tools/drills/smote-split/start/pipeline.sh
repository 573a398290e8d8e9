#!/bin/sh
# An F1 of 0.90. It runs; is it true? Begin with the order of the first steps.
set -e

# Even out the classes, split, learn; one file for each part of the split.
tamis clean -q --drop id customers.csv |
  tamis smote -q -t left |
  tamis split -q -t left --test 0.25 |
  tamis learn -q -t left -s knn --save model.json |
  tamis part -q 'scored.{}.csv'

# Judge on the test rows.
tamis evaluate -q -t left -p _score scored.test.csv > measured.csv
echo measure,value > claim.csv
awk -F, '$1 == "f1" && $2 == "1" { print "f1," $4 }' measured.csv >> claim.csv

# Who of the new customers will leave?
tamis apply -q model.json new.csv \
        then clean --keep id --rename _predicted=predicted > predictions.csv
