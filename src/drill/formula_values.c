#include <math.h>

#include "drill/reading.h"
#include "drill/values.h"

int tamis_drill_room(tamis_drill_reading *r, size_t n, tamis_drill_column *ret) {
        *ret = (tamis_drill_column) { .name = "", .n = n,
                                      .number = tamis_arena_get(&r->scope->world->arena, (n + 1) * sizeof(double)) };
        return ret->number ? 0 : tamis_fail_memory(r->err);
}

int tamis_drill_constant(tamis_drill_reading *r, double x, tamis_drill_column *ret) {
        int status = tamis_drill_room(r, 1, ret);

        if (status == 0)
                ret->number[0] = x;
        return status;
}

int tamis_drill_together(tamis_drill_reading *r, const tamis_drill_column *a, const tamis_drill_column *b,
                         size_t *ret) {
        if (a->n != b->n && a->n != 1 && b->n != 1)
                return tamis_drill_wrong(r, "%zu rows beside %zu: only columns of one table, or constants, go together "
                                         "(lookup(table.column, i) takes rows of another)", a->n, b->n);
        *ret = a->n == 1 ? b->n : a->n;
        return 0;
}

static double compute(char op, double a, double b) {
        switch (op) {
        case '+': return a + b;
        case '-': return a - b;
        case '*': return a * b;
        case '/': return a / b;
        case '%': return a - b * floor(a / b);
        case '^': return pow(a, b);
        case '=': return a == b;
        case '!': return a != b;
        case '<': return a < b;
        case 'l': return a <= b;
        case '>': return a > b;
        case 'g': return a >= b;
        default: return NAN;
        }
}

static int compare_texts(tamis_drill_reading *r, char op, const tamis_drill_column *a, const tamis_drill_column *b,
                         tamis_drill_column *ret) {
        if (!strchr("=!<l>g", op))
                return tamis_drill_wrong(r, "texts can be compared and joined, but not computed with "
                                         "(number(text) makes numbers of them)");
        for (size_t i = 0; i < ret->n; i++) {
                const char *s = tamis_drill_text(a, i), *t = tamis_drill_text(b, i);

                ret->number[i] = s && t ? compute(op, strcmp(s, t), 0) : NAN;
        }
        return 0;
}

int tamis_drill_binary(tamis_drill_reading *r, char op, const tamis_drill_column *a, const tamis_drill_column *b,
                       tamis_drill_column *ret) {
        size_t n = 0;
        int status = tamis_drill_together(r, a, b, &n);

        if (status == 0 && a->text != b->text && !tamis_drill_is_nothing(a) && !tamis_drill_is_nothing(b))
                status = tamis_drill_wrong(r, "a text beside a number (number(text) makes numbers of texts)");
        if (status == 0)
                status = tamis_drill_room(r, n, ret);
        if (status == 0 && (a->text || b->text))
                return compare_texts(r, op, a, b, ret);
        for (size_t i = 0; status == 0 && i < n; i++) {
                double x = tamis_drill_number(a, i), y = tamis_drill_number(b, i);

                /* missing ^ 0 would be 1, missing == x 0 */
                ret->number[i] = isnan(x) || isnan(y) ? NAN : compute(op, x, y);
        }
        return status;
}

/* Missing only where the other side does not decide. */
int tamis_drill_logical(tamis_drill_reading *r, bool both, const tamis_drill_column *a, const tamis_drill_column *b,
                        tamis_drill_column *ret) {
        size_t n = 0;
        int status = tamis_drill_together(r, a, b, &n);

        if (status == 0 && (a->text || b->text))
                status = tamis_drill_wrong(r, "%s goes between conditions, and here is a text", both ? "and" : "or");
        if (status == 0)
                status = tamis_drill_room(r, n, ret);
        for (size_t i = 0; status == 0 && i < n; i++) {
                double x = tamis_drill_number(a, i), y = tamis_drill_number(b, i);
                bool open = isnan(x) || isnan(y);

                if (both)
                        ret->number[i] = x == 0 || y == 0 ? 0 : open ? NAN : 1;
                else
                        ret->number[i] = (!isnan(x) && x != 0) || (!isnan(y) && y != 0) ? 1 : open ? NAN : 0;
        }
        return status;
}
