#include <gsl/gsl_eigen.h>

#include "fit/eigen.h"

int tamis_eigen(double *a, size_t p, double *values, double *vectors, tamis_error *err) {
        gsl_matrix_view matrix = gsl_matrix_view_array(a, p, p), out = gsl_matrix_view_array(vectors, p, p);
        gsl_vector_view diagonal = gsl_vector_view_array(values, p);
        gsl_eigen_symmv_workspace *room = gsl_eigen_symmv_alloc(p);

        if (!room)
                return tamis_fail_memory(err);
        gsl_eigen_symmv(&matrix.matrix, &diagonal.vector, &out.matrix, room);
        gsl_eigen_symmv_free(room);
        return 0;
}
