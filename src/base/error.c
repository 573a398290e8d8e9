#include <stdarg.h>
#include <stdio.h>

#include <tamis/error.h>

static int fail(tamis_error *err, tamis_status code, const char *file, uint64_t line, uint64_t column,
                const char *format, va_list args) {
        if (!err)
                return code;
        err->code = code;
        err->step = NULL;
        err->line = line;
        err->column = column;
        snprintf(err->file, sizeof err->file, "%s", file ? file : "");
        vsnprintf(err->message, sizeof err->message, format, args);
        return code;
}

int tamis_fail(tamis_error *err, tamis_status code, const char *format, ...) {
        va_list args;

        va_start(args, format);
        fail(err, code, NULL, 0, 0, format, args);
        va_end(args);
        return code;
}

int tamis_fail_at(tamis_error *err, tamis_status code, const char *file, uint64_t line, uint64_t column,
                  const char *format, ...) {
        va_list args;

        va_start(args, format);
        fail(err, code, file, line, column, format, args);
        va_end(args);
        return code;
}

int tamis_fail_memory(tamis_error *err) {
        return tamis_fail(err, TAMIS_NO_MEMORY, "out of memory");
}
