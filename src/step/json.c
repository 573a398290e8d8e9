/* Saved states: written exactly, read with suspicion. */
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "step/run.h"

static const char *const kinds[] = { "an object", "an array", "a text", "a whole number",
                                     "a number",  "true",     "false",  "null" };

/* -- whether memory ran out inside jansson ------------------------------------------------------------------------- */

static _Thread_local bool ran_out;
static _Thread_local struct { char *p; size_t left; } reserve;
static json_malloc_t allocate;
static json_free_t release;
static pthread_once_t watched = PTHREAD_ONCE_INIT;

static void *allocate_watched(size_t n) {
        void *p = allocate(n);

        if (p)
                return p;
        ran_out = true;
        n = (n + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
        if (n > reserve.left)
                return NULL;
        reserve.left -= n;
        return reserve.p + reserve.left;
}

static void release_watched(void *p) {
        if (!reserve.p || (char *) p < reserve.p || (char *) p >= reserve.p + TAMIS_JSON_RESERVE)
                release(p);
}

static void watch(void) {
        json_get_alloc_funcs(&allocate, &release);
        json_set_alloc_funcs(allocate_watched, release_watched);
}

void tamis_json_watch_memory(void) {
        (void) pthread_once(&watched, watch);
        ran_out = false;
}

bool tamis_json_ran_out(void) {
        return ran_out;
}

/* Bytes on loan, and no more of them once memory is out. */
static size_t lend(void *into, size_t n, void *arg) {
        tamis_slice *text = arg;

        n = ran_out ? 0 : n < text->n ? n : text->n;
        memcpy(into, text->p, n);
        text->p += n;
        text->n -= n;
        return n;
}

int tamis_json_parse(tamis_slice text, json_t **ret, json_error_t *why, tamis_error *err) {
        json_t *json;
        bool out;

        tamis_json_watch_memory();
        reserve.p = malloc(TAMIS_JSON_RESERVE);
        if (!reserve.p)
                return tamis_fail_memory(err);
        reserve.left = TAMIS_JSON_RESERVE;
        json = json_load_callback(lend, &text, JSON_REJECT_DUPLICATES, why);
        out = ran_out;
        if (out) {
                json_decref(json);
                json = NULL;
        }
        free(reserve.p);
        reserve.p = NULL;
        reserve.left = 0;
        if (out)
                return tamis_fail_memory(err);
        *ret = json;
        return 0;
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

static int get(const json_t *from, const char *key, const json_t **ret, tamis_error *err) {
        const json_t *v = json_is_object(from) ? json_object_get(from, key) : NULL;

        if (!v)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" is missing", key);
        *ret = v;
        return 0;
}

int tamis_json_real(const json_t *from, const char *key, double *ret, tamis_error *err) {
        const json_t *v;
        int r = get(from, key, &v, err);

        if (r < 0)
                return r;
        if (!json_is_number(v))
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" is %s, not a number", key, kinds[json_typeof(v)]);
        *ret = json_number_value(v);
        return 0;
}

int tamis_json_count(const json_t *from, const char *key, uint64_t *ret, tamis_error *err) {
        const json_t *v;
        int r = get(from, key, &v, err);

        if (r < 0)
                return r;
        if (!json_is_integer(v) || json_integer_value(v) < 0)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" is not a count", key);
        *ret = (uint64_t) json_integer_value(v);
        return 0;
}

int tamis_json_text(const json_t *from, const char *key, const char **ret, size_t *length, tamis_error *err) {
        const json_t *v;
        int r = get(from, key, &v, err);

        if (r < 0)
                return r;
        if (!json_is_string(v))
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" is %s, not a text", key, kinds[json_typeof(v)]);
        *ret = json_string_value(v);
        if (length)
                *length = json_string_length(v);
        return 0;
}

