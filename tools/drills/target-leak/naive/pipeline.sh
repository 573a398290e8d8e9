#!/bin/sh
# It runs, and an AUC of 0.95 on rows held out is hard to beat. Is it too good?
set -e

# Cross-validated, and nothing but the model sees the rows it learns from.
tamis clean -q --drop id customers.csv > in.csv
tamis evaluate -q -t left --model logistic --folds 5 --save model.json in.csv > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "log-loss" && $2 == "*" && $3 == "" { print "log-loss," $4 }' measured.csv > claim.csv

# The customers of the next quarter.
tamis apply -q model.json new.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,p"; next }
           { print $at["id"] "," $at["_score"] }' > scores.csv
