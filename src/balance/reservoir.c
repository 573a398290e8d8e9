/* A sample of exact size from one reading of a stream of any length: every row gets a random key by its number, and
 * the rows with the smallest keys of their class are held (Vitter 1985 has the idea of a reservoir; that the k
 * smallest of random keys are a simple random sample, and may be found batch by batch in any order, is Sunter
 * 1977's, also called bottom-k). What is held are their bytes, and the room of those that were pushed out is taken
 * back before it is more than what is held. */
#include <stdlib.h>

#include "balance/sample.h"

static bool before(const tamis_held *a, const tamis_held *b) {
        return a->key != b->key ? a->key < b->key : a->row < b->row;
}

/* How many rows of a class may be needed in the end; UINT64_MAX: the class is not listed. */
static uint64_t most_of(const tamis_sample *s, tamis_slice class) {
        if (s->has_count)
                return s->count;
        if (s->each)
                return s->each;
        for (size_t i = 0; i < s->ratio.counts.n; i++)
                if (tamis_slice_equal(s->ratio.counts.values[i].name, class))
                        return (uint64_t) s->ratio.counts.values[i].value;
        return UINT64_MAX;
}

/* -- a batch ------------------------------------------------------------------------------------------------------- */

struct candidate {
        uint32_t code, row;
        uint64_t key;
};

static int by_class(const void *a, const void *b) {
        const struct candidate *x = a, *y = b;

        if (x->code != y->code)
                return x->code < y->code ? -1 : 1;
        if (x->key != y->key)
                return x->key < y->key ? -1 : 1;
        return (x->row > y->row) - (x->row < y->row);
}

static uint64_t tide_of(const tamis_sample *s, tamis_slice class) {
        const tamis_tide *t = atomic_load_explicit(&s->tides[tamis_slice_hash(class) % TAMIS_TIDES],
                                                   memory_order_acquire);

        return t && tamis_slice_equal(t->class, class) ? atomic_load_explicit(&t->key, memory_order_relaxed)
                : UINT64_MAX;
}

static int find_candidates(const tamis_sample *s, tamis_offers *o, tamis_batch *batch, struct candidate *c, size_t *n,
                           tamis_error *err) {
        size_t column = s->has_target ? s->target.at[0] : 0, code;
        uint64_t *tides = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *tides);
        const uint8_t *missing = NULL;
        int r = !tides ? tamis_fail_memory(err) : s->has_target ? tamis_batch_missing(batch, column, &missing, err) : 0;

        for (size_t row = 0; r == 0 && row < batch->n_rows; row++) {
                tamis_slice class = { "", 0 };
                tamis_stream stream;
                uint64_t key;

                if (missing && missing[row]) {
                        o->missing++;
                        continue;
                }
                if (s->has_target)
                        class = tamis_batch_text(batch, row, column);
                r = tamis_dict_add(&o->classes, class, 1, &code, err);
                if (r < 0)
                        return r;
                if (o->classes.entries[code].count == 1)
                        tides[code] = tide_of(s, class);
                if (o->classes.entries[code].count == 1 && most_of(s, class) == UINT64_MAX)
                        return tamis_batch_fail(batch, row, column, err, "class \"%.*s\" is not listed in --ratio: "
                                                "how many rows of it are to stay?", (int) class.n, class.p);
                tamis_stream_init(&stream, s->seed, "sample.reservoir", 0, batch->first_train + row);
                key = tamis_stream_bits(&stream);
                if (key <= tides[code])
                        c[(*n)++] = (struct candidate) { (uint32_t) code, (uint32_t) row, key };
        }
        return r;
}

static int hold(tamis_offers *o, tamis_batch *batch, const struct candidate *c, tamis_error *err) {
        const tamis_dialect *dialect = &batch->schema->dialect;
        size_t start = o->text.n;
        bool open = false;
        int r = tamis_batch_print(batch, c->row, c->row + 1, dialect, &o->text, &open, err);

        if (r == 0 && open)
                r = tamis_buffer_add(&o->text, dialect->eol, strlen(dialect->eol), err);
        o->codes[o->n] = c->code;
        o->held[o->n++] = (tamis_held) { c->key, batch->first_train + c->row, start, o->text.n - start };
        return r;
}

