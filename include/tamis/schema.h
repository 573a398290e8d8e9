/* schema.h: the columns of a table, what is missing in it, and which columns a person means.
 *
 * A schema is an ordered list of columns: a name, the header bytes it came with, a type. Types are *facts of the rows
 * learned from*: the runner finds them out (typing.h) before a step binds, and a step reads them through
 * tamis_schema_type(), which also notes that somebody relied on them.
 *
 * Ownership: a schema owns its names (in an arena); copies are deep.
 */
#ifndef TAMIS_SCHEMA_H
#define TAMIS_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include <tamis/csv.h>

typedef enum tamis_type {
        TAMIS_TYPE_UNKNOWN,     /* nobody has looked yet */
        TAMIS_TYPE_EMPTY,       /* every learned cell is missing */
        TAMIS_TYPE_NUMERIC,     /* every present learned cell is a number, none would lose a leading zero */
        TAMIS_TYPE_CATEGORICAL,
} tamis_type;

const char *tamis_type_name(tamis_type type);   /* "numeric", ... static */

typedef struct tamis_field {
        const char *name;       /* decoded, NUL-terminated (a NUL in it is shown as is: name_length tells) */
        size_t name_length;
        tamis_slice raw;        /* the header cell's bytes as they came; p NULL: a new column, write the name */
        tamis_type type;        /* read it through tamis_schema_type() */
        bool has_missing;       /* some learned cell is missing; through tamis_schema_has_missing() */
        bool forced;            /* the type was given by --types, not found out */
        bool consulted;         /* somebody relied on type or has_missing: the runner verifies them */
        bool consulted_missing;
} tamis_field;

typedef struct tamis_schema {
        tamis_field *fields;
        size_t n, capacity;
        tamis_dialect dialect;
        tamis_arena arena;
} tamis_schema;

void tamis_schema_done(tamis_schema *schema);
int tamis_schema_copy(const tamis_schema *from, tamis_schema *ret, tamis_error *err) TAMIS_CHECKED;

/* Names from the header; "1", "2", ... where there is none. */
int tamis_schema_from_header(const tamis_chunk *header, const tamis_dialect *dialect, tamis_schema *ret,
                             tamis_error *err) TAMIS_CHECKED;

/* Put a new column at position `at` (schema->n: at the end); the name is copied. A name that is there already is an
 * error that says so: a step would hide a column of the user's. */
int tamis_schema_add(tamis_schema *schema, size_t at, tamis_slice name, tamis_type type,
                     tamis_error *err) TAMIS_CHECKED;
void tamis_schema_remove(tamis_schema *schema, size_t at);
/* The name of another column is an error. The same name again keeps the bytes it came with. */
int tamis_schema_rename(tamis_schema *schema, size_t at, tamis_slice name, tamis_error *err) TAMIS_CHECKED;

/* The first column of that name, or -1. */
long tamis_schema_find(const tamis_schema *schema, tamis_slice name);

tamis_type tamis_schema_type(tamis_schema *schema, size_t column);
bool tamis_schema_has_missing(tamis_schema *schema, size_t column);

/* -- missing cells ------------------------------------------------------------------------------------------------- */

/* The tokens that mean "not there". Always as many as a person lists, so a small sorted set with a quick refusal. */
typedef struct tamis_missing {
        tamis_slice *tokens;
        size_t n;
        uint8_t may_begin[256]; /* may_begin[c]: some token begins with byte c */
        size_t longest;
        tamis_arena arena;
} tamis_missing;

/* `list` NULL: the default tokens (empty, NA, N/A, NaN, nan, null, NULL, None). "?,-999" adds to them, "=?,-999"
 * replaces them ("=" alone: only the empty cell). The empty cell is always missing. A token may be quoted to
 * hold a comma. */
int tamis_missing_init(tamis_missing *missing, const char *list, tamis_error *err) TAMIS_CHECKED;
void tamis_missing_done(tamis_missing *missing);
/* Blanks (space, tab) around a value do not count; `value` is decoded. */
bool tamis_missing_is(const tamis_missing *missing, tamis_slice value);

/* -- selecting columns (SEL) --------------------------------------------------------------------------------------- */

/* A set of columns of one schema. */
typedef struct tamis_selection {
        size_t *columns;        /* ascending, no doubles */
        size_t n;
} tamis_selection;

void tamis_selection_done(tamis_selection *selection);

/* SEL: a comma list of names, 1-based positions, `a:b` ranges (of either), `glob*`, `/regex/`, `@numeric`,
 * `@categorical`, `@missing`; `!` in front takes away (a list that only takes away begins with all); `"quoted, name"`
 * is a name whatever it holds. A name wins over a position, a range, a glob or a list that reads the same; a doubled
 * name means all of that name. What matches nothing is TAMIS_USAGE and names the nearest columns; a glob, a regex or an
 * @ that matches nothing is an error too (but for an @ behind `!`: what the data have none of cannot be taken away),
 * and so is a list that leaves no column. */
int tamis_select(tamis_schema *schema, const char *sel, tamis_selection *ret, tamis_error *err) TAMIS_CHECKED;

/* SEL that must name exactly one column (a target, say); `what` is the option, for the message ("--target"). */
int tamis_select_one(tamis_schema *schema, const char *sel, const char *what, size_t *ret,
                     tamis_error *err) TAMIS_CHECKED;

/* Words near `word` among `n` of them ("did you mean"), best first, as `"Age", "Fare"` into `out`; "" when
 * none is near. */
void tamis_nearest(tamis_slice word, const tamis_slice *words, size_t n, char *out, size_t size);

/* True for names that begin with `_`: marks of tamis, never features. */
bool tamis_reserved(tamis_slice name);

/* True for a name that says it tells rows apart: id, ID, uuid, customer_id, order-id, PassengerId. Such a column
 * is a feature only where --columns names it. By name, since the values of a measurement may be as different
 * from each other. */
bool tamis_names_id(tamis_slice name);

#endif
