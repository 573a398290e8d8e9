# Each day the ten payments that are likeliest to be fraud.
tamis learn -q -t fraud -c hour,amount,abroad,new_device,burst,account_days \
        --save model.json -o scored-history.csv history.csv
tamis apply model.json coming.csv |
        awk -F, -v OFS=, '
                NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
                { print $at["day"], $at["_score"], $at["id"] }' |
        sort -t, -k1,1n -k2,2gr |
        awk -F, -v OFS=, '
                BEGIN { print "id,alert" }
                { print $3, (++n[$1] <= 10) }' > alerts.csv