int tamis_reservoir_learn(const tamis_sample *s, tamis_offers *o, tamis_batch *batch, tamis_error *err) {
        struct candidate *c = tamis_arena_get(&batch->arena, (batch->n_rows + 1) * sizeof *c);
        size_t n = 0;
        int r;

        o->rows = batch->n_rows;
        o->held = calloc(batch->n_rows + 1, sizeof *o->held);
        o->codes = calloc(batch->n_rows + 1, sizeof *o->codes);
        if (!c || !o->held || !o->codes)
                return tamis_fail_memory(err);
        r = find_candidates(s, o, batch, c, &n, err);
        if (r < 0)
                return r;
        qsort(c, n, sizeof *c, by_class);
        for (size_t i = 0, first = 0; r == 0 && i < n; i++) {
                if (c[i].code != c[first].code)
                        first = i;
                if (i - first < most_of(s, o->classes.entries[c[i].code].text))
                        r = hold(o, batch, &c[i], err);
        }
        return r;
}

void tamis_offers_done(tamis_offers *o) {
        tamis_dict_done(&o->classes);
        free(o->held);
        free(o->codes);
        tamis_buffer_done(&o->text);
}

/* -- all of them --------------------------------------------------------------------------------------------------- */

static void sift_down(tamis_pond *p) {
        tamis_held top = p->held[0];
        size_t at = 0;

        for (;;) {
                size_t child = 2 * at + 1;

                if (child + 1 < p->n && before(&p->held[child], &p->held[child + 1]))
                        child++;
                if (child >= p->n || !before(&top, &p->held[child]))
                        break;
                p->held[at] = p->held[child];
                at = child;
        }
        p->held[at] = top;
}

static int push(tamis_pond *p, const tamis_held *one, tamis_error *err) {
        size_t at = p->n;

        if (p->n == p->capacity) {
                size_t capacity = p->capacity ? p->capacity * 2 : 64;
                tamis_held *more = reallocarray(p->held, capacity, sizeof *more);

                if (!more)
                        return tamis_fail_memory(err);
                p->held = more;
                p->capacity = capacity;
        }
        for (p->n++; at > 0 && before(&p->held[(at - 1) / 2], one); at = (at - 1) / 2)
                p->held[at] = p->held[(at - 1) / 2];
        p->held[at] = *one;
        return 0;
}

static int by_start(const void *a, const void *b) {
        const tamis_held *x = *(tamis_held *const *) a, *y = *(tamis_held *const *) b;

        return (x->start > y->start) - (x->start < y->start);
}

static int by_row(const void *a, const void *b) {
        const tamis_held *x = *(tamis_held *const *) a, *y = *(tamis_held *const *) b;

        return (x->row > y->row) - (x->row < y->row);
}

static int list_held(const tamis_sample *s, tamis_held ***ret, size_t *n, tamis_error *err) {
        tamis_held **all;

        *n = 0;
        for (size_t c = 0; c < s->n_ponds; c++)
                *n += s->ponds[c].n;
        all = reallocarray(NULL, *n + 1, sizeof *all);
        if (!all)
                return tamis_fail_memory(err);
        *n = 0;
        for (size_t c = 0; c < s->n_ponds; c++)
                for (size_t i = 0; i < s->ponds[c].n; i++)
                        all[(*n)++] = &s->ponds[c].held[i];
        *ret = all;
        return 0;
}

/* Move what is held together, in place. */
static int take_room_back(tamis_sample *s, tamis_error *err) {
        tamis_held **all;
        size_t n, end = 0;
        int r;

        if (s->garbage < ((size_t) 1 << 20) || s->garbage < s->text.n / 2)
                return 0;
        r = list_held(s, &all, &n, err);
        if (r < 0)
                return r;
        qsort(all, n, sizeof *all, by_start);
        for (size_t i = 0; i < n; i++) {
                memmove(s->text.p + end, s->text.p + all[i]->start, all[i]->length);
                all[i]->start = end;
                end += all[i]->length;
        }
        s->text.n = end;
        s->garbage = 0;
        free(all);
        return 0;
}

