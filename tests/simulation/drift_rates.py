#!/usr/bin/env python3
"""How often the size-aware test of `tamis drift` fires where nothing drifted, in many more runs than drift.py can make.

By hand, with a Python that has NumPy and SciPy: tests/simulation/drift_rates.py. The test is written out here, not asked of the
program: the index with half a row in each bin, over 1/n + 1/m, against chi-squared, of deciles of uniform numbers (8,000 runs) and
of five levels (20,000), the rare ones together.
"""
import numpy as np
from scipy.stats import chi2

RUNS, SHARES = 20000, (.4, .3, .15, .1, .05)
g = np.random.default_rng(0)


def fires(a, b):
    """Per cent of the rows of two tables of counts; bins empty in both do not count."""
    n, m, used = a.sum(1, keepdims=True), b.sum(1, keepdims=True), a + b > 0
    k = used.sum(1, keepdims=True)
    p, q = (a + .5) / (n + k / 2), (b + .5) / (m + k / 2)
    psi = np.where(used, (p - q) * np.log(p / q), 0).sum(1) / (1 / n + 1 / m)[:, 0]
    return 100 * np.mean(chi2.sf(psi, k[:, 0] - 1) <= .05)


def of_numbers(n, m):
    found = []
    for _ in range(8):
        ref = np.sort(g.random((1000, m)), 1)
        edges = np.quantile(ref, np.arange(1, 10) / 10, axis=1).T
        widths = np.diff(np.hstack([np.zeros((1000, 1)), edges, np.ones((1000, 1))]), axis=1)
        found.append(fires(np.full((1000, 10), m / 10), np.array([g.multinomial(n, w / w.sum()) for w in widths])))
    return np.mean(found)


def of_levels(n, m):
    a, b = (g.multinomial(k, SHARES, size=RUNS) for k in (m, n))
    rare = (a + b) * min(n, m) / (n + m) < 5
    together = [np.hstack([np.where(rare, 0, x), np.where(rare, x, 0).sum(1, keepdims=True)]) for x in (a, b)]
    return fires(*together)


print("| reference | new | numbers | levels |\n| ---: | ---: | ---: | ---: |")
for m in (200, 5000):
    for n in (50, 100, 200, 500, 5000):
        print("| %d | %d | %.1f | %.1f |" % (m, n, of_numbers(n, m), of_levels(n, m)), flush=True)
