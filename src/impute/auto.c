#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <tamis/random.h>

#include "impute/auto.h"

/* Masked: a tenth, of this many rows at most; fewer rows are masked more often, so that luck evens out. */
enum { ROWS_MOST = 4000, CELLS_WANTED = 300, REPEATS_FEWEST = 3, REPEATS_MOST = 20, OBSERVED_FEWEST = 10 };
#define SHARE .1

/* Beside mean, median and mode; from the simplest to the most costly, so that ties go to the simpler. */
static const char *const candidates[] = { "regression", "em", "softimpute", "iterative", "knn", "boost", "forest" };

/* The costly ones go on after so many repeats only if they are ahead, by so much of the squared error,
 * in some column. */
static const char *const costly[] = { "boost", "forest" };
enum { EARLY = 2 };
#define AHEAD .98

/* -- masking ------------------------------------------------------------------------------------------------------- */

static bool is_observed(const tamis_frame_column *c, size_t row) {
        return c->numbers ? !isnan(c->numbers[row]) : c->codes[row] >= 0;
}

static void hide(tamis_frame_column *c, size_t row) {
        if (c->numbers)
                c->numbers[row] = NAN;
        else
                c->codes[row] = TAMIS_CODE_MISSING;
        c->missing++;
}

/* Every cell has its own draw, so what is masked in a column does not hang on the other columns. */
static void draw(tamis_auto_trial *t, size_t repeat) {
        const tamis_frame *truth = t->truth;

        for (size_t i = 0; i < truth->n; i++) {
                const tamis_frame_column *c = &truth->columns[i];
                uint64_t name = tamis_slice_hash(tamis_slice_of(c->name));
                uint8_t *hidden = t->hidden + i * truth->rows;

                memset(hidden, 0, truth->rows);
                if (!t->m->wanted[i] || truth->rows - c->missing < OBSERVED_FEWEST)
                        continue;
                for (size_t row = 0; row < truth->rows; row++) {
                        tamis_stream stream;

                        if (!is_observed(c, row))
                                continue;
                        tamis_stream_init(&stream, t->fit->context->seed, "auto.mask", truth->keys[row], name + repeat);
                        hidden[row] = tamis_stream_uniform(&stream) < SHARE;
                }
        }
}

static void mask(tamis_auto_trial *t, size_t repeat, tamis_frame *into) {
        draw(t, repeat);
        for (size_t i = 0; i < t->truth->n; i++)
                for (size_t row = 0; row < t->truth->rows; row++)
                        if (t->hidden[i * t->truth->rows + row])
                                hide(&into->columns[i], row);
}

static void count(tamis_auto_trial *t) {
        tamis_auto *m = t->m;

        for (size_t repeat = 0; repeat < m->repeats; repeat++) {
                draw(t, repeat);
                for (size_t i = 0; i < m->n; i++) {
                        const tamis_frame_column *c = &t->truth->columns[i];

                        for (size_t row = 0; row < t->truth->rows; row++) {
                                double away;

                                if (!t->hidden[i * t->truth->rows + row])
                                        continue;
                                m->masked[i]++;
                                away = c->numbers ? c->numbers[row] - m->simple[i].mean : 0;
                                t->sum[i] += away;
                                t->squares[i] += away * away;
                        }
                }
        }
        for (size_t i = 0; i < m->n; i++) {
                t->first[i] = t->cells;
                t->cells += m->masked[i];
        }
}

/* -- judging ------------------------------------------------------------------------------------------------------- */

static void judge_cell(tamis_auto_trial *t, size_t k, size_t i, size_t row, const tamis_frame_column *g) {
        const tamis_frame_column *c = &t->truth->columns[i];
        size_t n = t->truth->n, place = t->first[i] + t->seen[k * n + i]++;
        double off;

        if (!is_observed(g, row)) {
                t->failed[k * n + i] = true;
                return;
        }
        if (c->numbers) {
                off = tamis_auto_within(&t->m->simple[i], g->numbers[row]) - c->numbers[row];
                t->said[k * t->cells + place] = off;
                t->wrong[k * n + i] += off * off;
        } else {
                t->said[k * t->cells + place] = g->codes[row];
                t->right[place] = c->codes[row];
                t->wrong[k * n + i] += g->codes[row] != c->codes[row];
        }
}

