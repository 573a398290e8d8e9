# The lasso of the columns as they come, in whatever units.
awk -f lasso.awk train.csv > coefficients.csv
awk -f predict.awk coefficients.csv new.csv > predictions.csv
awk -F, 'NR == 1 { print "column" } NR > 2 && $2 != 0 { print $1 }' \
        coefficients.csv > features.csv
