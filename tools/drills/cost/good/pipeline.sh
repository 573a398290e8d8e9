#!/bin/sh
# Open a pump from the probability on at which a miss costs more than an alarm:
# p * 100 >= (1 - p) * 2, which is p >= 2 / 102.
set -e
tamis learn -q -t failed --save model.json history.csv > scored.csv
tamis apply -q model.json week.csv |
  tamis decide -q -p _score --cost fn=100,fp=2 > decided.csv

awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,open"; next }
        { print $at["id"] "," $at["_decision"] }
' decided.csv > decisions.csv
