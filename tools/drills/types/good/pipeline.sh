#!/bin/sh
# Rules, written down: amount and rate are numbers; zip, sku and size are text
# and stay as they came; a date is read as its shop writes it, and one that can
# be read in two ways is left empty.
set -e
tamis clean -q -c amount,rate --numbers orders.csv |
  awk '
        BEGIN { FS = OFS = "," }
        NR == 1 || $8 !~ /\// { print; next }           # iso already
        {
                split($8, d, "/")
                if ($2 == "north") first = "day"
                else if ($2 == "south") first = "month"
                else if (d[1] > 12) first = "day"
                else if (d[2] > 12 || d[1] == d[2]) first = "month"
                else first = "who knows"

                if (first == "day") $8 = d[3] "-" d[2] "-" d[1]
                else if (first == "month") $8 = d[3] "-" d[1] "-" d[2]
                else $8 = ""
                print
        }' > clean.csv
