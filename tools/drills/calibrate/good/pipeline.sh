#!/bin/sh
# The same model on the same even classes; then its odds are multiplied by the
# share of honest files that were kept, which the report of the sampling knows.
set -e
tamis sample -q -t fraud -s under --seed 1 --report sample.json past.csv |
  tamis learn -q -t fraud --save model.json > learned.csv

tamis apply -q model.json new.csv |
  tamis clean -q --rename _score=raw then decide -q -p raw --undo sample.json \
  > scored.csv
awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,p"; next }
        { print $at["id"] "," $at["_score"] }
' scored.csv > probabilities.csv
