/* One pass over the rows fills a histogram, one over the bins that occur finds the split; only those bins are cleared.
 *
 * With numbers and with two classes a bin holds the sum of its targets (Gini on two classes and the variance of 0 and 1
 * differ by a factor). With more classes, rows are put in the order of their bins, and walked from one side to the
 * other, which takes as long as there are rows, however many classes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/tree_split.h"

struct tamis_cart_search {
        tamis_cart_share bins[TAMIS_BIN_PLACES];        /* zero between searches */
        size_t classes;
        double *left, *right;                   /* per class; zero between searches */
        uint32_t *sorted;                       /* places of a node's rows, by bin */
        uint32_t starts[TAMIS_BIN_PLACES];
};

/* Where a scan over the bins of `order` stands. */
struct scan {
        uint8_t order[TAMIS_BIN_PLACES];
        size_t n;
        double gain;
        size_t upto;                            /* so many bins of the order go left */
        bool missing_first, missing_now;        /* of the best, and of the order at hand */
};

int tamis_cart_search_new(size_t n, size_t classes, tamis_cart_search **ret, tamis_error *err) {
        tamis_cart_search *s = calloc(1, sizeof *s);

        if (!s)
                return tamis_fail_memory(err);
        s->classes = classes;
        s->left = calloc(classes + 1, sizeof *s->left);
        s->right = calloc(classes + 1, sizeof *s->right);
        s->sorted = classes > 2 ? malloc(n * sizeof *s->sorted) : NULL;
        if (!s->left || !s->right || (classes > 2 && !s->sorted)) {
                tamis_cart_search_free(s);
                return tamis_fail_memory(err);
        }
        *ret = s;
        return 0;
}

void tamis_cart_search_free(tamis_cart_search *s) {
        if (!s)
                return;
        free(s->left);
        free(s->right);
        free(s->sorted);
        free(s);
}

static void clear_classes(tamis_cart_search *s, const tamis_cart_node_rows *at) {
        for (size_t i = at->first; i < at->end; i++)
                s->left[(size_t) at->targets[i]] = s->right[(size_t) at->targets[i]] = 0;
}

void tamis_cart_sum(tamis_cart_search *s, const tamis_cart_node_rows *at, tamis_cart_node_sums *ret) {
        double weight = 0, sum = 0, least = INFINITY, most = -INFINITY, squares = 0;
        size_t largest = 0;

        for (size_t i = at->first; i < at->end; i++) {
                double y = at->targets[i];

                weight += at->shares[i].weight;
                sum += at->shares[i].sum;
                least = y < least ? y : least;
                most = y > most ? y : most;
        }
        if (s->classes == 2) {
                largest = sum > weight - sum;
        } else if (s->classes) {
                for (size_t i = at->first; i < at->end; i++)
                        s->left[(size_t) at->targets[i]] += at->shares[i].weight;
                largest = (size_t) at->targets[at->first];
                for (size_t i = at->first; i < at->end; i++) {
                        size_t class = (size_t) at->targets[i];

                        squares += s->left[class] * at->shares[i].weight;
                        if (s->left[class] > s->left[largest] ||
                            (!(s->left[class] < s->left[largest]) && class < largest))
                                largest = class;
                }
                clear_classes(s, at);
        }
        *ret = (tamis_cart_node_sums) { weight, sum, least, most, largest,
                                        (s->classes > 2 ? squares : sum * sum) / weight };
}

/* -- the order of the bins ----------------------------------------------------------------------------------------- */

static void list_bins(const uint64_t mask[4], struct scan *scan) {
        scan->n = 0;
        for (size_t i = 0; i < 4; i++)
                for (uint64_t word = mask[i]; word; word &= word - 1)
                        scan->order[scan->n++] = (uint8_t) (i * 64 + (size_t) __builtin_ctzll(word));
}

