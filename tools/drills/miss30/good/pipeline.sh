#!/bin/sh
# Twenty filled copies, each drawn from what sleep may have been given training
# and the score; the same regression in each; one estimate from the twenty,
# whose interval knows how far they differ.
set -e
tamis impute -q -c sleep -s mice --method sleep=norm -m 20 data.csv \
        --from training,score > filled.csv
awk -v y=score -v x=training,sleep -f fit.awk filled.csv > fits.csv
tamis pool fits.csv > pooled.csv

# term, estimate, conf.low and conf.high
echo term,estimate,low,high > answer.csv
grep '^sleep,' pooled.csv | cut -d, -f1,3,8,9 >> answer.csv
