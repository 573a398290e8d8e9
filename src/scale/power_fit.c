#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "scale/power.h"

/* Powers of distances kept of a node, and how many nodes the range makes. */
enum { POWERS = 8, NODES = 1024 };
/* The series of a node is taken where |l| times its width is at most this: what is left out is below 1e-14 then. */
#define REACH .1

/* Values t on one side of 0, near together. On the negative side y = -(exp(m u) - 1) / m with u = -t, m = 2 - l. */
struct node {
        double t;               /* their mean; on the negative side u */
        double n;
        double sums[POWERS - 1];        /* of (t - mean)^2, ^3, ... */
        bool negative;
};

struct nodes {
        struct node *nodes;
        size_t n;
        double width;           /* no value is farther than this from its node's mean */
        double rows, mean;      /* of t */
        double most, least;     /* of t */
        bool two_sided;
};

/* t of a value, sign and all; see power.h. */
static double place(const tamis_power *p, double x) {
        double base = p->box_cox ? 0 : 1, share;

        if (p->center < 0 || (p->center == 0 && x < 0))
                return -place(&(tamis_power) { .center = -p->center }, -x);
        if (p->center == 0)
                return p->box_cox ? log(x) : log1p(x);
        share = (x - p->center) / (base + p->center);
        return share > -.5 && share < 1 ? log1p(share) : log(base + x) - log(base + p->center);
}

static void close_node(struct nodes *nodes, const double *t, size_t n, bool negative) {
        struct node *node = &nodes->nodes[nodes->n++];
        double sum = 0;

        *node = (struct node) { .n = (double) n, .negative = negative };
        for (size_t i = 0; i < n; i++)
                sum += t[i] - t[0];
        node->t = t[0] + sum / (double) n;
        for (size_t i = 0; i < n && t[n - 1] > t[0]; i++) {
                double d = t[i] - node->t, power = d;

                for (size_t k = 0; k < POWERS - 1; k++) {
                        power *= d;
                        node->sums[k] += power;
                }
        }
        if (!negative)
                return;
        node->t = -node->t;
        for (size_t k = 1; k < POWERS - 1; k += 2)
                node->sums[k] = -node->sums[k];
}

/* From ascending t[0..n): nodes no wider than `width`; 0: of equal values. */
static bool gather(const double *t, size_t n, bool two_sided, double width, struct nodes *ret) {
        size_t room = 2, first = 0;

        for (size_t i = 1; i < n; i++)
                if (t[i] - t[first] > width || (two_sided && t[first] < 0 && t[i] >= 0)) {
                        first = i;
                        room++;
                }
        ret->nodes = calloc(room, sizeof *ret->nodes);
        if (!ret->nodes)
                return false;
        ret->width = width;
        first = 0;
        for (size_t i = 1; i <= n; i++)
                if (i == n || t[i] - t[first] > width || (two_sided && t[first] < 0 && t[i] >= 0)) {
                        close_node(ret, t + first, i - first, two_sided && t[first] < 0);
                        first = i;
                }
        return true;
}

/* -- the likelihood ------------------------------------------------------------------------------------------------ */

/* (exp(l t) - 1) / l */
static inline double curved(double l, double t) {
        return l == 0 ? t : expm1(l * t) / l;
}

