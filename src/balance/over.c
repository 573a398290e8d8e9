/* Rows of the smaller classes are repeated: all of a class equally often, who comes once more is drawn. */
#include <stdlib.h>

#include "balance/sample.h"

static int check(const tamis_sample *s, tamis_error *err) {
        if (!s->has_target && !s->has_count)
                return tamis_fail(err, TAMIS_USAGE, "over-sampling needs --target, or --count for rows of one kind");
        return 0;
}

static int add_to(tamis_sample *s, size_t class, uint64_t more, tamis_error *err) {
        uint64_t n = tamis_sample_class_size(s, class);
        tamis_stream stream;
        uint32_t *rows;
        int r = tamis_sample_members(s, class, &rows, err);

        if (r < 0)
                return r;
        for (uint64_t i = 0; i < n; i++)
                s->times[rows[i]] = (uint32_t) (more / n);
        tamis_stream_init(&stream, s->seed, "sample.over", class, 0);
        tamis_choose(&stream, rows, n, more % n, s->times);
        free(rows);
        return 0;
}

static int decide(tamis_sample *s, const tamis_context *context, tamis_error *err) {
        uint64_t added = 0;
        int r = tamis_sample_sizes(s, true, err);

        for (size_t class = 0; r == 0 && class < tamis_sample_classes(s); class++) {
                uint64_t more = s->after[class] - tamis_sample_class_size(s, class);

                added += more;
                if (more > 0)
                        r = add_to(s, class, more, err);
        }
        if (r == 0 && added == 0)
                tamis_warn(context, "no rows were added");
        else if (r == 0 && !s->has_count)
                tamis_evidence_say(context, TAMIS_EVIDENCE_REPEATED);
        return r;
}

const tamis_sampler tamis_sampler_over = {
        .base = {
                .name    = "over",
                .summary = "repeat rows of the smaller classes, behind the last row",
                .source  = "random over-sampling; each row of a class equally often, the remainder drawn",
        },
        .takes = SAMPLE_RATIO | SAMPLE_COUNT,
        .copies_behind = true,
        .check = check, .decide = decide,
};
