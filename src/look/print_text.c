#include "look/profile.h"

int tamis_profile_text(const tamis_profile *p, size_t width, bool colour, tamis_buffer *out, tamis_error *err) {
        return tamis_profile_csv(p, out, err);
}
