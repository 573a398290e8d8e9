#!/usr/bin/env Rscript
# Fill a CSV with R's mice, one imputation by predictive mean matching (categories: polyreg), as a filter: an example of a
# program for `tamis bench --with`.
#
#     tamis bench -s 'mice -m 1' --with 'mice-R=Rscript impute_mice.R' in.csv
suppressMessages(library(mice))
table <- read.csv(file("stdin"), na.strings = c("", "NA"), check.names = FALSE, stringsAsFactors = TRUE)
filled <- complete(mice(table, m = 1, printFlag = FALSE, seed = 1))
names(filled) <- names(table)
write.csv(filled, stdout(), row.names = FALSE, na = "", quote = sapply(filled, is.factor) |> which())
