#include <stdlib.h>

#include "step/run.h"

int tamis_link_new(tamis_run *run, tamis_settings *settings, tamis_link **ret, tamis_error *err) {
        tamis_link *link = calloc(1, sizeof *link);

        if (!link) {
                tamis_settings_free(settings);
                return tamis_fail_memory(err);
        }
        link->settings = settings;
        link->type = tamis_settings_type(settings);
        link->mark = -1;
        link->precision = tamis_settings_given(settings, "precision")
                ? (int) tamis_settings_count(settings, "precision") : -1;
        link->context = (tamis_context) {
                .type = link->type,
                .settings = settings,
                .pool = run->pool,
                .seed = tamis_settings_count(settings, "seed"),
                .missing = &link->missing,
                .reports = run->options.report != NULL,
                .learn_all = run->options.learn_all,
                .notes = &run->notes,
        };
        *ret = link;
        return 0;
}

static void forget(tamis_link *link) {
        if (link->state && link->type->done)
                link->type->done(link->state);
        free(link->state);
        link->state = NULL;
}

void tamis_link_free(tamis_link *link) {
        if (!link)
                return;
        forget(link);
        tamis_schema_done(&link->in);
        tamis_schema_done(&link->out);
        tamis_missing_done(&link->missing);
        tamis_settings_free(link->settings);
        free(link);
}

int tamis_link_configure(tamis_link *link, tamis_error *err) {
        int r;

        if (link->precision > 300)
                return tamis_fail(err, TAMIS_USAGE, "--precision %d: at most 300 decimals", link->precision);
        tamis_missing_done(&link->missing);
        r = tamis_missing_init(&link->missing, tamis_settings_text(link->settings, "na"), err);
        if (r < 0)
                return r;
        forget(link);
        link->state = calloc(1, link->type->state_size ? link->type->state_size : 1);
        if (!link->state)
                return tamis_fail_memory(err);
        return link->type->configure ? link->type->configure(link->state, &link->context, err) : 0;
}

/* What was learned was learned with the saved options: saying another now would be to ask for another model. What was
 * not said then (--inverse, --precision) may be said now. */
static int add_options(json_t *both, const json_t *given, tamis_error *err) {
        const char *name;
        json_t *value;

        json_object_foreach((json_t *) given, name, value) {
                const json_t *saved = json_object_get(both, name);

                if (saved && !json_equal(saved, value))
                        return tamis_fail(err, TAMIS_USAGE, "--%s %s: the model was saved with %s", name,
                                          json_is_string(value) ? json_string_value(value) : "",
                                          json_is_string(saved) ? json_string_value(saved) : "another");
                if (json_object_set(both, name, value) < 0)
                        return tamis_fail_memory(err);
        }
        return 0;
}

static int take_options(tamis_link *link, const json_t *options, tamis_error *err) {
        json_t *given = tamis_settings_to_json(link->settings), *both = json_object();
        tamis_settings *settings = NULL;
        int r = 0;

        /* not json_copy(), which keeps silent about what it had no memory for */
        if (!given || json_object_update(both, (json_t *) options) < 0)
                r = tamis_fail_memory(err);
        if (r == 0)
                r = add_options(both, given, err);
        if (r == 0)
                r = tamis_settings_new(link->type, &settings, err);
        if (r == 0)
                r = tamis_settings_from_json(settings, both, err);
        json_decref(given);
        json_decref(both);
        if (r < 0) {
                tamis_settings_free(settings);
                return r;
        }
        tamis_settings_free(link->settings);
        link->settings = settings;
        link->context.settings = settings;
        link->context.seed = tamis_settings_count(settings, "seed");
        if (tamis_settings_given(settings, "precision"))
                link->precision = (int) tamis_settings_count(settings, "precision");
        return 0;
}

int tamis_link_load(tamis_link *link, const json_t *model, tamis_error *err) {
        uint64_t rows;
        int r = take_options(link, json_object_get(model, "options"), err);

        if (r == 0)
                r = tamis_json_count(model, "rows", &rows, err);
        if (r == 0)
                r = tamis_link_configure(link, err);
        if (r == 0 && link->type->load)
                r = link->type->load(link->state, &link->context, json_object_get(model, "state"), err);
        if (r < 0)
                return r;
        link->learned_rows = rows;
        link->loaded = true;
        return 0;
}

struct forcing {
        tamis_schema *schema;
        bool lenient;
};

