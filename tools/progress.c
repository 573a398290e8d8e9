#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"
#include "say.h"

static const double QUIET_AT_FIRST = 1, REDRAW = .25;   /* seconds */

static struct {
        progress_mode mode;
        double started, drawn;
        double phase_started;   /* when `what` last changed: rates are those of this pass over the data */
        char what[64];
        uint64_t bytes, rows;   /* as last reported */
} progress;

static double now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}

void progress_start(progress_mode mode) {
        progress.mode = mode == PROGRESS_AUTO && !say_on_terminal() ? PROGRESS_NEVER : mode;
        progress.started = progress.phase_started = now();
        progress.drawn = 0;
}

static void add_bytes(char *out, size_t size, double bytes) {
        static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
        size_t u = 0;

        for (; bytes >= 1000 && u + 1 < sizeof units / sizeof *units; u++)
                bytes /= 1000;
        snprintf(out, size, "%.*f %s", u > 0 && bytes < 100, bytes, units[u]);
}

static void add_time(char *out, size_t size, double seconds) {
        if (seconds < 90)
                snprintf(out, size, "%.0f s", seconds);
        else if (seconds < 90 * 60)
                snprintf(out, size, "%.0f min", seconds / 60);
        else
                snprintf(out, size, "%.1f h", seconds / 3600);
}

/* A line longer than the screen would wrap, and could not be taken back. */
static size_t screen_width(void) {
        struct winsize w;

        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1)
                return (size_t) w.ws_col - 1;
        return 79;
}

void progress_report(void *arg, const char *what, uint64_t bytes, uint64_t total, uint64_t rows) {
        double t, seconds, rate;
        char line[256], read[32], size[32], speed[32], left[32];
        int n;

        progress.bytes = bytes;
        progress.rows = rows;
        if (progress.mode == PROGRESS_NEVER)
                return;
        t = now();
        if (strncmp(progress.what, what, sizeof progress.what - 1) != 0) {
                snprintf(progress.what, sizeof progress.what, "%s", what);
                progress.phase_started = t;
        }
        if ((progress.mode == PROGRESS_AUTO && t - progress.started < QUIET_AT_FIRST) || t - progress.drawn < REDRAW)
                return;
        progress.drawn = t;

        seconds = t - progress.phase_started;
        rate = seconds > 0 ? (double) bytes / seconds : 0;
        add_bytes(read, sizeof read, (double) bytes);
        add_bytes(speed, sizeof speed, rate);
        n = snprintf(line, sizeof line, "%.60s: %s", what, read);
        if (total && bytes <= total) {
                add_bytes(size, sizeof size, (double) total);
                n += snprintf(line + n, sizeof line - (size_t) n, " of %s (%.0f %%)", size,
                              100 * (double) bytes / (double) total);
        }
        n += snprintf(line + n, sizeof line - (size_t) n, ", %llu row%s, %s/s", (unsigned long long) rows,
                      rows == 1 ? "" : "s", speed);
        if (total && bytes <= total && rate > 0 && seconds > 1) {
                add_time(left, sizeof left, (double) (total - bytes) / rate);
                n += snprintf(line + n, sizeof line - (size_t) n, ", %s left", left);
        }
        if ((size_t) n > screen_width())
                line[screen_width()] = 0;
        say_status(line);
}

void progress_end(void) {
        say_status("");
}

void progress_summary(void) {
        char line[128], size[32];

        add_bytes(size, sizeof size, (double) progress.bytes);
        snprintf(line, sizeof line, "%llu row%s read, %s, in %.2f s", (unsigned long long) progress.rows,
                 progress.rows == 1 ? "" : "s", size, now() - progress.started);
        say_note(NULL, line);
}
