/* whole.h: measures of whole tables: how far the imputed one's correlations are from those of the truth. */
#ifndef TAMIS_JUDGE_WHOLE_H
#define TAMIS_JUDGE_WHOLE_H

#include <stdbool.h>

#include <tamis/error.h>

typedef struct tamis_whole {
        bool wanted;
} tamis_whole;

#endif