/* By mean; of equals, the lower bin first. */
static void order_by_mean(const tamis_cart_share *bins, struct scan *scan) {
        double means[TAMIS_BIN_PLACES];

        for (size_t i = 0; i < scan->n; i++) {
                uint8_t bin = scan->order[i];
                double mean = bins[bin].sum / bins[bin].weight;
                size_t k = i;

                for (; k > 0 && means[k - 1] > mean; k--) {
                        means[k] = means[k - 1];
                        scan->order[k] = scan->order[k - 1];
                }
                means[k] = mean;
                scan->order[k] = bin;
        }
}

static void put_missing_first(struct scan *scan) {
        scan->missing_now = true;
        memmove(scan->order + 1, scan->order, scan->n - 1);
        scan->order[0] = TAMIS_BIN_MISSING;
}

/* -- scans --------------------------------------------------------------------------------------------------------- */

/* Missing alone on the left is what missing alone on the right was. */
static bool counts(const struct scan *scan, size_t i) {
        return !(scan->missing_now && i == 0);
}

static void keep(struct scan *scan, double gain, size_t upto) {
        if (gain > scan->gain) {
                scan->gain = gain;
                scan->upto = upto;
                scan->missing_first = scan->missing_now;
        }
}

/* Sums of squares on either side, less that of both together, are (S_left W - S W_left)^2 / (W_left W_right W): most
 * candidates are passed over without a division. */
static void scan_sums(const tamis_cart_search *s, const tamis_cart_node_sums *sums, double leaf, struct scan *scan) {
        double sum = 0, weight = 0;

        for (size_t i = 0; i + 1 < scan->n; i++) {
                double rest, apart;

                sum += s->bins[scan->order[i]].sum;
                weight += s->bins[scan->order[i]].weight;
                rest = sums->weight - weight;
                apart = sum * sums->weight - sums->sum * weight;
                if (apart * apart > scan->gain * (weight * rest * sums->weight) && weight >= leaf && rest >= leaf
                    && counts(scan, i))
                        keep(scan, apart * apart / (weight * rest * sums->weight), i + 1);
        }
}

/* The places of rows, bin after bin in the order of the scan. */
static void sort_rows(tamis_cart_search *s, const tamis_cart_node_rows *at, const uint8_t *column,
                      const struct scan *scan) {
        uint32_t start = 0;

        for (size_t i = 0; i < scan->n; i++)
                s->starts[scan->order[i]] = 0;
        for (size_t i = at->first; i < at->end; i++)
                s->starts[column[at->rows[i]]]++;
        for (size_t i = 0; i < scan->n; i++) {
                uint32_t many = s->starts[scan->order[i]];

                s->starts[scan->order[i]] = start;
                start += many;
        }
        for (size_t i = at->first; i < at->end; i++)
                s->sorted[s->starts[column[at->rows[i]]]++] = (uint32_t) i;
}

static void scan_classes(tamis_cart_search *s, const tamis_cart_node_rows *at, const tamis_cart_node_sums *sums,
                         const uint8_t *column, double leaf, struct scan *scan) {
        double left = 0, right = sums->score * sums->weight, weight = 0;
        size_t k = 0;

        sort_rows(s, at, column, scan);
        for (size_t i = at->first; i < at->end; i++)
                s->right[(size_t) at->targets[i]] += at->shares[i].weight;
        for (size_t i = 0; i + 1 < scan->n; i++) {
                double rest;

                for (; k < s->starts[scan->order[i]]; k++) {
                        size_t class = (size_t) at->targets[s->sorted[k]];
                        double times = at->shares[s->sorted[k]].weight;

                        left += times * (2 * s->left[class] + times);
                        right -= times * (2 * s->right[class] - times);
                        s->left[class] += times;
                        s->right[class] -= times;
                        weight += times;
                }
                rest = sums->weight - weight;
                if (weight >= leaf && rest >= leaf && counts(scan, i))
                        keep(scan, left / weight + right / rest - sums->score, i + 1);
        }
        clear_classes(s, at);
}

/* -- one predictor ------------------------------------------------------------------------------------------------- */

/* Bins that no row of the node has go where most rows go. */
static void take_others(const tamis_cart_node_sums *sums, double weight, const uint64_t mask[4],
                        tamis_cart_split *best) {
        for (size_t i = 0; weight * 2 >= sums->weight && i < 4; i++)
                best->left[i] |= ~mask[i];
        best->missing_left = best->left[3] >> 63;
}

