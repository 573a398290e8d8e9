/* Runs and blocks.
 *
 * The rows are cut into stretches of run / share rows, the first one at a drawn place, and each stretch has one run at
 * a drawn place inside. So every cell goes with the probability asked for, runs have the length asked for (but at the
 * ends of the table, which cut them, and where two happen to touch), and whether a cell goes is known without looking
 * at those before.
 *
 * Blocks are runs of a band of columns: the columns are cut into bands, from a place drawn anew for each stretch, and
 * each band of a stretch has its run. The first and the last band may be narrower: the edge of the table cuts them.
 */
#include <math.h>

#include <tamis/random.h>

#include "judge/ampute.h"

/* A cell that goes: rows [first, first + run) of a stretch. */
static void mark(uint8_t *flags, uint64_t first, size_t rows, double from, double run) {
        double begin = from - (double) first, end = begin + run;

        for (size_t row = begin > 0 ? (size_t) begin : 0; begin < (double) rows && (double) row < end && row < rows;
             row++)
                flags[row] = 1;
}

/* Where stretch number k begins: rows before the first are part of the one that the table's beginning cuts. */
static double begin_of(double k, double length, double phase) {
        return floor(k * length + phase) - floor(length);
}

static double run_in(const tamis_ampute *s, tamis_stream *stream, double k, double length, double phase) {
        double begin = begin_of(k, length, phase), room = begin_of(k + 1, length, phase) - begin - (double) s->run;

        return begin + (room > 0 ? (double) tamis_stream_below(stream, (uint64_t) room + 1) : 0);
}

static void column_runs(const tamis_ampute *s, size_t j, double length, uint64_t first, size_t rows, uint8_t *flags) {
        double phase, k;

        tamis_ampute_uniform(s->context->seed, "ampute.phase", s->columns[j].key, 0, 1, &phase);
        phase *= length;
        for (k = floor((double) first / length); begin_of(k, length, phase) < (double) (first + rows); k++) {
                tamis_stream stream;

                tamis_stream_init(&stream, s->context->seed, "ampute.run", s->columns[j].key, (uint64_t) k);
                mark(flags, first, rows, run_in(s, &stream, k, length, phase), (double) s->run);
        }
}

static void stretch_blocks(const tamis_ampute *s, double k, double length, double phase, uint64_t first, size_t rows,
                           uint8_t *flags) {
        tamis_stream stream;
        size_t j = 0, width;

        tamis_stream_init(&stream, s->context->seed, "ampute.block", s->across, (uint64_t) k);
        width = (size_t) tamis_stream_below(&stream, s->across) + 1;
        while (j < s->n_columns) {
                double from = run_in(s, &stream, k, length, phase);
                size_t end = j + width < s->n_columns ? j + width : s->n_columns;

                for (; j < end; j++)
                        mark(flags + j * rows, first, rows, from, (double) s->run);
                width = s->across;
        }
}

void tamis_ampute_runs(const tamis_ampute *s, uint64_t first, size_t rows, uint8_t *flags) {
        double length = (double) s->run / s->share, phase;

        memset(flags, s->share >= 1, s->n_columns * rows);
        if (s->share <= 0 || s->share >= 1)
                return;
        for (size_t j = 0; !s->across && j < s->n_columns; j++)
                column_runs(s, j, length, first, rows, flags + j * rows);
        if (!s->across)
                return;
        tamis_ampute_uniform(s->context->seed, "ampute.phase", 0, 0, 1, &phase);
        phase *= length;
        for (double k = floor((double) first / length); begin_of(k, length, phase) < (double) (first + rows); k++)
                stretch_blocks(s, k, length, phase, first, rows, flags);
}
