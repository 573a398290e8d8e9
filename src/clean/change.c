#include <math.h>

#include <tamis/number.h>

#include "clean/state.h"

/* -- cells --------------------------------------------------------------------------------------------------------- */

tamis_cell_change tamis_clean_cell(const struct tamis_clean *s, tamis_slice *text) {
        tamis_slice t = *text;

        while (t.n > 0 && (t.p[0] == ' ' || t.p[0] == '\t'))
                t.p++, t.n--;
        while (t.n > 0 && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t'))
                t.n--;
        if (s->blanks && t.n > 0 && tamis_missing_is(&s->blank, t)) {
                *text = (tamis_slice) {0};
                return TAMIS_BLANKED;
        }
        if (!s->trim || t.n == text->n)
                return TAMIS_AS_IT_WAS;
        *text = t;
        return TAMIS_TRIMMED;
}

bool tamis_clean_changes(const struct tamis_clean *s, size_t column) {
        if ((s->trim || s->blanks) && s->picks.works[column])
                return true;
        return s->mend_at && s->mend_at[column] && tamis_mend_writes(s->mend_at[column]);
}

tamis_slice tamis_clean_text(const struct tamis_clean *s, tamis_batch *batch, size_t row, size_t column,
                             char room[TAMIS_FORM_MAX]) {
        const tamis_mend *m = s->mend_at ? s->mend_at[column] : NULL;
        tamis_slice text = tamis_batch_text(batch, row, column);

        if ((s->trim || s->blanks) && s->picks.works[column])
                (void) tamis_clean_cell(s, &text);
        if (m && tamis_mend_writes(m) &&
            (!tamis_missing_is(batch->missing, text) || tamis_dict_find(&m->map, text) >= 0))
                (void) tamis_mend_cell(m, &s->wishes, &text, room);
        return text;
}

/* --blank 0 was said, and there is a 0.0: that stays, and should not do so in silence. */
static bool is_blank_number(const struct tamis_clean *s, tamis_slice text) {
        double value;

        if (s->n_blank_values == 0 || !tamis_number_parse(text, &value))
                return false;
        for (size_t i = 0; i < s->n_blank_values; i++)
                if (s->blank_values[i] == value)
                        return true;
        return false;
}

int tamis_clean_column(struct tamis_clean *s, tamis_batch *batch, size_t column, tamis_error *err) {
        uint64_t n[3] = {0};
        bool look_alike = false;
        int r = 0;

        for (size_t row = 0; row < batch->n_rows && r == 0; row++) {
                tamis_slice text = tamis_batch_text(batch, row, column);
                tamis_cell_change change = tamis_clean_cell(s, &text);

                n[change]++;
                look_alike = look_alike || (change != TAMIS_BLANKED && is_blank_number(s, text));
                if (change != TAMIS_AS_IT_WAS)
                        r = text.n > 0 ? tamis_batch_set_text(batch, row, column, text, err)
                                       : tamis_batch_set_missing(batch, row, column, err);
        }
        if (look_alike && batch->final)
                tamis_warn(s->context, "column \"%s\" has cells that are the same number as one of --blank, written "
                           "otherwise (like 0.0 for 0): "
                           "they stay, unless --blank lists them too", batch->schema->fields[column].name);
        tamis_batch_count(batch, &s->cells_trimmed, n[TAMIS_TRIMMED]);
        tamis_batch_count(batch, &s->cells_blanked, n[TAMIS_BLANKED]);
        return r;
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

/* holes[row]: missing cells in the columns that count. */
static int count_row_holes(const struct tamis_clean *s, tamis_batch *batch, uint32_t *holes, tamis_error *err) {
        for (size_t column = 0; column < s->picks.n; column++) {
                const uint8_t *missing;
                int r;

                if (!s->picks.counts[column])
                        continue;
                r = tamis_batch_missing(batch, column, &missing, err);
                if (r < 0)
                        return r;
                for (size_t row = 0; row < batch->n_rows; row++)
                        holes[row] += missing[row];
        }
        return 0;
}

/* keep[row] comes as 0 for rows that outliers take away. */
static int choose_rows(struct tamis_clean *s, tamis_batch *batch, uint8_t *keep, tamis_error *err) {
        uint32_t *holes = tamis_arena_get_zeroed(&batch->arena, batch->n_rows + 1, sizeof *holes);
        uint64_t train = batch->first_train, repeated = 0, hollow = 0, out = 0;
        int r = holes ? 0 : tamis_fail_memory(err);

        if (r == 0 && !isnan(s->rows_over))
                r = count_row_holes(s, batch, holes, err);
        if (r < 0)
                return r;
        if (s->dedupe && batch->first_train + batch->n_train > s->duplicates.n)
                return tamis_fail(err, TAMIS_IO, "the input has grown while it was read");
        for (size_t row = 0; row < batch->n_rows; row++) {
                if (!tamis_batch_is_train(batch, row))
                        continue;
                if (!keep[row]) {
                        out++;
                } else if (!isnan(s->rows_over) && (double) holes[row] / (double) s->picks.n_counts > s->rows_over) {
                        keep[row] = 0;
                        hollow++;
                } else if (s->dedupe && s->duplicates.repeats[train]) {
                        keep[row] = 0;
                        repeated++;
                }
                train++;
        }
        tamis_batch_count(batch, &s->rows_out, out);
        tamis_batch_count(batch, &s->rows_hollow, hollow);
        tamis_batch_count(batch, &s->rows_repeated, repeated);
        return 0;
}

int tamis_clean_apply(void *state, tamis_batch *batch, tamis_error *err) {
        struct tamis_clean *s = state;
        bool drops = s->wishes.method != TAMIS_OUT_NONE && s->wishes.action == TAMIS_OUT_DROP;
        bool rows = (s->dedupe || !isnan(s->rows_over) || drops) && !s->loaded;
        /* where nothing is to trim one look at all bytes is a tenth of the work of one at each cell */
        bool plain = !s->blanks && !tamis_batch_has_blanks(batch);
        uint8_t *keep = NULL;
        int r = 0;

        if (rows) {
                keep = tamis_arena_get(&batch->arena, batch->n_rows + 1);
                if (!keep)
                        return tamis_fail_memory(err);
                memset(keep, 1, batch->n_rows);
        }
        for (size_t column = 0; column < s->picks.n && r == 0; column++)
                if (s->mend_at && s->mend_at[column])
                        r = tamis_mends_apply(s, batch, column, keep, err);
                else if (tamis_clean_changes(s, column) && !(plain && !batch->columns[column].state))
                        r = tamis_clean_column(s, batch, column, err);
        if (r == 0 && rows)
                r = choose_rows(s, batch, keep, err);
        for (size_t column = s->picks.n; column-- > 0 && r == 0;)
                if (s->picks.goes[column])
                        tamis_batch_remove_column(batch, column);
        return r == 0 && rows ? tamis_batch_keep_rows(batch, keep, err) : r;
}
