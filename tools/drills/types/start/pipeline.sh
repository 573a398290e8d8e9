#!/bin/sh
# What a spreadsheet does when it opens the file: whatever looks like a number
# becomes one, and whatever looks like a date becomes one, month first if that
# can be. It runs. Compare clean.csv with orders.csv, column by column.
set -e
tamis clean -q -c amount,rate --numbers orders.csv |
  awk '
        BEGIN { FS = OFS = "," }
        NR == 1 { print; next }
        {
                $3 += 0                                         # zip
                if ($4 ~ /^[0-9]+E[0-9]+$/) $4 = sprintf("%.0f", $4)    # sku
                if ($8 ~ /\//) {
                        split($8, d, "/")
                        if (d[1] > 12) $8 = d[3] "-" d[2] "-" d[1]
                        else $8 = d[3] "-" d[1] "-" d[2]
                }
                print
        }' > clean.csv