/* --types 'zip=text,age=number' */
static int force_type(tamis_slice name, tamis_slice value, void *arg, tamis_error *err) {
        const struct forcing *forcing = arg;
        tamis_schema *schema = forcing->schema;
        tamis_type type;
        long at = tamis_schema_find(schema, name);

        /* new rows need not have every column that was there when it learned (a target, say) */
        if (at < 0 && forcing->lenient)
                return 0;
        if (at < 0) {
                tamis_slice names[256];
                char near[256];
                size_t n = schema->n < 256 ? schema->n : 256;

                for (size_t i = 0; i < n; i++)
                        names[i] = (tamis_slice) { schema->fields[i].name, schema->fields[i].name_length };
                tamis_nearest(name, names, n, near, sizeof near);
                return tamis_fail(err, TAMIS_USAGE, "--types: no column \"%.*s\"%s%s", (int) name.n,
                                  name.p ? name.p : "", *near ? "; near: " : "", near);
        }
        if (tamis_slice_equal(value, tamis_slice_of("number")) || tamis_slice_equal(value, tamis_slice_of("numeric")))
                type = TAMIS_TYPE_NUMERIC;
        else if (tamis_slice_equal(value, tamis_slice_of("text")) ||
                 tamis_slice_equal(value, tamis_slice_of("categorical")))
                type = TAMIS_TYPE_CATEGORICAL;
        else
                return tamis_fail(err, TAMIS_USAGE, "--types: \"%.*s\" is no type; there are number and text",
                                  (int) value.n, value.p);
        schema->fields[at].type = type;
        schema->fields[at].forced = true;
        return 0;
}

int tamis_types_force(tamis_schema *schema, const char *types, bool lenient, tamis_error *err) {
        struct forcing forcing = { schema, lenient };

        return types ? tamis_pairs(types, "--types", force_type, &forcing, err) : 0;
}

int tamis_link_arrive(tamis_link *link, const tamis_schema *from, tamis_error *err) {
        const char *types = tamis_settings_text(link->settings, "types");
        int r = tamis_schema_copy(from, &link->in, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < link->in.n; i++) {
                tamis_field *f = &link->in.fields[i];

                f->type = TAMIS_TYPE_UNKNOWN;
                f->has_missing = f->forced = f->consulted = f->consulted_missing = false;
        }
        link->mark = tamis_schema_find(&link->in, tamis_slice_of("_split"));
        return tamis_types_force(&link->in, types, link->loaded, err);
}

int tamis_link_attach(tamis_link *link, tamis_error *err) {
        tamis_schema out = {0};
        int r = tamis_schema_copy(&link->in, &out, err);

        if (r == 0 && link->type->attach)
                r = link->type->attach(link->state, &link->context, &out, err);
        if (r < 0) {
                tamis_schema_done(&out);
                return r;
        }
        tamis_schema_done(&link->out);
        link->out = out;
        return 0;
}

unsigned tamis_link_traits(const tamis_link *link) {
        return link->type->traits | (link->type->also ? link->type->also(link->state) : 0);
}

bool tamis_link_learns(const tamis_link *link) {
        return (link->type->traits & TAMIS_LEARNS) && !link->loaded
                && !(link->type->idle && link->type->idle(link->state));
}

bool tamis_link_drains(const tamis_link *link) {
        return (tamis_link_traits(link) & TAMIS_DRAINS) && link->mark < 0;
}

/* Who adds or removes rows leaves those that are not for training alone, whatever --learn-from says. */
bool tamis_link_learns_all(const tamis_run *run, const tamis_link *link) {
        if (tamis_link_traits(link) & TAMIS_LEARNS_ALL)
                return true;
        return run->options.learn_all && (link->type->common & TAMIS_OPT_LEARN) &&
                !(tamis_link_traits(link) & TAMIS_CHANGES_ROWS);
}

/* -- at the door --------------------------------------------------------------------------------------------------- */

/* Rows are counted at the doors of the steps that tell rows apart. What was loaded treats each row by itself. */
bool tamis_link_numbers(const tamis_link *link) {
        return (tamis_link_traits(link) & (TAMIS_RANDOM | TAMIS_CHANGES_ROWS | TAMIS_HOLDS_ROWS)) && !link->loaded;
}

/* The view stays with the column: the links of a chain have the same marks at their doors. */
static int read_marks(tamis_batch *batch, size_t column, tamis_error *err) {
        uint8_t *train = tamis_arena_get(&batch->arena, batch->n_rows);
        size_t n = 0;

        if (!train)
                return tamis_fail_memory(err);
        for (size_t row = 0; row < batch->n_rows; row++) {
                tamis_slice mark = tamis_batch_text(batch, row, column);

                train[row] = mark.n == 5 && memcmp(mark.p, "train", 5) == 0;
                n += train[row];
        }
        if (batch->no_memory)
                return tamis_fail_memory(err);
        batch->columns[column].train_view = train;
        batch->columns[column].n_train = n;
        return 0;
}

int tamis_link_greet(tamis_run *run, tamis_link *link, tamis_batch *batch, tamis_error *err) {
        tamis_column *marks;
        int r;

        batch->schema = &link->in;
        batch->missing = &link->missing;
        batch->precision = link->precision;
        batch->train = NULL;
        batch->n_train = batch->n_rows;
        if (link->mark < 0 || tamis_link_learns_all(run, link))
                return 0;
        marks = &batch->columns[link->mark];
        r = marks->train_view ? 0 : read_marks(batch, (size_t) link->mark, err);
        if (r < 0)
                return r;
        if (marks->n_train < batch->n_rows)
                batch->train = marks->train_view;
        batch->n_train = marks->n_train;
        return 0;
}
