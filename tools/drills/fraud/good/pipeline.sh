# Each day the ten payments with the largest expected loss: risk times amount.
tamis learn -q -t fraud -c hour,amount,abroad,new_device,burst,account_days \
        --save model.json -o scored-history.csv history.csv
tamis apply model.json coming.csv |
        awk -F, -v OFS=, '
                NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
                { loss = $at["_score"] * $at["amount"]
                  print $at["day"], loss, $at["id"] }' |
        sort -t, -k1,1n -k2,2gr |
        awk -F, -v OFS=, '
                BEGIN { print "id,alert" }
                { print $3, (++n[$1] <= 10) }' > alerts.csv
