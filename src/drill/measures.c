#include "drill/functions.h"

const tamis_drill_function tamis_drill_measures[] = {
        { NULL, 0, 0, NULL, false, 0 },
};