/* What candidate `k` made of the masked cells. */
static void judge(tamis_auto_trial *t, size_t k, const tamis_frame *got) {
        size_t n = t->truth->n;

        for (size_t i = 0; i < n; i++) {
                const tamis_frame_column *g = &got->columns[i];

                t->failed[k * n + i] |= !g->wanted;
                for (size_t row = 0; g->wanted && row < t->truth->rows; row++)
                        if (t->hidden[i * t->truth->rows + row])
                                judge_cell(t, k, i, row, g);
        }
}

static int try_simple(tamis_auto_trial *t, const tamis_frame *masked, tamis_error *err) {
        tamis_auto_simple *simple = calloc(masked->n + 1, sizeof *simple);
        int r = simple ? tamis_auto_summarise(masked, simple, err) : tamis_fail_memory(err);

        for (size_t k = TAMIS_AUTO_MEAN; r == 0 && k <= TAMIS_AUTO_MEDIAN; k++) {
                tamis_frame got;

                r = tamis_frame_head(masked, masked->rows, &got, err);
                if (r < 0)
                        break;
                for (size_t i = 0; i < got.n; i++) {
                        tamis_frame_column *c = &got.columns[i];

                        c->wanted = t->m->wanted[i] && (k == TAMIS_AUTO_MEAN || c->numbers);
                        for (size_t row = 0; c->wanted && row < got.rows; row++) {
                                if (is_observed(c, row))
                                        continue;
                                if (c->numbers)
                                        c->numbers[row] = k == TAMIS_AUTO_MEAN ? simple[i].mean : simple[i].median;
                                else
                                        c->codes[row] = simple[i].mode;
                        }
                }
                judge(t, k, &got);
                tamis_frame_done(&got);
        }
        free(simple);
        return r;
}

/* A candidate that will not have the data is none. */
static int try_joint(tamis_auto_trial *t, size_t k, const tamis_joint *joint, const tamis_frame *masked,
                     tamis_error *err) {
        tamis_context quiet = *t->fit->context;         /* what it has to say of a trial helps nobody */
        tamis_fit fit = { .context = &quiet, .purpose = joint->base.name, .rough = true };
        tamis_frame got = {0};
        void *model = NULL;
        int r = tamis_frame_head(masked, masked->rows, &got, err);

        quiet.notes = NULL;
        if (r == 0) {
                tamis_auto_want(t->m, joint, &got);
                r = joint->fit(&got, &fit, &model, err);
        }
        if (r == 0)
                r = tamis_auto_complete(joint, model, &got, err);
        if (r == 0)
                judge(t, k, &got);
        if (r == TAMIS_USAGE || r == TAMIS_BAD_DATA) {
                for (size_t i = 0; i < got.n; i++)
                        t->failed[k * got.n + i] = true;
                r = 0;
        }
        if (model)
                joint->free(model);
        tamis_frame_done(&got);
        return r;
}

bool tamis_auto_is_costly(const char *name) {
        for (size_t i = 0; i < sizeof costly / sizeof *costly; i++)
                if (strcmp(costly[i], name) == 0)
                        return true;
        return false;
}

/* After EARLY repeats of candidate k. True: it goes on; otherwise it is out. */
static bool keeps_up(tamis_auto_trial *t, size_t k) {
        size_t n = t->truth->n;
        bool up = !tamis_auto_is_costly(t->m->tried[k]);

        for (size_t i = 0; i < n; i++) {
                double wrong = t->wrong[k * n + i];

                if (t->m->masked[i] == 0 || t->failed[k * n + i])
                        continue;
                up |= wrong < AHEAD * t->early[i];
                t->early[i] = fmin(t->early[i], wrong);
        }
        for (size_t i = 0; !up && i < n; i++)
                t->failed[k * n + i] = true;
        return up;
}

