/* A random part of the larger classes' rows stays. */
#include <stdlib.h>

#include "balance/sample.h"

static int check(const tamis_sample *s, tamis_error *err) {
        if (!s->has_target && !s->has_count && !s->has_shares)
                return tamis_fail(err, TAMIS_USAGE, "under-sampling needs --target, or --count or --share for rows of "
                                  "one kind");
        return 0;
}

static int take_from(tamis_sample *s, size_t class, tamis_error *err) {
        uint64_t n = tamis_sample_class_size(s, class);
        tamis_stream stream;
        uint32_t *rows;
        int r = tamis_sample_members(s, class, &rows, err);

        if (r < 0)
                return r;
        for (uint64_t i = 0; i < n; i++)
                s->times[rows[i]] = 0;
        tamis_stream_init(&stream, s->seed, "sample.under", class, 0);
        tamis_choose(&stream, rows, n, s->after[class], s->times);
        free(rows);
        return 0;
}

static int decide(tamis_sample *s, const tamis_context *context, tamis_error *err) {
        uint64_t removed = 0;
        int r = tamis_sample_sizes(s, false, err);

        for (size_t class = 0; r == 0 && class < tamis_sample_classes(s); class++) {
                uint64_t less = tamis_sample_class_size(s, class) - s->after[class];

                removed += less;
                if (less > 0)
                        r = take_from(s, class, err);
        }
        if (r == 0 && removed == 0)
                tamis_warn(context, "no rows were removed");
        else if (r == 0 && !s->has_count && (!s->has_shares || s->shares.n > 0))
                tamis_evidence_say(context, TAMIS_EVIDENCE_LEFT_OUT);
        return r;
}

const tamis_sampler tamis_sampler_under = {
        .base = {
                .name    = "under",
                .summary = "keep a random part of the larger classes",
                .source  = "random under-sampling without replacement, the order of rows kept",
        },
        .takes = SAMPLE_RATIO | SAMPLE_COUNT | SAMPLE_SHARE,
        .check = check, .decide = decide,
};
