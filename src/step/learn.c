/* Teaching one link of the chain from the rows that reach its door.
 *
 * Types come from every learned row, and a step must know them before it learns. Rather than read the input once for
 * the types and once more to learn, the types are presumed from the first batch, learning goes ahead, and the same pass
 * finds out what they are. Were they presumed wrong (a word late in a column of numbers), what was learned is thrown
 * away and learned again with the types now known; and what a step refuses is held against it only if the types were
 * so. A step never sees any of this, and what it says meanwhile is said only when it holds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "step/run.h"

struct lesson {
        tamis_run *run;
        tamis_link *link;
        tamis_typing *typing;   /* per column of link->in; merged so far */
        /* in this pass */
        bool teaches;           /* the step learns */
        bool verify;            /* the types relied on are found out */
        bool every_type;        /* all the others too */
        uint64_t rows;
        /* The first refusal, by the order of the rows. Reading goes on, for the types may not be what was refused. */
        int refused;
        tamis_error why;
};

/* What one batch taught. */
struct taught {
        void *partial;
        tamis_typing *typing;
        size_t rows;
        int refused;
        tamis_error why;
};

static bool relied_on(const tamis_field *f) {
        return f->consulted || f->consulted_missing || f->forced;
}

static void drop(void *arg, void *result) {
        const struct lesson *lesson = arg;
        struct taught *t = result;

        if (!t)
                return;
        if (t->partial && lesson->link->type->partial_done)
                lesson->link->type->partial_done(t->partial);
        free(t->partial);
        free(t->typing);
        free(t);
}

