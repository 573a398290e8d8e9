/* When all rows are there: what goes into the holes, column by column and group by group. */
#include <math.h>
#include <stdlib.h>

#include "impute/series.h"

/* What a run of holes longer than --max-gap would have got goes. */
static void keep_long_gaps(tamis_sequence *q, uint64_t max_gap) {
        size_t first = 0;

        for (size_t i = 0; max_gap > 0 && i <= q->n; i++) {
                if (i < q->n && !q->present[i])
                        continue;
                for (size_t k = first; i - first > max_gap && k < i; k++) {
                        q->filled[k] = NAN;
                        q->donors[k] = SIZE_MAX;
                }
                first = i + 1;
        }
}

/* Room for the longest group, used again and again. */
struct room {
        uint32_t *rows;
        double *x, *values, *filled;
        uint8_t *present;
        size_t *donors;
};

static void room_done(struct room *room) {
        free(room->rows);
        free(room->x);
        free(room->values);
        free(room->filled);
        free(room->present);
        free(room->donors);
}

static int room_init(struct room *room, size_t n, tamis_error *err) {
        *room = (struct room) {
                .rows = malloc((n + 1) * sizeof *room->rows), .x = malloc((n + 1) * sizeof *room->x),
                .values = malloc((n + 1) * sizeof *room->values), .filled = malloc((n + 1) * sizeof *room->filled),
                .present = malloc(n + 1), .donors = malloc((n + 1) * sizeof *room->donors),
        };
        return room->rows && room->x && room->values && room->filled && room->present && room->donors ? 0
                : tamis_fail_memory(err);
}

/* One column of one group: what goes into the holes of the rows whose mark is `train`. */
static int fill_column(const tamis_serial *s, size_t i, const struct room *room, size_t n, bool train, double *filled,
                       uint32_t *donated, tamis_error *err) {
        const struct tamis_serial_column *c = &s->rows.columns[i];
        tamis_sequence q = {
                .n = n, .x = room->x, .present = room->present, .values = c->numbers ? room->values : NULL,
                .context = s->context, .filled = room->filled, .donors = room->donors,
        };
        int r;

        for (size_t k = 0; k < n; k++) {
                uint32_t row = room->rows[k];

                room->present[k] = c->numbers ? !isnan(c->numbers[row]) : !tamis_texts_empty(&c->cells, row);
                room->values[k] = c->numbers ? c->numbers[row] : NAN;
                room->filled[k] = NAN;
                room->donors[k] = SIZE_MAX;
        }
        r = s->wishes[s->of[i]]->fill(&q, err);
        if (r < 0)
                return r;
        keep_long_gaps(&q, s->max_gap);
        for (size_t k = 0; k < n; k++) {
                uint32_t row = room->rows[k];

                if (room->present[k] || s->rows.train[row] != train)
                        continue;
                if (filled)
                        filled[row] = room->filled[k];
                else if (room->donors[k] != SIZE_MAX)
                        donated[row] = room->rows[room->donors[k]];
        }
        return 0;
}

/* The rows order[first .. last) of one group; train rows among themselves, or all. */
static size_t take_group(const tamis_serial *s, const uint32_t *order, const double *x, size_t first, size_t last,
                         bool train, struct room *room) {
        size_t n = 0;

        for (size_t i = first; i < last; i++) {
                if (train && !s->rows.train[order[i]])
                        continue;
                room->rows[n] = order[i];
                room->x[n] = x ? x[order[i]] : (double) n;
                n++;
        }
        return n;
}

static int fill_groups(const tamis_serial *s, size_t column, const uint32_t *order, const double *x, double *filled,
                       uint32_t *donated, tamis_error *err) {
        struct room room;
        int r = room_init(&room, s->rows.n, err);
        size_t last;

        for (size_t first = 0; r == 0 && first < s->rows.n; first = last) {
                int32_t group = s->rows.groups ? s->rows.groups[order[first]] : 0;

                last = first + 1;
                while (last < s->rows.n && (!s->rows.groups || s->rows.groups[order[last]] == group))
                        last++;
                if (group == TAMIS_NO_GROUP)
                        continue;
                r = fill_column(s, column, &room, take_group(s, order, x, first, last, true, &room), true, filled,
                                donated, err);
                if (r == 0 && s->mark.n)
                        r = fill_column(s, column, &room, take_group(s, order, x, first, last, false, &room), false,
                                        filled, donated, err);
        }
        room_done(&room);
        return r;
}

/* What goes into the holes: numbers in place of the numbers, or whose cell. */
static int finish_column(tamis_serial *s, size_t i, const uint32_t *order, const double *x, tamis_error *err) {
        struct tamis_serial_column *c = &s->rows.columns[i];
        double *filled = c->numbers ? malloc((s->rows.n + 1) * sizeof *filled) : NULL;
        uint32_t *donated = c->numbers ? NULL : malloc((s->rows.n + 1) * sizeof *donated);
        int r = filled || donated ? 0 : tamis_fail_memory(err);

        for (size_t row = 0; r == 0 && row < s->rows.n; row++) {
                if (filled)
                        filled[row] = NAN;
                else
                        donated[row] = TAMIS_NO_DONOR;
        }
        /* numbers among texts are texts */
        if (r == 0 && !(filled && s->columns->types[s->of[i]] != TAMIS_TYPE_NUMERIC))
                r = fill_groups(s, i, order, x, filled, donated, err);
        if (r < 0) {
                free(filled);
                free(donated);
                return r;
        }
        free(c->numbers);
        c->numbers = filled;
        c->donors = donated;
        return 0;
}

static int check_types(const tamis_serial *s, tamis_error *err) {
        for (size_t i = 0; i < s->n; i++) {
                const tamis_series *series = s->wishes[s->of[i]];

                if (s->holes[s->of[i]] && series->numbers && s->columns->types[s->of[i]] != TAMIS_TYPE_NUMERIC)
                        return tamis_fail(err, TAMIS_USAGE,
                                          "strategy %s fills numbers, and column \"%s\" is %s (-s '%s=ffill,*=%s' "
                                          "with ffill, bfill or hotdeck)",
                                          series->base.name, s->columns->names[s->of[i]],
                                          tamis_type_name(s->columns->types[s->of[i]]), s->columns->names[s->of[i]],
                                          series->base.name);
        }
        return 0;
}

int tamis_serial_finish(tamis_serial *s, tamis_error *err) {
        uint32_t *order = NULL, before = 0;
        double *x = NULL;
        int r = check_types(s, err);

        if (r == 0)
                r = tamis_serial_order(s, &order, &x, err);
        for (size_t i = 0; r == 0 && i < s->n; i++) {
                if (s->rows.columns[i].holes > 0)
                        r = finish_column(s, i, order, x, err);
                else
                        tamis_serial_column_done(&s->rows.columns[i]);
        }
        free(order);
        if (r < 0)
                return r;
        for (size_t i = s->n; i < s->rows.n_columns; i++)
                tamis_serial_column_done(&s->rows.columns[i]);
        free(s->rows.groups);
        s->rows.groups = NULL;
        s->train_before = malloc((s->rows.n + 1) * sizeof *s->train_before);
        if (!s->train_before)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < s->rows.n; row++) {
                s->train_before[row] = before;
                before += s->rows.train[row];
        }
        return 0;
}
