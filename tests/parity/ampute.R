# mice's own scores and curves: golden/ampute.csv (a table), golden/ampute_*.csv (patterns, weights), golden/ampute.json (what scores
# and b come to) and ../unit/judge/mice_curve.h (probabilities by score). From tests/parity: Rscript ampute.R. Made with mice 3.15.0.
#
# mice finds b on normal numbers it draws. Here its functions are given the scores in their place, a search that ends at 1e-15,
# and instead of draws its probabilities are kept; the curves and the scores are its own.
suppressMessages(library(mice))
library(jsonlite)
set.seed(6)

# mice's probabilities for these scores, and the b they go with
curve <- function(scores, share, type) {
        probs <- NULL
        shift <- NULL
        f <- mice::ampute.continuous
        environment(f) <- list2env(list(
                rnorm = function(n, mean, sd) scores,
                bin.search = function(fun, target) {
                        shift <<- uniroot(function(b) fun(b) - target, c(-60, 60), tol = 1e-15, maxiter = 10000)$root
                        list(where = shift)
                },
                rbinom = function(n, size, prob) {
                        probs <<- as.vector(prob)
                        rep(0, n)
                }), parent = asNamespace("mice"))
        f(P = rep(2, length(scores)), scores = list(scores), prop = share, type = type)
        list(b = shift, probs = probs)
}

types <- c("RIGHT", "LEFT", "MID", "TAIL")
shares <- c(.01, .3, .85)

# -- probabilities by score, skewed and with a far value ---------------------------------------------------------------------------
raw <- c(rexp(57), 9, 40, -3)
scores <- as.vector(scale(raw))
out <- c("/* Made by tests/parity/ampute.R with mice 3.15.0: the probabilities of ampute.continuous(), by score. */",
         sprintf("static const double mice_scores[] = { %s };", paste(sprintf("%.17g", scores), collapse = ", ")),
         "static const struct { int type; double share, b, p[60]; } mice_curves[] = {")
for (t in seq_along(types)) for (share in shares) {
        one <- curve(scores, share, types[t])
        out <- c(out, sprintf("        { %d, %.17g, %.17g, { %s } },", t - 1, share, one$b, paste(sprintf("%.17g", one$probs), collapse = ", ")))
}
out <- gsub("(.{100,125}?, )", "\\1\n        ", c(out, "};"), perl = TRUE)
out <- gsub(" +\n", "\n", out)
writeLines(out, "../unit/judge/mice_curve.h")

# -- a table through mice's weighted sums ------------------------------------------------------------------------------------------
n <- 400
d <- data.frame(a = round(rnorm(n, 50, 9), 2), b = round(rexp(n, .02), 3), c = rpois(n, 2))
d$d <- round(d$a * .3 + rnorm(n), 4)
write.csv(d, "golden/ampute.csv", row.names = FALSE, quote = FALSE)
cases <- list()
case <- function(mech, patterns, weights) {
        i <- length(cases) + 1
        write.csv(patterns, sprintf("golden/ampute_patterns%d.csv", i), row.names = FALSE, quote = FALSE)
        if (!is.null(weights)) write.csv(weights, sprintf("golden/ampute_weights%d.csv", i), row.names = FALSE, quote = FALSE)
        w <- if (is.null(weights)) mice::ampute.default.weights(patterns, mech) else weights
        s <- as.vector(mice:::sum.scores(P = rep(2, n), data = d, std = TRUE, weights = w, patterns = patterns)[[1]])
        sorted <- sort(s)
        cases[[i]] <<- list(mechanism = tolower(mech), patterns = sprintf("ampute_patterns%d.csv", i),
                weights = if (is.null(weights)) "" else sprintf("ampute_weights%d.csv", i),
                # scores of the ranks [from, to) that --window from/n:to/n spans
                windows = lapply(list(c(0, 400), c(40, 200), c(133, 390)), function(w) list(from = w[1] / n, to = w[2] / n,
                        low = sorted[w[1] + 1], high = sorted[w[2]])),
                curves = unlist(lapply(types, function(t) lapply(shares, function(share)
                        list(type = tolower(t), share = share, b = curve(s, share, t)$b))), recursive = FALSE))
}
pattern <- function(...) setNames(data.frame(...), c("a", "b", "c", "d"))
case("MAR", pattern(1, 1, 1, 0), NULL)
case("MNAR", pattern(0, 1, 0, 1), NULL)
case("MAR", pattern(0, 1, 1, 0), pattern(0, 2, -.5, 0))
case("MNAR", pattern(0, 0, 0, 1), pattern(1, -3, .25, 1))
writeLines(toJSON(cases, auto_unbox = TRUE, digits = NA, pretty = TRUE), "golden/ampute.json")
