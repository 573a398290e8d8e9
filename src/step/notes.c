#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "step/run.h"

static void say(struct tamis_notes *notes) {
        for (; notes->said < notes->n; notes->said++)
                if (notes->note)
                        notes->note(notes->arg, notes->notes[notes->said].step, notes->notes[notes->said].text);
}

/* Memory being out, it is said all the same. */
static bool keep(struct tamis_notes *notes, const char *step, const char *text) {
        struct tamis_note *more = realloc(notes->notes, (notes->n + 1) * sizeof *more);

        if (!more)
                return false;
        notes->notes = more;
        notes->notes[notes->n] = (struct tamis_note) { .step = step, .text = strdup(text) };
        if (!notes->notes[notes->n].text)
                return false;
        notes->n++;
        return true;
}

void tamis_notes_add(struct tamis_notes *notes, const char *step, const char *text) {
        bool known = false;

        pthread_mutex_lock(&notes->lock);
        for (size_t i = 0; i < notes->n && !known; i++)
                known = notes->notes[i].step == step && strcmp(notes->notes[i].text, text) == 0;
        if (!known && !keep(notes, step, text)) {
                notes->lost = true;
                if (notes->note)
                        notes->note(notes->arg, step, text);
        }
        if (!notes->holding)
                say(notes);
        pthread_mutex_unlock(&notes->lock);
}

void tamis_notes_hold(struct tamis_notes *notes) {
        pthread_mutex_lock(&notes->lock);
        notes->holding = true;
        pthread_mutex_unlock(&notes->lock);
}

void tamis_notes_let_go(struct tamis_notes *notes, bool tell) {
        pthread_mutex_lock(&notes->lock);
        notes->holding = false;
        while (!tell && notes->n > notes->said)
                free(notes->notes[--notes->n].text);
        say(notes);
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

        if (!context->notes)
                return;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        tamis_notes_add(context->notes, context->type->name, text);
}
