#!/bin/sh
# An F1 of 0.90. It runs; is it true? Begin with the order of the first steps.
set -e

# Even out the classes, split, learn.
tamis clean -q --drop id customers.csv |
  tamis smote -q -t left |
  tamis split -q -t left --test 0.25 |
  tamis learn -q -t left -s knn --save model.json > scored.csv

# Judge on the test rows.
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "_split") p = i }
         NR == 1 || $p == "test"' scored.csv |
  tamis evaluate -q -t left -p _score > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "f1" && $2 == "1" && $3 == "" { print "f1," $4 }' measured.csv > claim.csv

# Who of the new customers will leave?
tamis apply -q model.json new.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,predicted"; next }
           { print $at["id"] "," ($at["_score"] >= 0.5) }' > predictions.csv