/* Mean and variance of y over the nodes, both in units of exp(scale): y / exp(scale). */
static void moments(const struct nodes *nodes, double l, double *mean, double *variance, double *scale) {
        double a[2][POWERS + 1], b[2][POWERS + 1], weight = 0, m = 0, squares = 0, e = 0;

        /* the largest exponent there is, when it is near overflowing */
        if (l * nodes->most > e)
                e = l * nodes->most;
        if (l * nodes->least > e && !nodes->two_sided)
                e = l * nodes->least;
        if (nodes->two_sided && (2 - l) * -nodes->least > e)
                e = (2 - l) * -nodes->least;
        if (e < 250)
                e = 0;
        /* within a node: (exp(l d) - 1) / l is the sum of a[k] d^k, its square that of b[k] d^k */
        for (size_t side = 0; side < 2; side++) {
                double f = side ? 2 - l : l, term = 1, factorial = 1;

                for (size_t k = 1; k <= POWERS; k++) {
                        factorial *= (double) k;
                        a[side][k] = term / factorial;                  /* l^(k-1) / k! */
                        b[side][k] = k < 2 ? 0 : term / (f == 0 ? 1 : f) * (ldexp(1, (int) k) - 2) / factorial;
                        if (f == 0)
                                b[side][k] = k == 2;
                        term *= f;
                }
        }
        for (size_t i = 0; i < nodes->n; i++) {
                const struct node *node = &nodes->nodes[i];
                bool side = node->negative;
                double f = side ? 2 - l : l, sum = 0, square = 0, slope, y, delta, total;

                for (size_t k = 0; k < POWERS - 1; k++) {
                        sum += a[side][k + 2] * node->sums[k];
                        square += b[side][k + 2] * node->sums[k];
                }
                y = e == 0 ? curved(f, node->t) : f == 0 ? node->t * exp(-e) : (exp(f * node->t - e) - exp(-e)) / f;
                slope = exp(f * node->t - e);
                /* the node's own mean and squares, then all together (Chan, Golub & LeVeque 1979) */
                y += slope * sum / node->n;
                y = side ? -y : y;
                square = slope * slope * (square - sum * sum / node->n);
                delta = y - m;
                total = weight + node->n;
                squares += (square > 0 ? square : 0) + delta * delta * weight * node->n / total;
                m += delta * node->n / total;
                weight = total;
        }
        *mean = m;
        *variance = squares / weight;
        *scale = e;
}

/* Twice the negative log-likelihood of a row, but for what does not depend on l. */
static double badness(const struct nodes *nodes, double l) {
        double mean, variance, scale;

        moments(nodes, l, &mean, &variance, &scale);
        return log(variance) + 2 * scale - 2 * (l - 1) * nodes->mean;
}

/* -- the search ---------------------------------------------------------------------------------------------------- */

/* Between low and high lies a bottom: halve as golden sections do. Ends some way above rounding. */
static double narrow(const struct nodes *nodes, double low, double high, double enough) {
        const double golden = .6180339887498949;
        double a = high - golden * (high - low), b = low + golden * (high - low);
        double at_a = badness(nodes, a), at_b = badness(nodes, b);

        while (high - low > enough && a > low && b < high) {
                if (at_a < at_b) {
                        high = b;
                        b = a;
                        at_b = at_a;
                        a = high - golden * (high - low);
                        at_a = badness(nodes, a);
                } else {
                        low = a;
                        a = b;
                        at_a = at_b;
                        b = low + golden * (high - low);
                        at_b = badness(nodes, b);
                }
        }
        return (low + high) / 2;
}

/* The slope is 0 at the bottom: by Newton's steps, slopes from differences of the fourth order, whose error is far
 * below what a look at values alone can tell. */
static double polish(const struct nodes *nodes, double l, double step) {
        double start = l;

        for (unsigned i = 0; i < 8; i++) {
                double far_below = badness(nodes, l - 2 * step), below = badness(nodes, l - step);
                double above = badness(nodes, l + step), far_above = badness(nodes, l + 2 * step);
                double slope = (far_below - 8 * below + 8 * above - far_above) / (12 * step);
                double bend = (far_above - 2 * badness(nodes, l) + far_below) / (4 * step * step), move = slope / bend;

                if (!(bend > 0) || !(fabs(l - move - start) < 8 * step))
                        break;
                l -= move;
                if (fabs(move) < 1e-12 * (1 + fabs(l)))
                        break;
        }
        return l;
}

static double search(const struct nodes *nodes, double start, double unit) {
        double at = badness(nodes, start), step = unit, low, high, next;

        /* downhill, in strides that double, until it goes up again */
        if (badness(nodes, start + step) > at)
                step = -step;
        low = high = start;
        for (unsigned i = 0; i < 60; i++) {
                next = badness(nodes, start + step);
                high = start + step;
                if (!(next < at))
                        break;
                low = start;
                start = high;
                at = next;
                step *= 2;
        }
        if (low == start)
                low = start - (high - start);
        if (low > high)
                next = low, low = high, high = next;
        start = narrow(nodes, low, high, 1e-4 * unit);
        return polish(nodes, start, 2e-3 * unit);
}

