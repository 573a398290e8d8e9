#include <stdlib.h>
#include <string.h>

#include "stats/order.h"
#include "stats/range.h"

void tamis_range_empty(tamis_range *r) {
        free(r->held);
        free(r->counts);
        r->held = NULL;
        r->counts = NULL;
        r->capacity = 0;
        r->taken = 0;
}

void tamis_ranges_empty(tamis_range *ranges, size_t n) {
        for (size_t i = 0; i < n; i++)
                tamis_range_empty(&ranges[i]);
}

void tamis_range_room(tamis_range *r, size_t room) {
        unsigned cells = TAMIS_RANGE_CELLS_LEAST;

        while (cells < TAMIS_RANGE_CELLS_MOST && room >> (cells + 1))
                cells++;
        r->room = room;
        r->cells = cells < r->bits ? cells : r->bits;
}

static void count(tamis_range *r, const double *x, size_t n) {
        const unsigned shift = r->bits - r->cells;
        const uint64_t low = r->low;
        uint64_t *counts = r->counts;

        for (size_t i = 0; i < n; i++)
                counts[(tamis_order_key(x[i]) - low) >> shift]++;
}

static int start_counting(tamis_range *r, tamis_error *err) {
        if (r->counts)
                return 0;
        r->counts = calloc((size_t) 1 << r->cells, sizeof *r->counts);
        if (!r->counts)
                return tamis_fail_memory(err);
        count(r, r->held, r->taken);
        free(r->held);
        r->held = NULL;
        r->capacity = 0;
        return 0;
}

static int hold(tamis_range *r, const double *x, size_t n, tamis_error *err) {
        size_t need = r->taken + n, capacity = 2 * r->capacity;
        double *held;

        if (need > r->capacity) {
                capacity = capacity < need ? need : capacity;
                capacity = capacity > r->room ? r->room : capacity;
                held = realloc(r->held, capacity * sizeof *held);
                if (!held)
                        return tamis_fail_memory(err);
                r->held = held;
                r->capacity = capacity;
        }
        memcpy(r->held + r->taken, x, n * sizeof *x);
        return 0;
}

int tamis_range_take(tamis_range *r, const double *x, size_t n, tamis_error *err) {
        int status = 0;

        if (!n)
                return 0;
        if (!r->counts && n <= r->room - r->taken) {
                status = hold(r, x, n, err);
        } else {
                status = start_counting(r, err);
                if (status == 0)
                        count(r, x, n);
        }
        if (status == 0)
                r->taken += n;
        return status;
}

int tamis_range_merge(tamis_range *into, tamis_range *from, tamis_error *err) {
        int status = 0;

        if (!from->counts) {
                status = tamis_range_take(into, from->held, from->taken, err);
        } else {
                status = start_counting(into, err);
                for (size_t i = 0; status == 0 && i < (size_t) 1 << into->cells; i++)
                        into->counts[i] += from->counts[i];
                if (status == 0)
                        into->taken += from->taken;
        }
        tamis_range_empty(from);
        return status;
}