static double seconds(void) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

/* All repeats of candidate k; 0: mean and median. */
static int try_one(tamis_auto_trial *t, size_t k, const tamis_joint *joint, tamis_error *err) {
        const double start = seconds();
        size_t repeat;
        int r = 0;

        for (repeat = 0; r == 0 && repeat < t->m->repeats; repeat++) {
                tamis_frame masked;

                if (joint && repeat == EARLY && !keeps_up(t, k))
                        break;
                r = tamis_frame_head(t->truth, t->truth->rows, &masked, err);
                if (r < 0)
                        break;
                mask(t, repeat, &masked);
                r = joint ? try_joint(t, k, joint, &masked, err) : try_simple(t, &masked, err);
                tamis_frame_done(&masked);
        }
        /* all rows take longer in proportion at least, and the fit for good is no rough one: twice the work */
        if (repeat > 0 && t->truth->rows > 0)
                t->cost[k] = 2 * (seconds() - start) / (double) repeat * t->all_rows / (double) t->truth->rows;
        return r;
}

/* Only --budget lets the clock decide: half of it is for the trial, where no candidate is begun once it is used up, the
 * rest for those chosen. */
static int hold(tamis_auto_trial *t, const tamis_joint *const *joints, size_t n, tamis_error *err) {
        double budget = tamis_settings_real(t->fit->context->settings, "budget"), start = seconds();
        int r;

        t->m->tried[TAMIS_AUTO_MEAN] = "mean";
        t->m->tried[TAMIS_AUTO_MEDIAN] = "median";
        t->m->n_tried = TAMIS_AUTO_USED;
        r = try_one(t, TAMIS_AUTO_MEAN, NULL, err);
        for (size_t k = 0; r == 0 && k < n; k++) {
                if (!isnan(budget) && seconds() - start > budget / 2) {
                        t->m->cut_short = true;
                        break;
                }
                t->m->tried[t->m->n_tried++] = joints[k]->base.name;
                r = try_one(t, TAMIS_AUTO_USED + k, joints[k], err);
        }
        t->left = isnan(budget) ? INFINITY : fmax(budget / 2, budget - (seconds() - start));
        return r;
}

static int room_for(tamis_auto_trial *t, size_t most, tamis_error *err) {
        tamis_auto *m = t->m;

        t->first = calloc(m->n + 1, sizeof *t->first);
        t->sum = calloc(m->n + 1, sizeof *t->sum);
        t->squares = calloc(m->n + 1, sizeof *t->squares);
        t->hidden = calloc(m->n * t->truth->rows + 1, 1);
        if (!t->first || !t->sum || !t->squares || !t->hidden)
                return tamis_fail_memory(err);
        count(t);
        m->scores = calloc(most * m->n + 1, sizeof *m->scores);
        t->seen = calloc(most * m->n + 1, sizeof *t->seen);
        t->wrong = calloc(most * m->n + 1, sizeof *t->wrong);
        t->failed = calloc(most * m->n + 1, sizeof *t->failed);
        t->early = malloc((m->n + 1) * sizeof *t->early);
        t->cost = calloc(most, sizeof *t->cost);
        t->right = malloc((t->cells + 1) * sizeof *t->right);
        t->said = reallocarray(NULL, most, (t->cells + 1) * sizeof *t->said);
        if (!m->scores || !t->seen || !t->wrong || !t->failed || !t->early || !t->cost || !t->right || !t->said)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < m->n; i++)
                t->early[i] = INFINITY;
        return 0;
}

static void trial_done(tamis_auto_trial *t) {
        free(t->first);
        free(t->said);
        free(t->right);
        free(t->seen);
        free(t->wrong);
        free(t->early);
        free(t->cost);
        free(t->failed);
        free(t->sum);
        free(t->squares);
        free(t->hidden);
}