static int grow_ponds(tamis_sample *s, tamis_error *err) {
        size_t n = s->labels.dict.n;
        tamis_pond *more;

        if (n <= s->n_ponds)
                return 0;
        more = reallocarray(s->ponds, n, sizeof *more);
        if (!more)
                return tamis_fail_memory(err);
        s->ponds = more;
        for (; s->n_ponds < n; s->n_ponds++)
                more[s->n_ponds] = (tamis_pond) { .most = most_of(s, s->labels.dict.entries[s->n_ponds].text) };
        return 0;
}

static int take(tamis_sample *s, tamis_pond *p, const tamis_offers *from, const tamis_held *offered, tamis_error *err) {
        tamis_held one = *offered;
        int r;

        if (p->most == 0 || (p->n == p->most && !before(&one, &p->held[0])))
                return 0;
        one.start = s->text.n;
        r = tamis_buffer_add(&s->text, from->text.p + offered->start, offered->length, err);
        if (r < 0)
                return r;
        if (p->n < p->most)
                return push(p, &one, err);
        s->garbage += p->held[0].length;
        p->held[0] = one;
        sift_down(p);
        return 0;
}

static int set_tide(tamis_sample *s, tamis_pond *p, tamis_slice class, tamis_error *err) {
        _Atomic(tamis_tide *) *place = &s->tides[tamis_slice_hash(class) % TAMIS_TIDES];

        if (p->most == 0 || p->n < p->most)
                return 0;
        if (p->tide) {
                atomic_store_explicit(&p->tide->key, p->held[0].key, memory_order_relaxed);
        } else if (!atomic_load_explicit(place, memory_order_relaxed)) {
                p->tide = calloc(1, sizeof *p->tide);
                if (!p->tide)
                        return tamis_fail_memory(err);
                p->tide->class = class;
                atomic_init(&p->tide->key, p->held[0].key);
                atomic_store_explicit(place, p->tide, memory_order_release);
        }
        return 0;
}

int tamis_reservoir_merge(tamis_sample *s, const tamis_offers *from, tamis_error *err) {
        size_t *map = calloc(from->classes.n + 1, sizeof *map);
        int r = map ? tamis_dict_merge(&s->labels.dict, &from->classes, map, err) : tamis_fail_memory(err);

        if (r == 0)
                r = grow_ponds(s, err);
        for (size_t i = 0; r == 0 && i < from->n; i++)
                r = take(s, &s->ponds[map[from->codes[i]]], from, &from->held[i], err);
        for (size_t i = 0; r == 0 && i < from->classes.n; i++)
                r = set_tide(s, &s->ponds[map[i]], s->labels.dict.entries[map[i]].text, err);
        free(map);
        s->labels.n += from->rows;
        s->labels.missing += from->missing;
        s->n += from->rows;
        return r == 0 ? take_room_back(s, err) : r;
}

/* -- who stays ----------------------------------------------------------------------------------------------------- */

/* Each pond down to the size its class is to have; after[] follows the classes by text. */
static int settle_sizes(tamis_sample *s, const tamis_context *context, tamis_error *err) {
        const tamis_labels *l = &s->labels;
        uint64_t all = l->n - l->missing, few = 0;

        s->after = calloc(l->n_classes + 1, sizeof *s->after);
        if (!s->after)
                return tamis_fail_memory(err);
        if (s->has_count)
                tamis_share_out(s->count < all ? s->count : all, l->counts, l->n_classes, s->after);
        for (size_t c = 0; c < l->n_classes; c++) {
                tamis_pond *p = &s->ponds[tamis_dict_find(&l->dict, l->names[c])];

                few += !s->has_count && l->counts[c] < p->most;
                if (!s->has_count)
                        s->after[c] = p->n;
                while (p->n > s->after[c]) {
                        p->held[0] = p->held[--p->n];
                        if (p->n > 0)
                                sift_down(p);
                }
        }
        if (s->has_count && all < s->count)
                tamis_warn(context, "there are no more than %llu rows: all stay", (unsigned long long) all);
        if (few > 0)
                tamis_warn(context, "%llu class%s fewer rows than asked for: all of them stay",
                           (unsigned long long) few,
                           few == 1 ? " has" : "es have");
        return 0;
}

static int find_misnamed(const tamis_sample *s, tamis_error *err) {
        double *ignored = calloc(s->labels.n_classes + 1, sizeof *ignored);
        int r = ignored ? tamis_class_values_apply(&s->ratio.counts, &s->labels, "--ratio", ignored, err)
                : tamis_fail_memory(err);

        free(ignored);
        return r;
}

