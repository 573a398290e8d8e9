#!/bin/sh
# The mean of those who answered, and its usual interval. It runs.
# Who did not answer, and what do you know of them?
set -e
awk -F, '
        NR > 1 && $4 != "" { n++; s += $4; q += $4 * $4 }
        END {
                mean = s / n
                se = sqrt((q / n - mean * mean) / n)
                print "low,high"
                print mean - 1.645 * se "," mean + 1.645 * se
        }
' town.csv > answer.csv