/* A number of which no cell is missing, where the target is a number, too, or of two classes: most searches. What
 * list_bins, scan_sums and take do apart for all others is done in one walk over the bins, which leaves them zero. */
static void search_plain(tamis_cart_search *s, const tamis_cart_node_sums *sums, double leaf, const uint64_t mask[4],
                         size_t predictor, tamis_cart_split *best) {
        tamis_cart_share *bins = s->bins;
        double total = sums->sum, all = sums->weight, sum = 0, weight = 0, gain = best->gain, upto_weight = 0;
        unsigned upto = TAMIS_BIN_MISSING, next = TAMIS_BIN_MISSING, last = TAMIS_BIN_MISSING;

        for (unsigned i = 0; i < 4; i++) {
                for (uint64_t word = mask[i]; word; word &= word - 1) {
                        unsigned bin = i * 64 + (unsigned) __builtin_ctzll(word);
                        double rest, apart, product;

                        if (last == upto)
                                next = bin;
                        sum += bins[bin].sum;
                        weight += bins[bin].weight;
                        bins[bin] = (tamis_cart_share) {0};
                        last = bin;
                        rest = all - weight;
                        apart = sum * all - total * weight;
                        product = weight * rest * all;
                        if (apart * apart > gain * product && weight >= leaf && rest >= leaf &&
                            apart * apart / product > gain) {
                                gain = apart * apart / product;
                                upto = bin;
                                upto_weight = weight;
                        }
                }
        }
        if (!(gain > best->gain))
                return;
        *best = (tamis_cart_split) { .gain = gain, .predictor = predictor, .last = (uint8_t) (upto + (next - upto - 1) / 2) };
        for (unsigned i = 0; i <= upto / 64; i++)
                best->left[i] = mask[i] & (i < upto / 64 ? UINT64_MAX : UINT64_MAX >> (63 - upto % 64));
        take_others(sums, upto_weight, mask, best);
}

static void fill_bins(tamis_cart_search *s, const tamis_cart_node_rows *at, const uint8_t *column, uint64_t mask[4]) {
        const uint32_t *rows = at->rows;
        const tamis_cart_share *shares = at->shares;
        tamis_cart_share *bins = s->bins;

        for (size_t i = at->first, end = at->end; i < end; i++) {
                uint8_t bin = column[rows[i]];
                double sum = bins[bin].sum + shares[i].sum, weight = bins[bin].weight + shares[i].weight;

                bins[bin] = (tamis_cart_share) { sum, weight };
                mask[bin >> 6] |= UINT64_C(1) << (bin & 63);
        }
}

/* The sums are of one class alone. */
static void fill_bins_with(tamis_cart_search *s, const tamis_cart_node_rows *at, const uint8_t *column, size_t class,
                           uint64_t mask[4]) {
        for (size_t i = at->first; i < at->end; i++) {
                uint8_t bin = column[at->rows[i]];

                s->bins[bin].weight += at->shares[i].weight;
                s->bins[bin].sum += (size_t) at->targets[i] == class ? at->shares[i].weight : 0;
                mask[bin >> 6] |= UINT64_C(1) << (bin & 63);
        }
}

/* The last bin of a number that goes left: halfway to the next that occurs, or all. */
static uint8_t last_of(const struct scan *scan) {
        uint8_t last = scan->order[scan->upto - 1], next = scan->order[scan->upto];

        return next == TAMIS_BIN_MISSING ? TAMIS_BINS - 1 : (uint8_t) (last + (next - last - 1) / 2);
}

static void take(const tamis_cart_search *s, const tamis_cart_node_sums *sums, const struct scan *scan,
                 const uint64_t mask[4], size_t predictor, bool category, tamis_cart_split *best) {
        double weight = 0;

        *best = (tamis_cart_split) { .gain = scan->gain, .predictor = predictor, .category = category };
        for (size_t i = 0; i < scan->upto; i++) {
                weight += s->bins[scan->order[i]].weight;
                best->left[scan->order[i] >> 6] |= UINT64_C(1) << (scan->order[i] & 63);
        }
        take_others(sums, weight, mask, best);
        if (!category)
                best->last = last_of(scan);
}