bool tamis_power_fit(const double *x, size_t n, tamis_power *ret) {
        bool two_sided = !ret->box_cox && x[0] < 0 && x[n - 1] > 0;
        struct nodes nodes = { .two_sided = two_sided };
        double *t, range, sum = 0, scale, width;

        ret->lambda = 1;
        ret->center = two_sided ? 0 : x[n / 2];
        ret->mean = ret->sd = 0;
        if (x[0] == x[n - 1])
                return true;
        t = malloc(n * sizeof *t);
        if (!t)
                return false;
        for (size_t i = 0; i < n; i++) {
                t[i] = i > 0 && x[i] == x[i - 1] ? t[i - 1] : place(ret, x[i]);
                sum += t[i];
        }
        nodes.rows = (double) n;
        nodes.mean = sum / (double) n;
        nodes.least = t[0];
        nodes.most = t[n - 1];
        range = t[n - 1] - t[0];
        width = range / NODES;
        /* all on the negative side: as the mirrored values, whose exponent is 2 - l. Here t runs the other way */
        if (!two_sided && !ret->box_cox && (x[0] < 0)) {
                for (size_t i = 0; i < n / 2; i++) {
                        double swap = t[i];

                        t[i] = -t[n - 1 - i];
                        t[n - 1 - i] = -swap;
                }
                if (n % 2)
                        t[n / 2] = -t[n / 2];
                nodes.mean = -nodes.mean;
                nodes.least = t[0];
                nodes.most = t[n - 1];
        }
        ret->lambda = two_sided ? 1 : 0;
        for (unsigned tries = 0; tries < 8; tries++) {
                double reach, unit = 2 / range;

                free(nodes.nodes);
                nodes.nodes = NULL;
                nodes.n = 0;
                if (!gather(t, n, two_sided, width, &nodes)) {
                        free(t);
                        return false;
                }
                ret->lambda = search(&nodes, ret->lambda, unit);
                reach = fabs(ret->lambda) > fabs(2 - ret->lambda) || !two_sided ? fabs(ret->lambda)
                                                                                : fabs(2 - ret->lambda);
                if (reach * width <= REACH)
                        break;
                width = tries < 3 ? REACH / 2 / reach : 0;
        }
        moments(&nodes, ret->lambda, &ret->mean, &ret->sd, &scale);
        ret->mean *= exp(scale);
        ret->sd = sqrt(ret->sd) * exp(scale);
        if (ret->center < 0 || (!two_sided && x[0] < 0)) {
                ret->mean = -ret->mean;
                ret->lambda = 2 - ret->lambda;
        }
        free(nodes.nodes);
        free(t);
        return true;
}

/* -- along the curve ----------------------------------------------------------------------------------------------- */

double tamis_power_forward(const tamis_power *p, double x) {
        double l = p->lambda, away;

        if (x != x || (p->box_cox && !(x > 0)))
                return NAN;
        if (p->center < 0)
                return -tamis_power_forward(&(tamis_power) { .center = -p->center, .lambda = 2 - l }, -x);
        if (p->box_cox || x >= 0)
                return curved(l, place(p, x));
        if (p->center == 0)
                return -curved(2 - l, log1p(-x));
        /* the side on which nothing was learned, in the same units */
        away = log1p(p->center);
        return -curved(2 - l, log1p(-x)) * exp(-l * away) + curved(l, -away);
}

/* t of y = (exp(l t) - 1) / l */
static double straight(double l, double y) {
        return l == 0 ? y : l * y > -1 ? log1p(l * y) / l : NAN;
}

double tamis_power_backward(const tamis_power *p, double y) {
        double l = p->lambda, away, edge;

        if (y != y)
                return y;
        if (p->box_cox)
                return p->center + p->center * expm1(straight(l, y));
        if (p->center < 0)
                return -tamis_power_backward(&(tamis_power) { .center = -p->center, .lambda = 2 - l }, -y);
        away = log1p(p->center);
        edge = p->center == 0 ? 0 : curved(l, -away);
        if (y >= edge)
                return p->center + (1 + p->center) * expm1(straight(l, y));
        return -expm1(straight(2 - l, -(y - edge) * exp(l * away)));
}
