#include "look/little.h"

int tamis_look_little(tamis_profile *p, const tamis_look_frame *f, tamis_error *err) {
        return 0;
}