/* A cut that is drawn between the node's first and last bin (extremely randomised trees: Geurts, Ernst & Wehenkel
 * 2006); bins hold about as many rows each, so it is drawn by rank. Small nodes are most of a tree: no bins are filled.
 * False where a cell is missing: such a cut is sought. */
static bool draw_cut(const tamis_cart_node_rows *at, const tamis_cart_node_sums *sums, double leaf, size_t predictor,
                     tamis_stream *cuts, tamis_cart_split *best) {
        const uint8_t *column = at->data->columns[predictor];
        uint8_t first = TAMIS_BIN_MISSING, last = 0, cut;
        double sum = 0, weight = 0, rest, apart, gain;

        for (size_t i = at->first; i < at->end; i++) {
                uint8_t bin = column[at->rows[i]];

                first = bin < first ? bin : first;
                last = bin > last ? bin : last;
        }
        if (last == TAMIS_BIN_MISSING)
                return false;
        if (first == last)
                return true;
        cut = (uint8_t) (first + tamis_stream_below(cuts, last - first));
        for (size_t i = at->first; i < at->end; i++) {
                bool left = column[at->rows[i]] <= cut;

                sum += left ? at->shares[i].sum : 0;
                weight += left ? at->shares[i].weight : 0;
        }
        rest = sums->weight - weight;
        apart = sum * sums->weight - sums->sum * weight;
        gain = apart * apart / (weight * rest * sums->weight);
        if (weight < leaf || rest < leaf || !(gain > best->gain))
                return true;
        *best = (tamis_cart_split) { .gain = gain, .predictor = predictor, .last = cut };
        for (unsigned i = 0; i <= cut / 64u; i++)
                best->left[i] = i < cut / 64u ? UINT64_MAX : UINT64_MAX >> (63 - cut % 64);
        best->missing_left = weight * 2 >= sums->weight;
        best->left[3] |= (uint64_t) best->missing_left << 63;
        return true;
}

void tamis_cart_search_predictor(tamis_cart_search *s, const tamis_cart_node_rows *at, const tamis_cart_node_sums *sums,
                                 size_t predictor, size_t leaf, tamis_stream *cuts, tamis_cart_split *best) {
        const uint8_t *column = at->data->columns[predictor];
        bool category = at->data->category[predictor];
        size_t passes = 1;
        uint64_t mask[4] = {0};
        struct scan scan;               /* zeroing all of it would take as long as a small node */

        if (cuts && s->classes <= 2 && !category
            && draw_cut(at, sums, (double) (leaf ? leaf : 1), predictor, cuts, best))
                return;
        scan.gain = best->gain;
        scan.missing_first = scan.missing_now = false;
        if (s->classes > 2)
                fill_bins_with(s, at, column, sums->largest, mask);
        else
                fill_bins(s, at, column, mask);
        if (s->classes <= 2 && !category && !(mask[3] >> 63)) {
                search_plain(s, sums, (double) (leaf ? leaf : 1), mask, predictor, best);
                return;
        }
        list_bins(mask, &scan);
        if (category)
                order_by_mean(s->bins, &scan);
        else if (mask[3] >> 63)
                passes = 2;
        for (size_t pass = 0; scan.n > 1 && pass < passes; pass++) {
                if (pass == 1)
                        put_missing_first(&scan);
                if (s->classes > 2)
                        scan_classes(s, at, sums, column, (double) leaf, &scan);
                else
                        scan_sums(s, sums, (double) leaf, &scan);
        }
        if (scan.gain > best->gain) {
                if (!category)
                        list_bins(mask, &scan);
                if (scan.missing_first)
                        put_missing_first(&scan);
                take(s, sums, &scan, mask, predictor, category, best);
        }
        for (size_t i = 0; i < scan.n; i++)
                s->bins[scan.order[i]] = (tamis_cart_share) {0};
}
