#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tamis/number.h>

#include "gnuplot.h"

extern char **environ;

/* -- words --------------------------------------------------------------------------------------------------------- */

int gnuplot_quote(tamis_buffer *out, tamis_slice text, tamis_error *err) {
        size_t n = text.n < GNUPLOT_LONGEST ? text.n : GNUPLOT_LONGEST;
        int r = tamis_buffer_add(out, "'", 1, err);

        /* half a character would be no XML */
        while (n > 0 && n < text.n && ((unsigned char) text.p[n] & 0xc0) == 0x80)
                n--;
        for (size_t i = 0; r == 0 && i < n; i++) {
                char c = (unsigned char) text.p[i] < 0x20 ? ' ' : text.p[i];

                r = tamis_buffer_add(out, c == '\'' ? "''" : &c, c == '\'' ? 2 : 1, err);
        }
        return r == 0 ? tamis_buffer_add(out, "'", 1, err) : r;
}

int gnuplot_numbers(tamis_buffer *out, const double *x, size_t n, tamis_error *err) {
        int r = tamis_buffer_reserve(out, n * (TAMIS_NUMBER_MAX + 4) + 1, err);

        for (size_t i = 0; r == 0 && i < n; i++) {
                if (isfinite(x[i]))
                        out->n += tamis_number_print(x[i], out->p + out->n);
                else
                        out->p[out->n++] = '?';
                out->p[out->n++] = i + 1 < n ? ' ' : '\n';
        }
        return r;
}

/* -- the program --------------------------------------------------------------------------------------------------- */

static int run(const tamis_buffer *script, tamis_error *err) {
        char *const argv[] = { (char *) "gnuplot", NULL };
        posix_spawn_file_actions_t actions;
        FILE *f = tmpfile();
        int status = 0, failed;
        pid_t child;

        if (!f || fwrite(script->p, 1, script->n, f) != script->n || fflush(f) != 0 || fseek(f, 0, SEEK_SET) != 0) {
                if (f)
                        fclose(f);
                return tamis_fail(err, TAMIS_IO, "a temporary file: %s", strerror(errno));
        }
        if (posix_spawn_file_actions_init(&actions) != 0) {
                fclose(f);
                return tamis_fail_memory(err);
        }
        failed = posix_spawn_file_actions_adddup2(&actions, fileno(f), STDIN_FILENO);
        if (!failed)
                failed = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        fclose(f);
        if (failed)
                return tamis_fail(err, TAMIS_IO, "--plot needs gnuplot (Debian: gnuplot-nox): %s", strerror(failed));
        while (waitpid(child, &status, 0) < 0)
                if (errno != EINTR)
                        return tamis_fail(err, TAMIS_IO, "gnuplot: %s", strerror(errno));
        /* where a process is made by fork(), as under valgrind, the child finds out that there is no such program */
        if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
                return tamis_fail(err, TAMIS_IO, "--plot needs gnuplot (Debian: gnuplot-nox): %s", strerror(ENOENT));
        if (status != 0)
                return tamis_fail(err, TAMIS_IO, "gnuplot has failed");
        return 0;
}

/* `set output`: between double quotes, where a backslash takes the meaning from the next character. */
static int set_output(tamis_buffer *script, const char *path, tamis_error *err) {
        int r = tamis_buffer_addf(script, err, "set output \"");

        for (; r == 0 && *path; path++)
                r = tamis_buffer_addf(script, err, strchr("\"\\$`", *path) ? "\\%c" : "%c", *path);
        return r == 0 ? tamis_buffer_addf(script, err, "\"\n") : r;
}

int gnuplot_draw(const char *path, const char *terminal, const tamis_buffer *commands, tamis_error *err) {
        const char *slash = strrchr(path, '/'), *ending = strrchr(slash ? slash : path, '.');
        tamis_buffer script = {0}, aside = {0};
        int r = tamis_buffer_addf(&aside, err, "%s.%ld.part%s", path, (long) getpid(), ending ? ending : "");

        if (r == 0)
                r = tamis_buffer_add(&aside, "", 1, err);
        if (r == 0)
                r = tamis_buffer_addf(&script, err, "set terminal %s\n", terminal);
        if (r == 0)
                r = set_output(&script, aside.p, err);
        if (r == 0)
                r = tamis_buffer_add(&script, commands->p, commands->n, err);
        if (r == 0)
                r = run(&script, err);
        if (r == 0 && rename(aside.p, path) < 0)
                r = tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
        if (r < 0 && aside.p)
                unlink(aside.p);
        tamis_buffer_done(&script);
        tamis_buffer_done(&aside);
        return r;
}
