# The imputation works of the benchmark, by R: Rscript fill_with_r.R mice M FILE, forest FILE, gower FILE
#
# mice: predictive mean matching, five rounds, M imputations below each other. forest: missForest's loop (Stekhoven &
# Buhlmann 2012) around randomForest, 100 trees, for Debian has no missForest. gower: VIM's kNN. The clock runs around these
# alone; what it says goes to the standard error: compute WALL PROCESSOR.
said <- commandArgs(trailingOnly = TRUE)
work <- said[1]
frame <- read.csv(said[length(said)], check.names = FALSE, na.strings = "", stringsAsFactors = TRUE)

# Columns from the fewest holes to the most; until a round changes more than the one before, for numbers and for factors alike.
forest <- function(frame, rounds = 10, trees = 100) {
        holes <- is.na(frame)
        numeric <- vapply(frame, is.numeric, TRUE)
        tries <- floor(sqrt(ncol(frame)))
        now <- frame
        for (j in seq_along(frame))
                now[holes[, j], j] <- if (numeric[j]) mean(frame[[j]], na.rm = TRUE) else names(which.max(table(frame[[j]])))
        last <- c(Inf, Inf)
        for (round in seq_len(rounds)) {
                before <- now
                for (j in order(colSums(holes))) {
                        away <- holes[, j]
                        if (!any(away))
                                next
                        grown <- randomForest::randomForest(x = now[!away, -j], y = frame[!away, j], ntree = trees, mtry = tries)
                        now[away, j] <- predict(grown, now[away, -j])
                }
                change <- c(if (any(numeric)) sum((now[numeric] - before[numeric])^2) / sum(now[numeric]^2) else -1,
                            if (any(!numeric)) sum(now[!numeric] != before[!numeric]) / sum(holes[, !numeric]) else -1)
                if (all(change >= last))
                        return(before)
                last <- change
        }
        now
}

if (work == "gower")
        suppressPackageStartupMessages(library(VIM))
if (work == "mice")
        suppressPackageStartupMessages(library(mice))
set.seed(1)
clock <- proc.time()
answer <- switch(work,
                 mice = mice(frame, m = as.integer(said[2]), maxit = 5, method = "pmm", printFlag = FALSE),
                 forest = forest(frame),
                 gower = kNN(frame, k = 5, imp_var = FALSE))
clock <- proc.time() - clock
cat(sprintf("compute %.6f %.6f\n", clock[["elapsed"]], clock[["user.self"]] + clock[["sys.self"]]), file = stderr())
if (work == "mice")
        answer <- complete(answer, "long")[names(frame)]
write.csv(answer, stdout(), row.names = FALSE, quote = FALSE, na = "")
