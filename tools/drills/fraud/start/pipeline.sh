# Writes alerts.csv: an alert where fraud is likelier than not.
#
# Begin here: how many alerts a day are these? How large is the largest score?
tamis learn -q -t fraud -c hour,amount,abroad,new_device,burst,account_days \
        --save model.json -o scored-history.csv history.csv
tamis apply model.json coming.csv > scored.csv

awk -F, -v OFS=, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i
                  print "id,alert"; next }
        { print $at["id"], ($at["_score"] >= 0.5) }' scored.csv > alerts.csv