static int find_types(const struct lesson *lesson, struct taught *t, tamis_batch *rows, tamis_error *err) {
        const tamis_schema *in = &lesson->link->in;

        t->typing = calloc(in->n + 1, sizeof *t->typing);
        if (!t->typing)
                return tamis_fail_memory(err);
        for (size_t c = 0; c < in->n; c++) {
                const tamis_field *f = &in->fields[c];
                const double *numbers;
                int r = 0;

                if (!relied_on(f) && !lesson->every_type)
                        continue;
                if (f->forced && f->type == TAMIS_TYPE_NUMERIC)
                        r = tamis_batch_numbers_only(rows, c, &numbers, err);
                if (r == 0)
                        r = tamis_typing_learn(&t->typing[c], rows, c, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What a step says of the data, and might not say of other types. */
static bool is_refusal(int status) {
        return status == TAMIS_USAGE || status == TAMIS_BAD_DATA;
}

static void refuse(struct lesson *lesson, int status, const tamis_error *why) {
        if (lesson->refused)
                return;
        lesson->refused = status;
        lesson->why = *why;
        lesson->why.step = lesson->link->type->name;
}

static int teach(struct lesson *lesson, struct taught *t, tamis_batch *rows, tamis_error *err) {
        const tamis_step_type *type = lesson->link->type;
        int r = 0;

        t->rows = rows->n_rows;
        if (lesson->verify)
                r = find_types(lesson, t, rows, err);
        if (r < 0 || !lesson->teaches)
                return r;
        t->partial = calloc(1, type->partial_size ? type->partial_size : 1);
        if (!t->partial)
                return tamis_fail_memory(err);
        if (type->learn)
                r = type->learn(lesson->link->state, t->partial, rows, &t->why);
        if (r == 0 && rows->no_memory)
                r = tamis_fail_memory(&t->why);
        if (lesson->verify && is_refusal(r)) {
                t->refused = r;
                return 0;
        }
        if (r < 0 && err)
                *err = t->why;
        return r;
}

/* A batch that stays in memory is parsed whole, once: the train rows' numbers are gathered from it now, and apply finds
 * them there later. */
static int parse_whole(const struct lesson *lesson, tamis_batch *batch, tamis_error *err) {
        const tamis_schema *in = &lesson->link->in;
        const double *numbers;
        int r = 0;

        for (size_t c = 0; c < in->n && r == 0; c++)
                if (in->fields[c].consulted && in->fields[c].type == TAMIS_TYPE_NUMERIC)
                        r = tamis_batch_numbers(batch, c, &numbers, err);
        return r;
}

/* Only train rows are put before a step that learns. */
static int learn_batch(void *arg, tamis_batch *batch, void **result, tamis_error *err) {
        struct lesson *lesson = arg;
        struct taught *t = calloc(1, sizeof *t);
        tamis_batch train = {0};
        int r;

        if (!t)
                return tamis_fail_memory(err);
        if (batch->train) {
                uint64_t first = batch->first_train;

                r = batch->final ? parse_whole(lesson, batch, err) : 0;
                if (r == 0)
                        r = tamis_batch_view(batch, batch->train, &train, err);
                if (r == 0) {
                        train.first_row = train.first_train = first;
                        r = teach(lesson, t, &train, err);
                }
        } else {
                batch->first_row = batch->first_train;
                r = teach(lesson, t, batch, err);
        }
        tamis_batch_done(&train);
        if (r < 0) {
                if (err)
                        err->step = lesson->link->type->name;
                drop(lesson, t);
                return r;
        }
        *result = t;
        return 0;
}

static int merge(void *arg, void *result, tamis_error *err) {
        struct lesson *lesson = arg;
        struct taught *t = result;
        tamis_link *link = lesson->link;
        int r = 0;

        if (t->typing)
                for (size_t c = 0; c < link->in.n; c++)
                        tamis_typing_merge(&lesson->typing[c], &t->typing[c]);
        lesson->rows += t->rows;
        if (t->refused)
                refuse(lesson, t->refused, &t->why);
        if (t->partial && !lesson->refused && link->type->merge)
                r = link->type->merge(link->state, t->partial, &t->why);
        if (lesson->verify && is_refusal(r)) {
                refuse(lesson, r, &t->why);
                r = 0;
        }
        if (r < 0 && err) {
                *err = t->why;
                err->step = link->type->name;
        }
        drop(lesson, t);
        return r;
}

/* -- types --------------------------------------------------------------------------------------------------------- */

static void set_facts(tamis_field *f, const tamis_typing *typing) {
        if (!f->forced)
                f->type = tamis_typing_type(typing);
        f->has_missing = typing->missing > 0;
}

/* What the first batch says of every column. */
static int presume(tamis_run *run, tamis_link *link, tamis_error *err) {
        tamis_batch batch = {0}, train = {0};
        tamis_batch *rows = &batch;
        int r = tamis_pass_first(run, &batch, err);

        if (r == 0)
                r = tamis_link_greet(run, link, &batch, err);
        if (r == 0 && batch.train) {
                r = tamis_batch_view(&batch, batch.train, &train, err);
                rows = &train;
        }
        for (size_t c = 0; r == 0 && c < link->in.n; c++) {
                tamis_typing typing = {0};

                r = tamis_typing_learn(&typing, rows, c, err);
                if (r == 0)
                        set_facts(&link->in.fields[c], &typing);
        }
        tamis_batch_done(&train);
        tamis_batch_done(&batch);
        return r;
}

/* Put what was found in place of what was presumed. True: what a step relied on was so. */
static bool settle_types(const struct lesson *lesson) {
        bool held = true;

        for (size_t c = 0; c < lesson->link->in.n; c++) {
                tamis_field *f = &lesson->link->in.fields[c];
                tamis_type presumed = f->type;
                bool had_missing = f->has_missing;

                if (!relied_on(f) && !lesson->every_type)
                        continue;
                set_facts(f, &lesson->typing[c]);
                held &= !f->consulted || f->type == presumed;
                held &= !f->consulted_missing || f->has_missing == had_missing;
        }
        return held;
}

/* A column of numbers with a few words in it is taken as text, which is seldom what was meant; still less when it is
 * one and the same word, however often. */
static bool nearly_numeric(const tamis_typing *t) {
        uint64_t numbers = t->present - t->nonnumbers;

        return t->nonnumbers * 10 <= t->present || (!t->mixed && numbers >= 3 && numbers * 5 >= t->present);
}

static void warn_nearly_numeric(const tamis_link *link, const tamis_typing *typing) {
        for (size_t c = 0; c < link->in.n; c++) {
                const tamis_field *f = &link->in.fields[c];
                const tamis_typing *t = &typing[c];

                if (!f->consulted || f->forced || f->type != TAMIS_TYPE_CATEGORICAL || !nearly_numeric(t))
                        continue;
                tamis_warn(&link->context,
                           "%s:%llu: column \"%s\": %llu of %llu cells %s no number (\"%s\"): taken as text; "
                           "--na '%s' treats it as missing, --types '%s=text' says it is meant",
                           t->file, (unsigned long long) t->line, f->name, (unsigned long long) t->nonnumbers,
                           (unsigned long long) t->present, t->nonnumbers == 1 ? "is" : "are", t->example, t->example,
                           f->name);
        }
}

/* -- the lesson ---------------------------------------------------------------------------------------------------- */

static int one_pass(struct lesson *lesson, tamis_error *err) {
        const tamis_visitor visitor = {
                .work = learn_batch, .turn = merge, .drop = drop, .arg = lesson, .learner = lesson->link, .what = "learning",
        };

        lesson->rows = 0;
        memset(lesson->typing, 0, (lesson->link->in.n + 1) * sizeof *lesson->typing);
        return tamis_pass(lesson->run, &visitor, err);
}

/* What it relies on is noted from here on. */
static int bind(struct lesson *lesson, tamis_error *err) {
        tamis_link *link = lesson->link;

        for (size_t c = 0; c < link->in.n; c++)
                link->in.fields[c].consulted = link->in.fields[c].consulted_missing = false;
        return link->type->bind ? link->type->bind(link->state, &link->context, &link->in, err) : 0;
}

static bool relies_on_any(const tamis_schema *in) {
        for (size_t c = 0; c < in->n; c++)
                if (in->fields[c].consulted || in->fields[c].consulted_missing)
                        return true;
        return false;
}

/* Configure afresh, bind, and read: to learn, or where it refused to bind, to know all there is to know. */
static int attempt(struct lesson *lesson, bool afresh, tamis_error *err) {
        tamis_error why = {0};
        int r = afresh ? tamis_link_configure(lesson->link, &why) : 0;

        lesson->teaches = true;
        lesson->refused = 0;
        if (r == 0)
                r = bind(lesson, &why);
        if (is_refusal(r) && relies_on_any(&lesson->link->in)) {
                refuse(lesson, r, &why);
                lesson->teaches = false;
                lesson->every_type = true;
        } else if (r < 0) {
                if (err)
                        *err = why;
                return r;
        }
        return one_pass(lesson, err);
}

/* One attempt and what comes of it. *again: what was relied on was not so, and now is. */
static int attempt_on_trial(struct lesson *lesson, bool afresh, bool *again, tamis_error *err) {
        struct tamis_notes *notes = &lesson->run->notes;
        int r;

        *again = false;
        tamis_notes_hold(notes);
        r = attempt(lesson, afresh, err);
        if (r == 0)
                *again = !settle_types(lesson);
        tamis_notes_let_go(notes, !*again);
        if (r < 0 || *again || !lesson->refused)
                return r;
        if (err)
                *err = lesson->why;
        return lesson->refused;
}

/* Presumed from the first batch, types may be wrong; the second time all are found out, and the step may turn to other
 * columns, of which some were presumed wrong; the third time everything is known. */
static int learn_with_types(struct lesson *lesson, tamis_error *err) {
        bool again = true;

        lesson->verify = true;
        for (int i = 0; i < 3 && again; i++) {
                int r = attempt_on_trial(lesson, i > 0, &again, err);

                if (r < 0)
                        return r;
                lesson->every_type = true;
        }
        if (again)
                return tamis_fail(err, TAMIS_IO, "the input has changed while it was read");
        warn_nearly_numeric(lesson->link, lesson->typing);
        return 0;
}

/* No types, and no second look. */
static int learn_in_one_reading(struct lesson *lesson, tamis_error *err) {
        int r = bind(lesson, err);

        lesson->teaches = true;
        return r == 0 ? one_pass(lesson, err) : r;
}

int tamis_link_learn(tamis_run *run, tamis_link *link, tamis_error *err) {
        struct lesson lesson = { .run = run, .link = link };
        bool again = false, drains = tamis_link_drains(link);
        int r = drains ? 0 : presume(run, link, err);

        if (r < 0)
                return r;
        if (drains && run->passes == 0) {
                run->options.input.again = false;
                tamis_reader_once(run->reader);
        }
        lesson.typing = calloc(link->in.n + 1, sizeof *lesson.typing);
        if (!lesson.typing)
                return tamis_fail_memory(err);
        r = drains ? learn_in_one_reading(&lesson, err) : learn_with_types(&lesson, err);
        if (r == 0 && lesson.rows == 0)
                r = tamis_fail(err, TAMIS_BAD_DATA, link->mark >= 0
                               ? "there is no row to learn from (none is marked \"train\" in _split)"
                               : "there is no row to learn from");
        lesson.verify = lesson.every_type = false;
        do {
                again = false;
                if (r == 0 && link->type->finish)
                        r = link->type->finish(link->state, &link->context, &again, err);
                if (r == 0 && again)
                        r = one_pass(&lesson, err);
        } while (r == 0 && again);
        if (r < 0 && err && !err->step)
                err->step = link->type->name;
        link->learned_rows = lesson.rows;
        if (r == 0 && drains) {
                link->rows_in = lesson.rows;
                for (size_t i = 0; i < run->n_links; i++)
                        run->drained = run->links[i] == link ? i + 1 : run->drained;
        }
        free(lesson.typing);
        return r;
}
