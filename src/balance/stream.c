/* Samples in which each row's fate is its own: it stays with a probability that hangs on its class or its cost. One
 * reading, nothing held, in any number of threads: the draw is keyed by the row's number. */
#include <math.h>
#include <stdlib.h>

#include "balance/sample.h"

enum { MOST_SAMPLES = 10000 };

/* -- before the first row ------------------------------------------------------------------------------------------ */

int tamis_sample_stream_begin(tamis_sample *s, tamis_error *err) {
        if (s->has_costs) {
                for (size_t i = 0; i < s->costs.n; i++)
                        s->greatest = fmax(s->greatest, s->costs.values[i].value);
                /* a class that is not listed costs 1: whether there is one is for a first reading to find out */
                if (s->greatest < 1)
                        s->greatest = 0;
        }
        if (s->samples > MOST_SAMPLES)
                return tamis_fail(err, TAMIS_USAGE, "--samples %llu: at most %d", (unsigned long long) s->samples,
                                  MOST_SAMPLES);
        pthread_mutex_init(&s->tally.lock, NULL);
        s->tally.has_lock = true;
        return 0;
}

int tamis_sample_stream_finish(tamis_sample *s, tamis_error *err) {
        double *costs;
        int r;

        if (s->has_shares)
                return 0;
        if (!s->has_costs)
                return s->greatest > 0 ? 0 : tamis_fail(err, TAMIS_BAD_DATA, "no row costs anything");
        r = tamis_labels_settle(&s->labels, s->target.names[0], err);
        if (r == 0)
                r = tamis_sample_class_costs(s, &costs, err);
        if (r < 0)
                return r;
        for (size_t c = 0; c < s->labels.n_classes; c++)
                s->greatest = fmax(s->greatest, costs[c]);
        free(costs);
        return s->greatest > 0 ? 0 : tamis_fail(err, TAMIS_USAGE, "--cost: no row costs anything");
}

void tamis_sample_tally_done(tamis_sample_tally *tally) {
        if (tally->has_lock)
                pthread_mutex_destroy(&tally->lock);
        tamis_dict_done(&tally->classes);
        free(tally->after);
}

/* -- the rows of a batch ------------------------------------------------------------------------------------------- */

struct fate {
        double *chance;         /* per row: of staying; NaN: no train row, or of no class, and stays */
        uint32_t *code;         /* per row: its class here; TAMIS_NO_CLASS */
        uint32_t *times;
        tamis_dict classes;
        uint64_t *after;        /* per class */
        double *by_class;       /* chance per class */
        uint64_t rows, accepted, classless;
        uint32_t *marks;        /* of each row that goes out: which sample it is of; 0: none */
        size_t n_marks, marks_capacity;
};

static double listed(const tamis_class_values *list, tamis_slice class, double otherwise) {
        for (size_t i = 0; i < list->n; i++)
                if (tamis_slice_equal(list->values[i].name, class))
                        return list->values[i].value;
        return otherwise;
}

static double chance_of_class(const tamis_sample *s, tamis_slice class) {
        return s->has_shares ? listed(&s->shares, class, s->share) : listed(&s->costs, class, 1) / s->greatest;
}

static int find_classes(const tamis_sample *s, tamis_batch *batch, struct fate *f, tamis_error *err) {
        size_t column = s->target.at[0];
        const uint8_t *missing;
        int r = tamis_batch_missing(batch, column, &missing, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                size_t code, known = f->classes.n;

                f->code[row] = TAMIS_NO_CLASS;
                if (!tamis_batch_is_train(batch, row))
                        continue;
                f->classless += missing[row];
                if (missing[row])
                        continue;
                r = tamis_dict_add(&f->classes, tamis_batch_text(batch, row, column), 1, &code, err);
                if (r < 0)
                        return r;
                f->code[row] = (uint32_t) code;
                if (code == known && !s->value_option)
                        f->by_class[code] = chance_of_class(s, f->classes.entries[code].text);
        }
        return r;
}

static int find_costs(const tamis_sample *s, tamis_batch *batch, struct fate *f, tamis_error *err) {
        size_t column = s->value.at[0];
        const double *costs;
        int r = tamis_batch_numbers(batch, column, &costs, err);

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                tamis_slice text;

                if (!tamis_batch_is_train(batch, row))
                        continue;
                f->chance[row] = costs[row] / s->greatest;
                if (costs[row] > 0 && costs[row] <= s->greatest)
                        continue;
                text = tamis_batch_text(batch, row, column);
                if (costs[row] > s->greatest)
                        return tamis_batch_fail(batch, row, column, err, "\"%.*s\" is more than --max-cost %.9g",
                                                (int) text.n,
                                                text.p, s->greatest);
                return tamis_batch_fail(batch, row, column, err, "\"%.*s\" is no cost: a number above 0 is needed",
                                        (int) text.n,
                                        text.n ? text.p : "");
        }
        return r;
}

