/* Opening the tables, and finding in them the columns to judge. */
#include <stdlib.h>

#include <tamis/step.h>

#include "judge/score_cells.h"
#include "table/show.h"

static tamis_slice name_of(const tamis_schema *schema, size_t i) {
        return (tamis_slice) { schema->fields[i].name, schema->fields[i].name_length };
}

/* The table that names the columns: a list of cells has none of its own. */
static tamis_feed *named_by(tamis_cells *c) {
        return c->listed ? &c->imputed : &c->truth;
}

static bool is_list(const tamis_schema *schema) {
        static const char *const names[] = { "row", "column", "value" };
        bool same = schema->n == 3 && schema->dialect.header;

        for (size_t i = 0; same && i < 3; i++)
                same = tamis_slice_equal(name_of(schema, i), tamis_slice_of(names[i]));
        return same;
}

static int check_options(const tamis_cells *c, tamis_error *err) {
        const tamis_score_options *o = c->options;
        int inputs = (strcmp(o->truth, "-") == 0) + (strcmp(o->imputed, "-") == 0) +
                (o->holes && strcmp(o->holes, "-") == 0);

        if (inputs > 1)
                return tamis_fail(err, TAMIS_USAGE, "standard input can be one of the tables, not more");
        if (o->input.rejects || o->input.ragged == TAMIS_RAGGED_SKIP)
                return tamis_fail(err, TAMIS_USAGE, "%s: rows left out of one table would shift against the others",
                                  o->input.rejects ? "--rejects" : "--ragged skip");
        return 0;
}

static int open_tables(tamis_cells *c, tamis_error *err) {
        const tamis_score_options *o = c->options;
        int r = tamis_missing_init(&c->missing, o->na, err);

        if (r == 0)
                r = tamis_feed_open(&c->truth, o->truth, &o->input, &c->missing, err);
        if (r == 0)
                r = tamis_feed_open(&c->imputed, o->imputed, &o->input, &c->missing, err);
        if (r == 0 && o->holes)
                r = tamis_feed_open(&c->holes, o->holes, &o->input, &c->missing, err);
        if (r < 0)
                return r;
        c->listed = is_list(&c->truth.schema);
        c->scores->dialect = *tamis_reader_dialect(c->truth.reader);
        if (c->listed && o->holes)
                return tamis_fail(err, TAMIS_USAGE, "--holes: %s is a list of cells, and those are the ones judged",
                                  tamis_feed_name(&c->truth));
        if (c->listed && o->key)
                return tamis_fail(err, TAMIS_USAGE, "--key: %s is a list of cells, which names rows by their number",
                                  tamis_feed_name(&c->truth));
        return 0;
}

static int refuse_key(const tamis_selection *s, size_t key, const char *name, tamis_error *err) {
        for (size_t i = 0; i < s->n; i++)
                if (s->columns[i] == key)
                        return tamis_fail(err, TAMIS_USAGE, "--columns: \"%s\" is the key", name);
        return 0;
}

/* SEL, or all that tell something: not reserved ones, the key, ids. */
static int choose(tamis_cells *c, tamis_selection *ret, tamis_error *err) {
        tamis_schema *schema = &named_by(c)->schema;
        size_t key = SIZE_MAX;
        int r = 0;

        if (c->options->key)
                r = tamis_select_one(schema, c->options->key, "--key", &key, err);
        if (r == 0 && c->options->columns)
                r = tamis_select(schema, c->options->columns, ret, err);
        if (r < 0)
                return r;
        if (c->options->columns)
                return key == SIZE_MAX ? 0 : refuse_key(ret, key, c->options->key, err);
        ret->columns = calloc(schema->n + 1, sizeof *ret->columns);
        if (!ret->columns)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < schema->n; i++)
                if (i != key && !tamis_reserved(name_of(schema, i)) && !tamis_names_id(name_of(schema, i)))
                        ret->columns[ret->n++] = i;
        return ret->n ? 0 : tamis_fail(err, TAMIS_BAD_DATA, "no column to judge: all are ids, keys, or begin with _");
}

static int name_columns(tamis_cells *c, const tamis_selection *s, tamis_error *err) {
        const tamis_schema *schema = &named_by(c)->schema;

        c->columns = calloc(s->n + 1, sizeof *c->columns);
        if (!c->columns)
                return tamis_fail_memory(err);
        c->n = s->n;
        for (size_t i = 0; i < s->n; i++) {
                const tamis_field *f = &schema->fields[s->columns[i]];

                c->columns[i] = (tamis_judged) {
                        .name = name_of(schema, s->columns[i]),
                        .numeric = f->type != TAMIS_TYPE_CATEGORICAL,
                        .forced = f->forced,
                        .truth_at = s->columns[i],
                };
        }
        return 0;
}

/* Where each column stands in another table, by a dictionary: tables may be wide. */
static int match(tamis_cells *c, const tamis_feed *feed, tamis_error *err) {
        size_t *first = calloc(feed->schema.n + 1, sizeof *first);
        tamis_dict names = {0};
        int r = first ? 0 : tamis_fail_memory(err);

        for (size_t i = 0; r == 0 && i < feed->schema.n; i++) {
                size_t before = names.n, code;

                r = tamis_dict_add(&names, name_of(&feed->schema, i), 0, &code, err);
                if (r == 0 && names.n > before)
                        first[code] = i;
        }
        for (size_t i = 0; r == 0 && i < c->n; i++) {
                long code = tamis_dict_find(&names, c->columns[i].name);
                char shown[TAMIS_SHOW_SIZE];

                tamis_show(c->columns[i].name, shown, sizeof shown);
                if (code < 0)
                        r = tamis_fail(err, TAMIS_BAD_DATA, "%s has no column \"%s\" (-c says which are judged)",
                                       tamis_feed_name(feed), shown);
                /* the same name twice: nothing says which is which */
                else if (names.entries[code].count++ > 0)
                        r = tamis_fail(err, TAMIS_BAD_DATA, "two columns are called \"%s\"", shown);
                else
                        *(feed == &c->holes ? &c->columns[i].holes_at : &c->columns[i].imputed_at) = first[code];
        }
        tamis_dict_done(&names);
        free(first);
        return r;
}

int tamis_cells_open(tamis_cells *c, tamis_error *err) {
        tamis_selection selection = {0};
        int r = check_options(c, err);

        if (r == 0)
                r = open_tables(c, err);
        if (r == 0)
                r = tamis_types_force(&named_by(c)->schema, c->options->types, false, err);
        if (r == 0 && c->options->columns && strchr(c->options->columns, '@'))
                r = tamis_feed_types(named_by(c), err);
        if (r == 0)
                r = choose(c, &selection, err);
        if (r == 0)
                r = name_columns(c, &selection, err);
        if (r == 0)
                r = match(c, &c->imputed, err);
        if (r == 0 && c->options->holes)
                r = match(c, &c->holes, err);
        tamis_selection_done(&selection);
        return r;
}
