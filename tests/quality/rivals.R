# Rscript rivals.R JOBS: each line has a strategy, a table with holes and where to put the filled one.
# missForest is not in Debian: it is written here after Stekhoven and Buehlmann (2012), on the package randomForest.

source.forest <- function(x, rounds = 10) {
  na <- is.na(x)
  filled <- x
  for (j in seq_along(x))
    filled[na[, j], j] <- if (is.factor(x[[j]])) names(which.max(table(x[[j]]))) else mean(x[[j]], na.rm = TRUE)
  numeric <- !sapply(x, is.factor)
  last <- c(Inf, Inf)
  for (round in seq_len(rounds)) {
    old <- filled
    for (j in order(colSums(na))) {
      if (!any(na[, j])) next
      y <- x[!na[, j], j]
      if (is.factor(y)) y <- droplevels(y)
      if (length(unique(y)) < 2) { filled[na[, j], j] <- y[1]; next }
      f <- randomForest::randomForest(filled[!na[, j], -j], y, ntree = 100)
      filled[na[, j], j] <- as.vector(predict(f, filled[na[, j], -j]))
    }
    now <- c(if (any(numeric)) sum((as.matrix(filled[numeric]) - as.matrix(old[numeric]))^2) / sum(as.matrix(filled[numeric])^2) else 0,
             if (any(!numeric)) sum(as.matrix(filled[!numeric]) != as.matrix(old[!numeric])) / max(1, sum(na[, !numeric])) else 0)
    if (all(now >= last)) return(old)
    last <- now
  }
  filled
}

jobs <- read.table(commandArgs(TRUE)[1], col.names = c("what", "from", "to"), stringsAsFactors = FALSE)
for (i in seq_len(nrow(jobs))) {
  x <- read.csv(jobs$from[i], na.strings = "", stringsAsFactors = TRUE, check.names = FALSE)
  names <- names(x)
  names(x) <- paste0("c", seq_along(x))
  set.seed(1)
  y <- try(suppressWarnings(suppressMessages(switch(jobs$what[i],
    "missForest" = source.forest(x),
    "VIM" = VIM::kNN(x, imp_var = FALSE),
    "mice-R" = mice::complete(mice::mice(x, m = 1, method = ifelse(sapply(x, is.factor), "polyreg", "pmm"), printFlag = FALSE))))))
  if (inherits(y, "try-error")) next
  names(y) <- names
  write.csv(y, jobs$to[i], row.names = FALSE, na = "")
}
