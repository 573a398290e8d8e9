# Writes predictions.csv and features.csv, by a ridge: each feature with a
# coefficient that is not 0 counts as one that matters.
#
# Begin here: how many features does it list? Try lasso.awk: read its head.
tamis learn -q -t y -s ridge --task numbers -c 'f*' \
        --save ridge.json -o fitted.csv train.csv
tamis apply ridge.json new.csv |
        awk -F, 'NR == 1 { print "id,prediction" }
                NR > 1 { print $1 "," $NF }' > predictions.csv

{
        echo column
        head -n 1 train.csv | tr , '\n' | grep '^f'
} > features.csv