static int find_chances(const tamis_sample *s, tamis_batch *batch, struct fate *f, tamis_error *err) {
        int r = 0;

        for (size_t row = 0; row < batch->n_rows; row++)
                f->chance[row] = NAN;
        if (s->has_target)
                r = find_classes(s, batch, f, err);
        if (r == 0 && s->value_option)
                return find_costs(s, batch, f, err);
        for (size_t row = 0; r == 0 && row < batch->n_rows; row++)
                if (tamis_batch_is_train(batch, row) && (!s->has_target || f->code[row] != TAMIS_NO_CLASS))
                        f->chance[row] = s->has_target ? f->by_class[f->code[row]] : s->share;
        return r;
}

static int mark(struct fate *f, uint32_t sample, tamis_error *err) {
        if (f->n_marks == f->marks_capacity) {
                size_t capacity = f->marks_capacity ? f->marks_capacity * 2 : 1024;
                uint32_t *more = reallocarray(f->marks, capacity, sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                f->marks = more;
                f->marks_capacity = capacity;
        }
        f->marks[f->n_marks++] = sample;
        return 0;
}

static int draw(const tamis_sample *s, tamis_batch *batch, struct fate *f, tamis_error *err) {
        uint64_t number = batch->first_train, samples = s->samples ? s->samples : 1;
        const char *purpose = s->samples ? "sample.costing" : s->has_shares ? "sample.bernoulli" : "sample.cost";
        int r = 0;

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                f->times[row] = isnan(f->chance[row]);
                if (f->times[row] && s->samples)
                        r = mark(f, 0, err);
                if (tamis_batch_is_train(batch, row) && !f->times[row])
                        f->rows++;
                for (uint64_t i = 0; r == 0 && !isnan(f->chance[row]) && i < samples; i++) {
                        tamis_stream stream;

                        tamis_stream_init(&stream, s->seed, purpose, i, number);
                        if (tamis_stream_uniform(&stream) >= f->chance[row])
                                continue;
                        f->times[row]++;
                        f->accepted++;
                        if (s->has_target && f->code[row] != TAMIS_NO_CLASS)
                                f->after[f->code[row]]++;
                        if (s->samples)
                                r = mark(f, (uint32_t) i + 1, err);
                }
                number += tamis_batch_is_train(batch, row);
        }
        return r;
}

/* -- what is told of it later -------------------------------------------------------------------------------------- */

static int add_to_tally(tamis_sample_tally *t, const struct fate *f, tamis_error *err) {
        int r = 0;

        t->rows += f->rows;
        t->accepted += f->accepted;
        t->classless += f->classless;
        for (size_t i = 0; r == 0 && i < f->classes.n; i++) {
                size_t code;

                r = tamis_dict_add(&t->classes, f->classes.entries[i].text, f->classes.entries[i].count, &code, err);
                if (r == 0 && code >= t->capacity) {
                        size_t capacity = t->capacity ? t->capacity * 2 : 64;
                        uint64_t *more = reallocarray(t->after, capacity, sizeof *more);

                        if (!more)
                                return tamis_fail_memory(err);
                        memset(more + t->capacity, 0, (capacity - t->capacity) * sizeof *more);
                        t->after = more;
                        t->capacity = capacity;
                }
                if (r == 0)
                        t->after[code] += f->after[i];
        }
        return r;
}

static int tell(tamis_sample *s, tamis_batch *batch, const struct fate *f, tamis_error *err) {
        uint32_t *before, *after;
        int r;

        if (!batch->final)
                return 0;
        pthread_mutex_lock(&s->tally.lock);
        r = add_to_tally(&s->tally, f, err);
        pthread_mutex_unlock(&s->tally.lock);
        if (r < 0 || !s->effects.on)
                return r;
        before = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *before);
        after = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *after);
        if (!before || !after)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < batch->n_rows; row++) {
                before[row] = !isnan(f->chance[row]);   /* of the others nothing is drawn */
                after[row] = before[row] ? f->times[row] : 0;
        }
        return tamis_effects_add(&s->effects, batch, before, after, err);
}

