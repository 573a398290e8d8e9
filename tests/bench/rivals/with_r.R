# The works of the benchmark, by R: Rscript with_r.R copy|median|standard FILE [PREFIX]
#
# With data.table where it is installed, else with what R has itself. PREFIX begins the names of the columns worked on.
said <- commandArgs(trailingOnly = TRUE)
work <- said[1]
path <- said[2]
prefix <- if (length(said) > 2) said[3] else "x"
fast <- requireNamespace("data.table", quietly = TRUE)

frame <- if (fast) data.table::fread(path, data.table = FALSE, strip.white = FALSE) else read.csv(path, check.names = FALSE)
for (x in names(frame)[startsWith(names(frame), prefix)]) {
        v <- frame[[x]]
        if (work == "median")
                v[is.na(v)] <- median(v, na.rm = TRUE)
        if (work == "standard") {
                v <- v - mean(v, na.rm = TRUE)
                v <- v / sqrt(mean(v^2, na.rm = TRUE))
        }
        frame[[x]] <- v
}
if (fast) {
        data.table::fwrite(frame, "/dev/stdout", na = "")
} else {
        write.csv(frame, row.names = FALSE, na = "")
}
