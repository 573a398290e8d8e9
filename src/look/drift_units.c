/* Is a column the same one in another unit? Its values divided by one of the known factors then look
 * like the reference's. */
#include <math.h>

#include "look/drift.h"

static const struct unit {
        double times, plus;
        const char *name;
} units[] = {
        { 10, 0, "10" },
        { 100, 0, "100 (percent, cents)" },
        { 1000, 0, "1000 (kilo, milli)" },
        { 1e6, 0, "1000000 (mega, micro)" },
        { 1e9, 0, "1000000000 (giga, nano)" },
        { 1024, 0, "1024 (binary kilo)" },
        { 7, 0, "7 (days, weeks)" },
        { 12, 0, "12 (months, years; inches, feet)" },
        { 24, 0, "24 (hours, days)" },
        { 60, 0, "60 (seconds, minutes, hours)" },
        { 3600, 0, "3600 (seconds, hours)" },
        { 86400, 0, "86400 (seconds, days)" },
        { 365.25, 0, "365.25 (days, years)" },
        { 2.54, 0, "2.54 (centimetres, inches)" },
        { 30.48, 0, "30.48 (centimetres, feet)" },
        { 3.280839895, 0, "3.281 (feet, metres)" },
        { 1.609344, 0, "1.609 (kilometres, miles)" },
        { 2.2046226218, 0, "2.205 (pounds, kilograms)" },
        { 28.349523125, 0, "28.35 (grams, ounces)" },
        { 3.785411784, 0, "3.785 (litres, gallons)" },
        { 4.184, 0, "4.184 (joules, calories)" },
        { 57.295779513, 0, "57.30 (degrees, radians)" },
        { 1.8, 32, "1.8 and 32 more (Fahrenheit, Celsius)" },
        { 1, 273.15, "273.15 more (kelvin, Celsius)" },
};

/* A shift alone may look like a small factor: the one taken must bring the new values back to within what no drift
 * gives, or at least leave only a small part of the index, and what was there before must be large. */
enum { TIMES_BETTER = 10 };
static const double large = .5, fits = .01, small = .1;

static void try(tamis_drift_column *c, const struct unit *u, bool back, double *best) {
        double moved[TAMIS_DRIFT_BINS], here[TAMIS_DRIFT_BINS];
        double times = back ? 1 / u->times : u->times, plus = back ? -u->plus / u->times : u->plus;
        tamis_divergence d;

        for (size_t i = 0; i < c->n_edges; i++)
                moved[i] = c->edges[i] * times + plus;
        tamis_drift_count(&c->fresh.runs, c->ref.runs.cleared, moved, c->n_edges, here);
        tamis_divergence_of(c->counts, here, c->n_edges + 1, &d);
        if (!(d.psi < *best) || (d.psi_p < fits && d.psi > small) || d.psi * TIMES_BETTER > c->divergence.psi)
                return;
        /* bins of a skewed column may fit by chance, the middle half then does not */
        if (fabs(log(c->fresh.iqr / c->ref.iqr / times)) > .3)
                return;
        *best = d.psi;
        c->factor = times;
        c->unit = u->name;
}

void tamis_drift_units(tamis_drift_column *c) {
        double best = INFINITY;

        if (c->n_edges < 3 || !(c->divergence.psi >= large) || !(c->ref.iqr > 0) || !(c->fresh.iqr > 0))
                return;
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
                try(c, &units[i], false, &best);
                try(c, &units[i], true, &best);
        }
}