/* The rows as they go out, with what the added columns hold. */
static int put_out(const tamis_sample *s, tamis_batch *batch, const struct fate *f, tamis_error *err) {
        size_t n = 0;
        double *weights, *marks;
        int r = 0;

        for (size_t row = 0; row < batch->n_rows; row++)
                n += f->times[row];
        weights = tamis_arena_get(&batch->arena, (n + 1) * sizeof *weights);
        marks = tamis_arena_get(&batch->arena, (n + 1) * sizeof *marks);
        if (!weights || !marks)
                return tamis_fail_memory(err);
        n = 0;
        for (size_t row = 0; row < batch->n_rows; row++)
                for (uint32_t i = 0; i < f->times[row]; i++, n++) {
                        weights[n] = isnan(f->chance[row]) ? 1 : 1 / f->chance[row];
                        marks[n] = s->samples && f->marks[n] ? (double) f->marks[n] : NAN;
                }
        r = tamis_batch_repeat_rows(batch, f->times, err);
        if (r == 0 && s->at_sample >= 0) {
                r = tamis_batch_add_column(batch, (size_t) s->at_sample, err);
                if (r == 0)
                        r = tamis_batch_set_numbers(batch, (size_t) s->at_sample, marks, err);
        }
        if (r == 0 && s->at_weight >= 0) {
                r = tamis_batch_add_column(batch, (size_t) s->at_weight, err);
                if (r == 0)
                        r = tamis_batch_set_numbers(batch, (size_t) s->at_weight, weights, err);
        }
        return r;
}

int tamis_sample_stream(tamis_sample *s, tamis_batch *batch, tamis_error *err) {
        size_t room = batch->n_rows + 1;
        struct fate f = {
                .chance = tamis_arena_get(&batch->arena, room * sizeof *f.chance),
                .code = tamis_arena_get(&batch->arena, room * sizeof *f.code),
                .times = tamis_arena_get(&batch->arena, room * sizeof *f.times),
                .after = tamis_arena_get_zeroed(&batch->arena, room, sizeof *f.after),
                .by_class = tamis_arena_get(&batch->arena, room * sizeof *f.by_class),
        };
        int r = f.chance && f.code && f.times && f.after && f.by_class ? 0 : tamis_fail_memory(err);

        if (r == 0)
                r = find_chances(s, batch, &f, err);
        if (r == 0)
                r = draw(s, batch, &f, err);
        if (r == 0)
                r = tell(s, batch, &f, err);
        if (r == 0)
                r = put_out(s, batch, &f, err);
        tamis_dict_done(&f.classes);
        free(f.marks);
        return r;
}

/* -- the strategies ------------------------------------------------------------------------------------------------ */

static int check_costs(const tamis_sample *s, tamis_error *err) {
        if (!s->has_costs && !s->value_option)
                return tamis_fail(err, TAMIS_USAGE, "-s %s needs --cost 'class=number,...' or --cost-column COL",
                                  s->sampler->base.name);
        if (s->has_costs && s->value_option)
                return tamis_fail(err, TAMIS_USAGE, "--cost and --cost-column both say what a row costs: give one");
        if (s->has_costs && !s->has_target)
                return tamis_fail(err, TAMIS_USAGE, "--cost names classes: --target COL is needed");
        if (s->has_costs && s->has_max_cost)
                return tamis_fail(err, TAMIS_USAGE, "--max-cost is for --cost-column; --cost says it itself");
        return 0;
}

static int check_shares(const tamis_sample *s, tamis_error *err) {
        if (!s->has_shares)
                return tamis_fail(err, TAMIS_USAGE, "-s bernoulli needs --share P or --share 'class=P,...'");
        return 0;
}

/* Zadrozny, Langford & Abe 2003, "Cost-sensitive learning by cost-proportionate example weighting": a learner that
 * knows nothing of costs minimises them on such a sample, and does so better on the mean of several. */
const tamis_sampler tamis_sampler_cost = {
        .base = {
                .name    = "cost",
                .summary = "accept each row with probability cost / greatest cost",
                .source  = "Costing, Zadrozny, Langford & Abe 2003",
        },
        .takes = SAMPLE_COST | SAMPLE_COST_COLUMN | SAMPLE_MAX_COST,
        .streams = true,
        .check = check_costs,
};

const tamis_sampler tamis_sampler_costing = {
        .base = {
                .name    = "costing",
                .summary = "several samples by cost in one run, told apart by a column _sample",
                .source  = "Costing, Zadrozny, Langford & Abe 2003",
        },
        .takes = SAMPLE_COST | SAMPLE_COST_COLUMN | SAMPLE_MAX_COST | SAMPLE_SAMPLES,
        .streams = true,
        .check = check_costs,
};

const tamis_sampler tamis_sampler_bernoulli = {
        .base = {
                .name    = "bernoulli",
                .summary = "keep each row with a probability, its class's or that of all",
                .source  = "Bernoulli (Poisson) sampling, Saerndal, Swensson & Wretman 1992",
        },
        .takes = SAMPLE_SHARE,
        .streams = true,
        .check = check_shares,
};