/* The rows as they came, one behind the other, for the tail. */
static int lay_out(tamis_sample *s, tamis_error *err) {
        tamis_buffer text = { 0 };
        tamis_held **all = NULL;
        size_t n = 0;
        int r = list_held(s, &all, &n, err);

        if (r < 0)
                return r;
        qsort(all, n, sizeof *all, by_row);
        s->starts = reallocarray(NULL, n + 1, sizeof *s->starts);
        s->copy_weights = s->weighs_back ? reallocarray(NULL, n + 1, sizeof *s->copy_weights) : NULL;
        if (!s->starts || (s->weighs_back && !s->copy_weights))
                r = tamis_fail_memory(err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                s->starts[i] = text.n;
                r = tamis_buffer_add(&text, s->text.p + all[i]->start, all[i]->length, err);
        }
        /* in the same order, so that a row's class is known by the pond it lies in */
        for (size_t c = 0; r == 0 && s->copy_weights && c < s->labels.n_classes; c++) {
                const tamis_pond *p = &s->ponds[tamis_dict_find(&s->labels.dict, s->labels.names[c])];

                for (size_t i = 0; i < n; i++)
                        if (p->n > 0 && all[i] >= p->held && all[i] < p->held + p->n)
                                s->copy_weights[i] = (double) s->labels.counts[c] / (double) p->n;
        }
        if (r == 0)
                s->starts[n] = text.n;
        free(all);
        tamis_buffer_done(&s->text);
        s->text = text;
        s->n_chosen = s->n_copies = r == 0 ? n : 0;
        tamis_ponds_done(s);
        return r;
}

int tamis_reservoir_finish(tamis_sample *s, const tamis_context *context, tamis_error *err) {
        int r = s->labels.dict.n == 0 && !s->has_target ? tamis_fail(err, TAMIS_BAD_DATA, "there is no row to take")
                : tamis_labels_settle(&s->labels, s->has_target ? s->target.names[0] : "", err);

        if (r == 0 && s->has_ratio)
                r = find_misnamed(s, err);
        if (r == 0)
                r = settle_sizes(s, context, err);
        if (r == 0)
                r = lay_out(s, err);
        if (r == 0 && s->labels.missing > 0)
                tamis_warn(context, "%llu train row%s without a \"%s\": left out",
                           (unsigned long long) s->labels.missing,
                           s->labels.missing == 1 ? "" : "s", s->target.names[0]);
        if (r == 0 && (s->each || s->has_ratio) && s->n_copies < s->n - s->labels.missing)
                tamis_evidence_say(context, TAMIS_EVIDENCE_LEFT_OUT);
        return r;
}

void tamis_ponds_done(tamis_sample *s) {
        for (size_t c = 0; s->ponds && c < s->n_ponds; c++) {
                free(s->ponds[c].held);
                free(s->ponds[c].tide);
        }
        free(s->ponds);
        s->ponds = NULL;
        s->n_ponds = 0;
}

static int check(const tamis_sample *s, tamis_error *err) {
        if (!s->has_count && !s->each && !s->has_ratio)
                return tamis_fail(err, TAMIS_USAGE, "-s reservoir needs --count N, --each N or --ratio 'class=N,...'");
        if (s->has_ratio && s->ratio.kind != TAMIS_RATIO_COUNTS)
                return tamis_fail(err, TAMIS_USAGE, "--ratio %s: how many rows there are is not known before the last "
                                  "one; -s reservoir takes 'class=N,...'", s->ratio.text);
        if (s->each && !s->has_target)
                return tamis_fail(err, TAMIS_USAGE, "--each is about classes: --target COL is needed (or --count)");
        return 0;
}

const tamis_sampler tamis_sampler_reservoir = {
        .base = {
                .name    = "reservoir",
                .summary = "exactly so many rows, of all or of each class, in one reading that holds only them",
                .source  = "bottom-k sampling, Sunter 1977; reservoirs, Vitter 1985",
        },
        .takes = SAMPLE_COUNT | SAMPLE_EACH | SAMPLE_RATIO,
        .drains = true,
        .check = check,
};
