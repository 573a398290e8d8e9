/* Classes that differ only in how they are written: a program that made floats of them writes 1.0 where the truth has
 * 1, and nothing agrees. */
#include <strings.h>

#include <tamis/number.h>

#include "judge/evaluate_subject.h"

static bool alike(tamis_slice a, tamis_slice b) {
        double x, y;

        if (a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0)
                return true;
        return tamis_number_parse(a, &x) && tamis_number_parse(b, &y) && x == y;
}

int tamis_subject_alike(const tamis_subject *s, tamis_verdicts *notes, tamis_error *err) {
        for (size_t i = 0; i < s->k; i++)
                for (size_t j = i + 1; j < s->k; j++)
                        if (s->classes[i].p && s->classes[j].p && alike(s->classes[i], s->classes[j]))
                                return tamis_verdicts_note(notes, err, "\"%.*s\" and \"%.*s\" are written differently "
                                                           "and count as two classes (tamis clean --map makes them "
                                                           "one)", (int) s->classes[i].n, s->classes[i].p,
                                                           (int) s->classes[j].n, s->classes[j].p);
        return 0;
}
