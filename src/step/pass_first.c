/* The first batch alone, by one thread: what the next link is to see of the table before it learns. */
#include "step/run.h"

/* The first rows of a link that has taken up all others. */
static int first_of_tail(tamis_link *l, tamis_batch *batch, tamis_error *err) {
        batch->schema = &l->out;
        batch->missing = &l->missing;
        batch->precision = l->precision;
        if (l->type->tail_blocks(l->state) > 0)
                return l->type->tail(l->state, 0, batch, err);
        return tamis_batch_begin_empty(batch, l->out.n, 0, err);
}

int tamis_pass_first(tamis_run *run, tamis_batch *batch, tamis_error *err) {
        int r;

        if (run->drained) {
                r = first_of_tail(run->links[run->drained - 1], batch, err);
        } else {
                r = tamis_reader_rewind(run->reader, err);
                if (r == 0)
                        r = tamis_reader_next(run->reader, &batch->chunk, err);
                if (r == 0)
                        r = tamis_batch_begin(batch, err);
        }
        for (size_t i = run->drained; r == 0 && i < run->ready; i++) {
                tamis_link *l = run->links[i];

                r = tamis_link_greet(run, l, batch, err);
                batch->first_row = batch->first_train = tamis_link_numbers(l) ? 0 : TAMIS_NOT_NUMBERED;
                if (r == 0 && l->type->apply && !(l->loaded && (l->type->traits & TAMIS_TRAIN_ONLY)))
                        r = l->type->apply(l->state, batch, err);
                if (r < 0 && err)
                        err->step = l->type->name;
        }
        return r;
}
