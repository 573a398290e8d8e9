#!/bin/sh
# What is written when somebody leaves, or later, is not known beforehand.
set -e

# Cross-validated, on what is known at the beginning of the quarter.
tamis clean -q --drop id,offer,final_bill customers.csv > in.csv
tamis evaluate -q -t left --model logistic --folds 5 --save model.json in.csv > measured.csv
awk -F, 'BEGIN { print "measure,value" }
         $1 == "log-loss" && $2 == "*" && $3 == "" { print "log-loss," $4 }' measured.csv > claim.csv

# The customers of the next quarter.
tamis apply -q model.json new.csv |
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,p"; next }
           { print $at["id"] "," $at["_score"] }' > scores.csv
