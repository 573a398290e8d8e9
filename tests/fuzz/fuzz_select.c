/* Any bytes as SEL: either a selection (ascending, no doubles, not empty, the same every time) or a usage error with words,
 * and never a step beyond the text. */
#include <stdlib.h>
#include <string.h>

#include <tamis/schema.h>

/* Names that read like the grammar. */
static const char header[] = "Age,Fare,Sex,\"a,b\",x:y,s*, p ,2020,!no,@numeric,Sex,,\"say \"\"so\"\"\",/re/,_split\n";
enum { CELLS = 15 };

static tamis_schema schema;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
        static const tamis_dialect dialect = { ',', "\n", true };
        tamis_chunk chunk = { 0 };
        tamis_error err;

        if (tamis_chunk_parse(&chunk, tamis_slice_of(header), ',', CELLS, &err) < 0
            || tamis_schema_from_header(&chunk, &dialect, &schema, &err) < 0)
                abort();
        for (size_t i = 0; i < schema.n; i++) {
                schema.fields[i].type = i % 3 ? TAMIS_TYPE_CATEGORICAL : TAMIS_TYPE_NUMERIC;
                schema.fields[i].has_missing = i % 4 == 0;
        }
        tamis_chunk_done(&chunk);
        return 0;
}

static void check(const tamis_selection *s) {
        if (s->n == 0)
                abort();
        for (size_t i = 0; i < s->n; i++)
                if (s->columns[i] >= schema.n || (i > 0 && s->columns[i] <= s->columns[i - 1]))
                        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        tamis_selection s = { 0 }, again = { 0 };
        tamis_error err = { 0 };
        char *sel = malloc(size + 1);
        size_t at = SIZE_MAX;
        int r, one;

        if (!sel)
                return 0;
        memcpy(sel, data, size);
        sel[size] = '\0';

        r = tamis_select(&schema, sel, &s, &err);
        if (r == 0)
                check(&s);
        else if (r != TAMIS_USAGE || s.columns || !err.message[0])
                abort();
        if (tamis_select(&schema, sel, &again, &err) != r || s.n != again.n
            || (s.n && memcmp(s.columns, again.columns, s.n * sizeof *s.columns) != 0))
                abort();
        one = tamis_select_one(&schema, sel, "--target", &at, &err);
        if ((one == 0) != (r == 0 && s.n == 1) || (one == 0 && at != s.columns[0]))
                abort();

        tamis_selection_done(&s);
        tamis_selection_done(&again);
        free(sel);
        return 0;
}
