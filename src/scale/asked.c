/* What the options say to the strategies. */
#include <math.h>
#include <stdlib.h>

#include <tamis/number.h>

#include "scale/scale.h"

static const char *const ontos[] = { "uniform", "normal", NULL };
static const char *const methods[] = { "yeo-johnson", "box-cox", NULL };
static const char *const edges[] = { "quantile", "uniform", NULL };
static const char *const sayings[] = { "number", "middle", "text", NULL };
static const char *const norms[] = { "l1", "l2", "max", NULL };

const tamis_option tamis_scale_options[] = {
        { "range", 0, TAMIS_TEXT, "LOW,HIGH", "0,1", "where strategy minmax puts the smallest and the largest value",
          NULL },
        { "onto", 0, TAMIS_CHOICE, "NAME", "uniform",
          "what strategy quantile makes: uniform (0 to 1) or normal", ontos },
        { "landmarks", 0, TAMIS_COUNT, "N", "1000", "of how many quantiles strategy quantile makes its line", NULL },
        { "method", 0, TAMIS_CHOICE, "NAME", "yeo-johnson",
          "of strategy power: yeo-johnson, or box-cox (above 0 alone)",
          methods },
        { "bins", 0, TAMIS_COUNT, "K", "5", "how many bins strategy bins makes", NULL },
        { "edges", 0, TAMIS_CHOICE, "NAME", "quantile", "of strategy bins: quantile (of equal counts), or uniform (of "
          "equal widths)", edges },
        { "say", 0, TAMIS_CHOICE, "NAME", "number", "of strategy bins: the number of the bin, its middle, or "
          "its limits as text (`10 to 20`: 20 is in the next one)", sayings },
        { "limits", 0, TAMIS_TEXT, "LOW,HIGH", "0.05,0.95", "the quantiles beyond which strategy winsor cuts", NULL },
        { "norm", 0, TAMIS_CHOICE, "NAME", "l2",
          "the length that strategy normalize divides by: l1, l2 or max", norms },
        { "offset", 0, TAMIS_REAL, "X", "1", "what strategy log adds before the logarithm", NULL },
        { "inverse", 0, TAMIS_FLAG, NULL, NULL, "with --load: back from scaled to original numbers", NULL },
        { NULL },
};

static const struct {
        const char *option;
        const tamis_scaler *scaler;
} owners[] = {
        { "range", &tamis_scaler_minmax }, { "onto", &tamis_scaler_quantile }, { "landmarks", &tamis_scaler_quantile },
        { "method", &tamis_scaler_power }, { "bins", &tamis_scaler_bins }, { "edges", &tamis_scaler_bins },
        { "say", &tamis_scaler_bins }, { "limits", &tamis_scaler_winsor }, { "norm", &tamis_scaler_normalize },
        { "offset", &tamis_scaler_log },
};

static int configure_pair(const tamis_scale *m, const char *option, const char *example, double ret[2],
                          tamis_error *err) {
        const char *text = tamis_settings_text(m->context->settings, option), *comma = strchr(text, ',');

        if (!comma || !tamis_number_parse((tamis_slice) { text, (size_t) (comma - text) }, &ret[0])
            || !tamis_number_parse(tamis_slice_of(comma + 1), &ret[1]))
                return tamis_fail(err, TAMIS_USAGE, "--%s %s: two numbers are needed, as in --%s=%s", option, text,
                                  option, example);
        if (ret[0] >= ret[1] || !isfinite(ret[1] - ret[0]))
                return tamis_fail(err, TAMIS_USAGE, "--%s %s: the first must be smaller than the second%s", option,
                                  text, ret[0] < ret[1] ? ", and their difference a number" : "");
        return 0;
}

static bool is(const tamis_scale *m, const char *option, const char *value) {
        return strcmp(tamis_settings_text(m->context->settings, option), value) == 0;
}

static int configure_counts(tamis_scale *m, tamis_error *err) {
        uint64_t landmarks = tamis_settings_count(m->context->settings, "landmarks");
        uint64_t bins = tamis_settings_count(m->context->settings, "bins");

        if (landmarks < 2 || landmarks > 1000000)
                return tamis_fail(err, TAMIS_USAGE, "--landmarks %llu: from 2 to 1000000",
                                  (unsigned long long) landmarks);
        if (bins < 2 || bins > 1000000)
                return tamis_fail(err, TAMIS_USAGE, "--bins %llu: from 2 to 1000000", (unsigned long long) bins);
        m->asked.landmarks = landmarks;
        m->asked.bins = bins;
        return 0;
}

/* An option of a strategy that nobody asked for would be passed over in silence. */
static int check_owners(const tamis_scale *m, tamis_error *err) {
        for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
                const char *name = owners[i].scaler->base.name;
                bool chosen = false;

                for (size_t j = 0; j < m->strategies.n; j++)
                        chosen |= strcmp(m->strategies.rules[j].value, name) == 0;
                if (!chosen && tamis_settings_given(m->context->settings, owners[i].option))
                        return tamis_fail(err, TAMIS_USAGE, "--%s goes with strategy %s", owners[i].option, name);
        }
        return 0;
}

int tamis_scale_configure(tamis_scale *m, tamis_error *err) {
        tamis_scale_asked *a = &m->asked;
        int r = configure_pair(m, "range", "-1,1", m->range, err);

        if (r == 0)
                r = configure_pair(m, "limits", "0.01,0.99", a->limits, err);
        if (r == 0 && (a->limits[0] < 0 || a->limits[1] > 1))
                r = tamis_fail(err, TAMIS_USAGE, "--limits %s: quantiles are from 0 to 1",
                               tamis_settings_text(m->context->settings, "limits"));
        if (r == 0)
                r = configure_counts(m, err);
        if (r == 0)
                r = check_owners(m, err);
        if (r < 0)
                return r;
        a->offset = tamis_settings_real(m->context->settings, "offset");
        a->normal = is(m, "onto", "normal");
        a->box_cox = is(m, "method", "box-cox");
        a->equal_widths = is(m, "edges", "uniform");
        a->middle = is(m, "say", "middle");
        a->text = is(m, "say", "text");
        a->norm = is(m, "norm", "l1") ? TAMIS_NORM_L1 : is(m, "norm", "l2") ? TAMIS_NORM_L2 : TAMIS_NORM_MAX;
        return 0;
}