int tamis_json_array(const json_t *from, const char *key, size_t n, const json_t **ret, tamis_error *err) {
        const json_t *v;
        int r = get(from, key, &v, err);

        if (r < 0)
                return r;
        if (!json_is_array(v))
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" is %s, not an array", key, kinds[json_typeof(v)]);
        if (n != SIZE_MAX && json_array_size(v) != n)
                return tamis_fail(err, TAMIS_BAD_MODEL, "\"%s\" holds %zu values, not %zu", key, json_array_size(v), n);
        *ret = v;
        return 0;
}

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static json_t *base64(tamis_slice bytes) {
        size_t n = 0;
        char *out = malloc((bytes.n + 2) / 3 * 4 + 1);
        json_t *text, *ret = NULL;

        if (!out)
                return NULL;
        for (size_t i = 0; i < bytes.n; i += 3) {
                size_t left = bytes.n - i;
                unsigned a = (unsigned char) bytes.p[i];
                unsigned b = left > 1 ? (unsigned char) bytes.p[i + 1] : 0;
                unsigned c = left > 2 ? (unsigned char) bytes.p[i + 2] : 0;

                out[n++] = digits64[a >> 2];
                out[n++] = digits64[(a & 3) << 4 | b >> 4];
                out[n++] = left > 1 ? digits64[(b & 15) << 2 | c >> 6] : '=';
                out[n++] = left > 2 ? digits64[c & 63] : '=';
        }
        text = json_stringn(out, n);
        free(out);
        ret = json_object();
        if (json_object_set_new(ret, "base64", text) < 0) {
                json_decref(ret);
                return NULL;
        }
        return ret;
}

static int unbase64(const char *text, size_t length, tamis_arena *arena, tamis_slice *ret, tamis_error *err) {
        char *out = tamis_arena_get(arena, length / 4 * 3 + 1);
        unsigned long bits = 0;
        size_t n = 0, have = 0;

        if (!out)
                return tamis_fail_memory(err);
        for (size_t i = 0; i < length && text[i] != '='; i++) {
                const char *d = memchr(digits64, text[i], 64);

                if (!d)
                        return tamis_fail(err, TAMIS_BAD_MODEL, "\"base64\" holds a byte that is not base64");
                bits = bits << 6 | (unsigned long) (d - digits64);
                if (++have % 4 == 0) {
                        out[n++] = (char) (bits >> 16);
                        out[n++] = (char) (bits >> 8);
                        out[n++] = (char) bits;
                }
        }
        if (have % 4 == 2)
                out[n++] = (char) (bits >> 4);
        if (have % 4 == 3) {
                out[n++] = (char) (bits >> 10);
                out[n++] = (char) (bits >> 2);
        }
        *ret = (tamis_slice) { out, n };
        return 0;
}

json_t *tamis_json_bytes(tamis_slice bytes) {
        json_t *text;

        /* NULL is said for what is not UTF-8, and when memory is out */
        tamis_json_watch_memory();
        text = json_stringn(bytes.p ? bytes.p : "", bytes.n);
        return text || tamis_json_ran_out() ? text : base64(bytes);
}

int tamis_json_bytes_get(const json_t *from, tamis_arena *arena, tamis_slice *ret, tamis_error *err) {
        const char *text;
        size_t length;
        char *copy;
        int r;

        if (json_is_object(from)) {
                r = tamis_json_text(from, "base64", &text, &length, err);
                return r < 0 ? r : unbase64(text, length, arena, ret, err);
        }
        if (!json_is_string(from))
                return tamis_fail(err, TAMIS_BAD_MODEL, "a text was expected, not %s",
                                  from ? kinds[json_typeof(from)] : "nothing");
        length = json_string_length(from);
        copy = tamis_arena_copy(arena, (tamis_slice) { json_string_value(from), length });
        if (!copy)
                return tamis_fail_memory(err);
        *ret = (tamis_slice) { copy, length };
        return 0;
}

json_t *tamis_json_child(json_t *into, const char *key, json_t *child) {
        int r = key ? json_object_set_new(into, key, child) : json_array_append_new(into, child);

        return r < 0 ? NULL : child;
}

json_t *tamis_json_number(double value) {
        if (!isfinite(value))
                return NULL;
        if (value == trunc(value) && fabs(value) < 1e15 && !(value == 0 && signbit(value)))
                return json_integer((json_int_t) value);
        return json_real(value);
}

json_t *tamis_json_figure(double value) {
        return isfinite(value) ? tamis_json_number(value) : json_null();
}
