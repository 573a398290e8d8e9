# What is watched of late, by genre; ratings by how far film and viewer are from
# the mean.
awk -f recommend.awk users.csv items.csv log.csv > top.csv
awk -f rate.awk log.csv log.csv log.csv > ratings.csv
