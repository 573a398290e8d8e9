# Writes answer.csv and claim.csv with a polynomial of degree 18.
#
# Begin here: which degree has the lowest error on points it was not fitted to?
degree=18

awk -v d=$degree -f polynomial.awk measured.csv > fit.csv
tamis learn -t y -s ridge --penalty 0 --task numbers -c 't*' \
        --save curve.json -o fitted.csv fit.csv

# what is claimed: the mean squared error on new points
tamis evaluate -t y --prediction _score --task numbers fitted.csv |
        awk -F, 'BEGIN { print "measure,value" }
                $1 == "rmse" { print "mse," $4 * $4 }' > claim.csv

awk -v d=$degree -f polynomial.awk new.csv | tamis apply curve.json |
        awk -F, 'NR == 1 { print "id,prediction" }
                NR > 1 { print $1 "," $NF }' > answer.csv
