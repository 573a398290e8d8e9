#!/bin/sh
# It runs, and claims a great deal. Which of these lines has seen the test rows?
set -e

# Prepare: holes, scales, and the ten genes that go best with y.
tamis impute -q -t y -c 'g*' -s median --save fill.json study.csv |
  tamis scale -q -t y -c 'g*' -s standard --save scale.json > prepared.csv
genes=$(awk -v k=10 -f select.awk prepared.csv)

# Learn on the train part, and judge on the test part.
tamis clean -q --rename part=_split prepared.csv > marked.csv
tamis learn -q -t y -c "$genes" --save model.json marked.csv |
  tamis part -q 'scored.{}.csv'
tamis evaluate -q -t y -p _score scored.test.csv > measured.csv
echo measure,value > claim.csv
awk -F, '$1 == "auc" && $2 == "*" { print "auc," $4 }' measured.csv >> claim.csv

# Score the patients to come.
tamis apply -q fill.json scale.json model.json new.csv \
        then clean --keep id --rename _score=score > scores.csv