static int run_trial(tamis_auto *m, const tamis_frame *train, const tamis_fit *fit, const tamis_joint *const *joints,
                     size_t n, tamis_error *err) {
        tamis_auto_trial t = { .m = m, .fit = fit, .all_rows = (double) train->rows };
        tamis_frame truth = {0};
        int r = tamis_frame_head(train, ROWS_MOST, &truth, err);

        if (r < 0)
                return r;
        t.truth = &truth;
        m->rows = truth.rows;
        m->repeats = truth.rows ? (size_t) (CELLS_WANTED / (SHARE * (double) truth.rows)) : 1;
        m->repeats = m->repeats < REPEATS_FEWEST ? REPEATS_FEWEST
                : m->repeats > REPEATS_MOST      ? REPEATS_MOST
                                                 : m->repeats;
        r = room_for(&t, TAMIS_AUTO_USED + n, err);
        if (r == 0)
                r = hold(&t, joints, n, err);
        if (r == 0)
                r = tamis_auto_choose(&t, joints, err);
        tamis_frame_done(&truth);
        trial_done(&t);
        return r;
}

/* -- the winners --------------------------------------------------------------------------------------------------- */

/* Streams as if the strategy had been asked for by its name: `auto.GROUP` becomes `forest.GROUP`. */
static int fit_winner(const tamis_auto *m, struct tamis_auto_used *u, const tamis_frame *train, const tamis_fit *fit,
                      tamis_error *err) {
        tamis_fit own = { .context = fit->context };
        tamis_frame copy;
        int r;

        if (asprintf(&u->purpose, "%s%s", u->joint->base.name, strchrnul(fit->purpose, '.')) < 0) {
                u->purpose = NULL;
                return tamis_fail_memory(err);
        }
        own.purpose = u->purpose;
        r = tamis_frame_head(train, train->rows, &copy, err);
        if (r < 0)
                return r;
        tamis_auto_want(m, u->joint, &copy);
        r = u->joint->fit(&copy, &own, &u->model, err);
        tamis_frame_done(&copy);
        return r;
}

static void tell(const tamis_auto *m, const tamis_frame *train, const tamis_fit *fit) {
        char text[1024] = "";
        size_t n = 0;

        for (size_t i = 0; i < m->n; i++) {
                char name[256];

                tamis_auto_choice(m, i, train->columns[i].numbers, name, sizeof name);
                if (m->wanted[i] && train->columns[i].missing > 0 && n < sizeof text)
                        n += (size_t) snprintf(text + n, sizeof text - n, "%s%s for \"%s\"", n ? ", " : "", name,
                                               train->columns[i].name);
        }
        if (*m->too_long && !strchr(fit->purpose, '.'))
                tamis_warn(fit->context, "auto left out %s: to fit all %zu rows by it would have taken longer than is left "
                           "of --budget", m->too_long, train->rows);
        if (n > 0 && !strchr(fit->purpose, '.'))
                tamis_warn(fit->context,
                           "auto chose %s, by cells masked at random: that is fair only where cells are missing "
                           "completely at random (--report has the scores)",
                           text);
}

int tamis_auto_fit(const tamis_frame *train, const tamis_fit *fit, void **ret, tamis_error *err) {
        const tamis_joint *joints[TAMIS_AUTO_CANDIDATES];
        tamis_auto *m;
        size_t n = 0;
        int r = tamis_auto_new(train->n, &m, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
                if (tamis_joint_find(candidates[i]))
                        joints[n++] = tamis_joint_find(candidates[i]);
        for (size_t i = 0; r == 0 && i < train->n; i++) {
                m->wanted[i] = train->columns[i].wanted;
                m->names[i] = strdup(train->columns[i].name);
                r = m->names[i] ? 0 : tamis_fail_memory(err);
        }
        if (r == 0)
                r = tamis_auto_summarise(train, m->simple, err);
        if (r == 0)
                r = run_trial(m, train, fit, joints, n, err);
        for (size_t u = 0; r == 0 && u < m->n_used; u++)
                r = fit_winner(m, &m->used[u], train, fit, err);
        if (r < 0) {
                tamis_auto_free(m);
                return r;
        }
        tell(m, train, fit);
        *ret = m;
        return 0;
}
