/* EM is slow where much is missing: its steps shrink by the same share every time. Two of them tell where they lead
 * (Varadhan & Roland 2008, "Simple and globally convergent methods for accelerating the convergence of any EM
 * algorithm", SQUAREM, third scheme). Where the likelihood there is below what it was, the leap is taken back, so
 * it never falls. */
#include <math.h>
#include <stdlib.h>

#include "fit/cholesky.h"
#include "impute/em_run.h"

static const double FARTHER = 4;

static size_t size_of(const tamis_em *m) {
        return m->p + m->p * m->p;
}

static void keep(const tamis_em *m, double *to) {
        memcpy(to, m->mean, m->p * sizeof *to);
        memcpy(to + m->p, m->covariance, m->p * m->p * sizeof *to);
}

static void put(tamis_em *m, const double *from) {
        memcpy(m->mean, from, m->p * sizeof *from);
        memcpy(m->covariance, from + m->p, m->p * m->p * sizeof *from);
}

int tamis_em_leap_init(tamis_em_leap *l, const tamis_em *m, tamis_error *err) {
        *l = (tamis_em_leap) { .most = FARTHER };
        for (size_t i = 0; i < 3; i++)
                l->at[i] = malloc((size_of(m) + 1) * sizeof *l->at[i]);
        l->square = malloc((m->p * m->p + 1) * sizeof *l->square);
        return l->at[0] && l->at[1] && l->at[2] && l->square ? 0 : tamis_fail_memory(err);
}

void tamis_em_leap_done(tamis_em_leap *l) {
        for (size_t i = 0; i < 3; i++)
                free(l->at[i]);
        free(l->square);
}

bool tamis_em_leap_back(tamis_em_leap *l, tamis_em *m, double likelihood) {
        if (!l->leapt)
                return false;
        l->leapt = false;
        if (likelihood >= l->likelihood) {
                l->most *= l->limited ? FARTHER : 1;
                return false;
        }
        l->most = fmax(l->most / FARTHER, FARTHER);
        put(m, l->at[2]);
        return true;
}

void tamis_em_leap_before(tamis_em_leap *l, const tamis_em *m, double likelihood) {
        keep(m, l->at[l->steps]);
        l->likelihood = likelihood;
}

/* Whether such a covariance can be. */
static bool can_be(tamis_em_leap *l, const tamis_em *m) {
        memcpy(l->square, m->covariance, m->p * m->p * sizeof *l->square);
        return tamis_cholesky(l->square, m->p, m->p);
}

void tamis_em_leap_after(tamis_em_leap *l, tamis_em *m) {
        const double *from = l->at[0], *over = l->at[1];
        double *to = l->at[2], first = 0, bend = 0, far;
        size_t n = size_of(m);

        l->steps = (l->steps + 1) % 2;
        if (l->steps == 1)
                return;
        keep(m, to);
        for (size_t i = 0; i < n; i++) {
                double r = over[i] - from[i], v = to[i] - over[i] - r;

                first += r * r;
                bend += v * v;
        }
        far = bend > 0 ? sqrt(first / bend) : 0;
        l->limited = far >= l->most;
        far = fmin(far, l->most);
        if (!(far > 1))
                return;
        for (size_t i = 0; i < n; i++) {
                double r = over[i] - from[i], v = to[i] - over[i] - r, x = from[i] + 2 * far * r + far * far * v;

                *(i < m->p ? &m->mean[i] : &m->covariance[i - m->p]) = x;
        }
        l->leapt = can_be(l, m);
        if (!l->leapt)
                put(m, to);
}
