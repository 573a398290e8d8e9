#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "step/run.h"

static bool keep(struct tamis_notes *notes, const char *step, const char *text) {
        struct tamis_note *more = realloc(notes->notes, (notes->n + 1) * sizeof *more);

        if (!more)
                return false;
        notes->notes = more;
        more += notes->n;
        more->step = step;
        more->text = strdup(text);
        notes->n += more->text != NULL;
        return more->text != NULL;
}

void tamis_notes_add(struct tamis_notes *notes, const char *step, const char *text) {
        bool known = false;

        pthread_mutex_lock(&notes->lock);
        for (size_t i = 0; i < notes->n && !known; i++)
                known = notes->notes[i].step == step && strcmp(notes->notes[i].text, text) == 0;
        if (!known) {
                if (!keep(notes, step, text))
                        notes->lost = true;
                if (notes->note)
                        notes->note(notes->arg, step, text);
        }
        pthread_mutex_unlock(&notes->lock);
}

void tamis_notes_done(struct tamis_notes *notes) {
        for (size_t i = 0; i < notes->n; i++)
                free(notes->notes[i].text);
        free(notes->notes);
        pthread_mutex_destroy(&notes->lock);
}

void tamis_warn(const tamis_context *context, const char *format, ...) {
        char text[2048];
        va_list args;

        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        tamis_notes_add(context->notes, context->type->name, text);
}
