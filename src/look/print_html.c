#include "look/profile.h"

int tamis_profile_html(const tamis_profile *p, tamis_buffer *out, tamis_error *err) {
        return tamis_profile_json(p, out, err);
}
