#include <stdlib.h>

#include <tamis/schema.h>

#include "table/show.h"

const char *tamis_type_name(tamis_type type) {
        static const char *const names[] = { "unknown", "empty", "numeric", "categorical" };

        return names[type];
}

bool tamis_reserved(tamis_slice name) {
        return name.n > 0 && name.p[0] == '_';
}

static bool ends_in(tamis_slice name, const char *end) {
        size_t n = strlen(end);

        return name.n >= n && memcmp(name.p + name.n - n, end, n) == 0;
}

bool tamis_names_id(tamis_slice name) {
        static const char *const whole[] = { "id", "Id", "ID", "uuid", "UUID", "guid", "GUID" };
        static const char *const ends[] = { "_id", "-id", " id", "_ID", "-ID", " ID", "_uuid", "_guid" };
        char before;

        for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
                if (tamis_slice_equal(name, tamis_slice_of(whole[i])))
                        return true;
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
                if (ends_in(name, ends[i]))
                        return true;
        if (name.n < 3 || (!ends_in(name, "Id") && !ends_in(name, "ID")))
                return false;
        /* PassengerId and userID, not GRID */
        before = name.p[name.n - 3];
        return before >= 'a' && before <= 'z';
}

void tamis_schema_done(tamis_schema *schema) {
        if (!schema)
                return;
        free(schema->fields);
        tamis_arena_done(&schema->arena);
        *schema = (tamis_schema) { 0 };
}

static tamis_slice name_of(const tamis_field *f) {
        return (tamis_slice) { f->name, f->name_length };
}

static int make(tamis_schema *schema, size_t n, tamis_error *err) {
        schema->fields = calloc(n ? n : 1, sizeof *schema->fields);
        if (!schema->fields)
                return tamis_fail_memory(err);
        schema->capacity = n ? n : 1;
        schema->n = n;
        return 0;
}

static int set_name(tamis_schema *schema, tamis_field *f, tamis_slice name, tamis_error *err) {
        const char *copy = tamis_arena_copy(&schema->arena, name);

        if (!copy)
                return tamis_fail_memory(err);
        f->name = copy;
        f->name_length = name.n;
        return 0;
}

static int set_raw(tamis_schema *schema, tamis_field *f, tamis_slice raw, tamis_error *err) {
        const char *copy = tamis_arena_copy(&schema->arena, raw);

        if (!copy)
                return tamis_fail_memory(err);
        f->raw = (tamis_slice) { copy, raw.n };
        return 0;
}

int tamis_schema_copy(const tamis_schema *from, tamis_schema *ret, tamis_error *err) {
        tamis_schema s = { .dialect = from->dialect };
        int r = make(&s, from->n, err);

        for (size_t i = 0; r == 0 && i < from->n; i++) {
                s.fields[i] = from->fields[i];
                r = set_name(&s, &s.fields[i], name_of(&from->fields[i]), err);
                if (r == 0 && from->fields[i].raw.p)
                        r = set_raw(&s, &s.fields[i], from->fields[i].raw, err);
        }
        if (r < 0) {
                tamis_schema_done(&s);
                return r;
        }
        *ret = s;
        return 0;
}

static int field_from_header(tamis_schema *s, size_t i, const tamis_chunk *header, tamis_error *err) {
        size_t from = i ? (size_t) header->ends[i - 1] + 1 : header->starts[0];
        tamis_slice raw = { header->bytes.p + from, header->ends[i] - from }, name;
        int r = set_raw(s, &s->fields[i], raw, err);

        if (r < 0)
                return r;
        name = tamis_cell_value(raw, &s->arena);
        if (!name.p && name.n)
                return tamis_fail_memory(err);
        return set_name(s, &s->fields[i], name, err);
}

static int field_from_position(tamis_schema *s, size_t i, tamis_error *err) {
        tamis_buffer name = { 0 };
        int r = tamis_buffer_addf(&name, err, "%zu", i + 1);

        if (r == 0)
                r = set_name(s, &s->fields[i], (tamis_slice) { name.p, name.n }, err);
        tamis_buffer_done(&name);
        return r;
}

int tamis_schema_from_header(const tamis_chunk *header, const tamis_dialect *dialect, tamis_schema *ret,
                             tamis_error *err) {
        tamis_schema s = { .dialect = *dialect };
        int r = make(&s, header->cells, err);

        for (size_t i = 0; r == 0 && i < s.n; i++)
                r = header->records ? field_from_header(&s, i, header, err) : field_from_position(&s, i, err);
        if (r < 0) {
                tamis_schema_done(&s);
                return r;
        }
        *ret = s;
        return 0;
}

long tamis_schema_find(const tamis_schema *schema, tamis_slice name) {
        for (size_t i = 0; i < schema->n; i++)
                if (tamis_slice_equal(name_of(&schema->fields[i]), name))
                        return (long) i;
        return -1;
}

static int refuse(tamis_slice name, tamis_error *err) {
        char shown[TAMIS_SHOW_SIZE], item[TAMIS_SHOW_SIZE + 8];

        tamis_show(name, shown, sizeof shown);
        if (!tamis_show_item(name, item, sizeof item))
                return tamis_fail(err, TAMIS_USAGE, "there is a column \"%s\" already; drop or rename it first", shown);
        return tamis_fail(err, TAMIS_USAGE,
                          "there is a column \"%s\" already; drop or rename it first (tamis clean --drop %s)", shown,
                          item);
}

int tamis_schema_add(tamis_schema *schema, size_t at, tamis_slice name, tamis_type type, tamis_error *err) {
        tamis_field f = { .type = type };
        int r;

        if (tamis_schema_find(schema, name) >= 0)
                return refuse(name, err);
        if (schema->n == schema->capacity) {
                size_t capacity = schema->capacity ? 2 * schema->capacity : 8;
                tamis_field *fields = reallocarray(schema->fields, capacity, sizeof *fields);

                if (!fields)
                        return tamis_fail_memory(err);
                schema->fields = fields;
                schema->capacity = capacity;
        }
        r = set_name(schema, &f, name, err);
        if (r < 0)
                return r;
        memmove(schema->fields + at + 1, schema->fields + at, (schema->n - at) * sizeof f);
        schema->fields[at] = f;
        schema->n++;
        return 0;
}

void tamis_schema_remove(tamis_schema *schema, size_t at) {
        schema->n--;
        memmove(schema->fields + at, schema->fields + at + 1, (schema->n - at) * sizeof *schema->fields);
}

int tamis_schema_rename(tamis_schema *schema, size_t at, tamis_slice name, tamis_error *err) {
        tamis_field *f = &schema->fields[at];
        int r;

        if (tamis_slice_equal(name_of(f), name))
                return 0;
        if (tamis_schema_find(schema, name) >= 0)
                return refuse(name, err);
        r = set_name(schema, f, name, err);
        if (r < 0)
                return r;
        f->raw = (tamis_slice) { NULL, 0 };
        return 0;
}

tamis_type tamis_schema_type(tamis_schema *schema, size_t column) {
        schema->fields[column].consulted = true;
        return schema->fields[column].type;
}

bool tamis_schema_has_missing(tamis_schema *schema, size_t column) {
        schema->fields[column].consulted_missing = true;
        return schema->fields[column].has_missing;
}
