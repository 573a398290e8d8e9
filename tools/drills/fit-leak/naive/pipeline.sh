#!/bin/sh
# It runs, and claims a great deal. Which of these lines has seen the test rows?
set -e

# Prepare: holes, scales, and the ten genes that go best with y.
tamis impute -q -t y -c 'g*' -s median --save fill.json study.csv |
  tamis scale -q -t y -c 'g*' -s standard --save scale.json > prepared.csv
genes=$(awk -v k=10 -f select.awk prepared.csv)

# Learn on the train part, and judge on the test part.
tamis clean -q --rename part=_split prepared.csv > marked.csv
tamis learn -q -t y -c "$genes" --save model.json marked.csv > scored.csv
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "_split") p = i } NR == 1 || $p == "test"' scored.csv |
  tamis evaluate -q -t y -p _score > measured.csv
awk -F, 'BEGIN { print "measure,value" } $1 == "auc" && $2 == "*" { print "auc," $4 }' measured.csv > claim.csv

# Score the patients to come.
tamis apply -q fill.json scale.json model.json new.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,score"; next }
           { print $at["id"] "," $at["_score"] }' > scores.csv
