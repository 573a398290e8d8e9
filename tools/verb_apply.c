#include "verb_apply.h"

const char verb_apply_details[] =
        "Each MODEL is what --save wrote: a step or a whole chain. The first word is a model, and so are those behind "
        "it that end in .json; what follows is data. Rows go through in bounded memory, and one row alone gives the "
        "bytes it gives among others. Steps that are for training rows only (smote, sample, prune, split) "
        "are passed over.";

const char verb_apply_examples[] =
        "tamis impute -t Survived --save fill.json train.csv > filled.csv\n"
        "tamis apply fill.json new.csv > new-filled.csv\n"
        "tamis apply fill.json scale.json < new.csv\n";

static bool ends_in_json(const char *word) {
        size_t n = strlen(word);

        return n > 5 && strcmp(word + n - 5, ".json") == 0;
}

size_t apply_models(const parsed *p) {
        size_t n = p->n_operands > 0;

        while (n > 0 && n < p->n_operands && ends_in_json(p->operands[n]))
                n++;
        return n;
}
