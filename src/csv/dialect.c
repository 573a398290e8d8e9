#include "csv/quoted.h"
#include "csv/reader.h"

#define RECORDS 100

void tamis_dialect_eol(tamis_dialect *dialect, const char *p, size_t n, size_t at) {
        const char *eol = "\n";

        if (at < n && p[at] == '\r')
                eol = at + 1 < n && p[at + 1] == '\n' ? "\r\n" : "\r";
        memcpy(dialect->eol, eol, strlen(eol) + 1);
}

/* How many of the first records have as many cells as the first one; *cells: how many that is. 0: it cuts nothing, or
 * the first record is no record with this delimiter. */
static size_t even_records(const char *p, size_t n, bool ended, char delimiter, size_t *cells) {
        tamis_record_found found;
        size_t at = 0, even = 0;

        for (size_t i = 0; i < RECORDS; i++) {
                while (at < n && (p[at] == '\n' || p[at] == '\r'))
                        at++;
                if (at == n || tamis_record_find(p + at, n - at, ended, delimiter, &found) != TAMIS_RECORD_WHOLE)
                        break;
                if (i == 0)
                        *cells = found.cells;
                even += found.cells == *cells;
                at += found.next;
        }
        return even > 0 && *cells > 1 ? even : 0;
}

char tamis_dialect_guess(const char *p, size_t n, bool ended) {
        static const char candidates[] = ",;\t|";
        size_t most = 0, most_cells = 0;
        char best = ',';

        for (const char *c = candidates; *c; c++) {
                size_t cells = 0, even = even_records(p, n, ended, *c, &cells);

                if (even > most || (even == most && even > 0 && cells > most_cells)) {
                        most = even;
                        most_cells = cells;
                        best = *c;
                }
        }
        return best;
}
