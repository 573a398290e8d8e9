/* What is wrong with a column as a whole: missing, constant, an id, too many levels. */
#include <math.h>

#include <tamis/schema.h>

#include "look/finder.h"

static const tamis_look_severity note = TAMIS_LOOK_NOTE, warning = TAMIS_LOOK_WARNING, error = TAMIS_LOOK_ERROR;
enum { MANY_LEVELS = 50 };

static void look_at_missing(tamis_finder *f, size_t i) {
        const tamis_profile_column *c = &f->p->columns[i];
        double share = (double) c->missing / (double) c->rows;
        unsigned long long n = c->missing;

        if (c->missing == 0)
                return;
        if (c->target) {
                tamis_find(f, error, "target-missing", (long) i, 0, n, "the target is missing in %s (%.3g %%): nothing "
                           "to learn there, and a guess would teach the guess", tamis_find_rows(n), 100 * share);
        } else if (c->missing == c->rows) {
                tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
                tamis_find(f, warning, "empty-column", (long) i, 0, n, "every cell is missing");
        } else if (share >= .5) {
                tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
                tamis_find(f, warning, "mostly-missing", (long) i, 0, n,
                           "%llu of %llu cells missing (%.3g %%): whether a value is "
                           "there may say more than the value",
                           n, (unsigned long long) c->rows, 100 * share);
        } else {
                tamis_cure(f, "impute -c %s", tamis_find_column(f, i));
                tamis_find(f, share >= .05 ? warning : note, "missing", (long) i, 0, n,
                           "%llu of %llu cells missing (%.3g %%)", n, (unsigned long long) c->rows, 100 * share);
        }
}

static void look_at_distinct(tamis_finder *f, size_t i) {
        const tamis_profile_column *c = &f->p->columns[i];
        uint64_t present = c->rows - c->missing;
        bool named = tamis_names_id(c->name),
             counts = c->type == TAMIS_TYPE_NUMERIC && c->whole && c->consecutive + 1 == c->distinct;

        if (present < 2)
                return;
        if (c->distinct == 1 && c->missing * 20 >= c->rows && !c->target) {
                tamis_cure(f, "encode -c %s", tamis_find_column(f, i));
                tamis_find(f, note, "one-value", (long) i, 0, present,
                           "a cell is \"%s\" or missing: whether it is there is all it says",
                           tamis_find_show(c->top[0].text));
        } else if (c->distinct == 1) {
                if (!c->target)
                        tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
                tamis_find(f, c->target ? error : warning, "constant", (long) i, 0, present, "every %scell is \"%s\"",
                           c->missing ? "present " : "",
                           tamis_find_show(c->top[0].text));
        } else if (c->n_top > 0 && c->top[0].count * 100 >= present * 99 && present >= 200 && !c->target) {
                tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
                tamis_find(f, note, "nearly-constant", (long) i, 0, c->top[0].count, "%.4g %% of the cells are \"%s\"",
                           100. * (double) c->top[0].count / (double) present, tamis_find_show(c->top[0].text));
        } else if (f->disguised) {
                return;                 /* once they are read as what they are, this may be another matter */
        } else if (present >= 20 && c->distinct >= present - present / 50 && !c->target &&
                   (named || (c->texts == 0 && counts) || c->texts * 10 >= present * 9)) {
                tamis_cure(f, "clean --drop=%s", tamis_find_column(f, i));
                tamis_find(f, warning, "id-like", (long) i, 0, present,
                           "%s values are different: it tells rows apart and says "
                           "nothing of new ones",
                           c->distinct != present ? "nearly all"
                                   : c->missing   ? "all present"
                                                  : "all");
        } else if (c->texts * 2 > present && c->distinct > MANY_LEVELS && !c->target) {
                tamis_cure(f, "encode -c %s --max-categories=20", tamis_find_column(f, i));
                tamis_find(f, warning, "high-cardinality", (long) i, 0, present,
                           "%s%llu different values in %llu cells: a column of "
                           "zeros and ones for each would be too many",
                           c->distinct_estimated ? "about " : "", (unsigned long long) c->distinct,
                           (unsigned long long) present);
        }
}

static void look_at_rare(tamis_finder *f, size_t i) {
        const tamis_profile_column *c = &f->p->columns[i];
        const tamis_words *w = &f->g->gathered[i].words;
        uint64_t cells = 0;
        unsigned n = 0;
        size_t example = 0;

        if (c->type != TAMIS_TYPE_CATEGORICAL || c->distinct > MANY_LEVELS || c->distinct < 3 || c->rows < 200 ||
            c->target)
                return;
        for (size_t k = 0; k < w->dict.n; k++)
                if (w->dict.entries[k].count * 200 < c->rows || w->dict.entries[k].count < 5) {
                        example = k;
                        cells += w->dict.entries[k].count;
                        n++;
                }
        if (n == 0)
                return;
        tamis_cure(f, "encode -c %s --min-count=%llu", tamis_find_column(f, i),
                   (unsigned long long) (c->rows / 200 > 5 ? c->rows / 200 : 5));
        tamis_find(f, note, "rare-levels", (long) i, w->lines[example], cells,
                   "%u of %llu values %s rare (\"%s\": %s): too few "
                   "to learn from",
                   n, (unsigned long long) c->distinct, n == 1 ? "is" : "are",
                   tamis_find_show(w->dict.entries[example].text), tamis_find_rows(w->dict.entries[example].count));
}

void tamis_find_in_column(tamis_finder *f, size_t i) {
        if (tamis_reserved(f->p->columns[i].name))
                return;
        look_at_missing(f, i);
        look_at_distinct(f, i);
        look_at_rare(f, i);
}
