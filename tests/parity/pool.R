# What R's mice makes of estimates by imputation: golden/pool/NAME.csv (the estimates) and NAME.pooled.csv (all that
# summary(pool(), type = "all", conf.int = TRUE) says). From tests/parity: Rscript pool.R
# Made with mice 3.15.0; needs r-base-core and r-cran-mice.
suppressMessages(library(mice))
dir.create("golden/pool", showWarnings = FALSE, recursive = TRUE)
write <- function(x, path) {
        for (name in names(x))
                if (is.numeric(x[[name]])) x[[name]] <- ifelse(is.finite(x[[name]]), sprintf("%.17g", x[[name]]), "")
        write.csv(x, path, row.names = FALSE, quote = FALSE)
}
case <- function(name, fits, dfcom = NULL, conf = .95) {
        each <- do.call(rbind, lapply(seq_along(fits), function(i) {
                tidy <- generics::tidy(fits[[i]])
                data.frame(imputation = i, term = tidy$term, estimate = tidy$estimate, std.error = tidy$std.error,
                           df.residual = fits[[i]]$df.residual)
        }))
        pooled <- summary(pool(as.mira(fits), dfcom = dfcom), type = "all", conf.int = TRUE, conf.level = conf)
        names(pooled)[8:9] <- c("conf.low", "conf.high")
        write(each, sprintf("golden/pool/%s.csv", name))
        write(pooled, sprintf("golden/pool/%s.pooled.csv", name))
}
fits <- function(data, m, seed, fit) {
        imp <- mice(data, m = m, maxit = 3, seed = seed, printFlag = FALSE)
        lapply(seq_len(m), function(i) fit(complete(imp, i)))
}
nhanes.fit <- function(d) lm(bmi ~ age + chl, d)
case("nhanes-m5", fits(nhanes, 5, 1, nhanes.fit))
case("nhanes-m2", fits(nhanes, 2, 2, nhanes.fit))
case("nhanes-m20", fits(nhanes, 20, 3, nhanes.fit))
case("nhanes-large", fits(nhanes, 5, 1, nhanes.fit), dfcom = Inf)
case("nhanes-99", fits(nhanes, 5, 1, nhanes.fit), conf = .99)
case("logistic", fits(nhanes2, 5, 4, function(d) glm(hyp ~ bmi + chl, binomial, d)))
boys <- boys[, c("age", "hgt", "wgt", "bmi", "hc")]
case("boys", fits(boys, 5, 5, function(d) lm(hgt ~ age + wgt + hc, d)))
# the same in each imputation: nothing between
case("nothing-between", rep(list(lm(bmi ~ age, nhanes)), 3))
