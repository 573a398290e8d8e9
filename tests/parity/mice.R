# What R's mice converges to with norm.predict: golden/mice/NAME.csv (holes and all) and NAME.filled.csv. No draws but those it
# begins with, and they are forgotten. From tests/parity: Rscript mice.R. Made with mice 3.15.0.
suppressMessages(library(mice))
dir.create("golden/mice", showWarnings = FALSE, recursive = TRUE)
write <- function(x, path) {
        for (name in names(x)) x[[name]] <- ifelse(is.na(x[[name]]), "", sprintf("%.17g", x[[name]]))
        write.csv(x, path, row.names = FALSE, quote = FALSE)
}
case <- function(name, data) {
        imp <- mice(data, m = 1, maxit = 400, method = "norm.predict", seed = 1, printFlag = FALSE)
        print(imp$loggedEvents)
        write(data, sprintf("golden/mice/%s.csv", name))
        write(complete(imp), sprintf("golden/mice/%s.filled.csv", name))
}
case("nhanes", nhanes)
set.seed(2)
case("boys", boys[sample(nrow(boys), 150), c("age", "hgt", "bmi", "hc")])
case("airquality", airquality[, c("Ozone", "Solar.R", "Wind", "Temp")])
