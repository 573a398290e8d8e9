#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tamis/schema.h>

#include "config.h"             /* the build's: where drills are */
#include "drill_find.h"

enum { PATH = DRILL_PATH, MOST = 512 };

int drill_find_all(const char **ret, tamis_error *err) {
        const char *const places[] = { getenv("TAMIS_DRILLS"), TAMIS_SOURCE_DRILLS, TAMIS_INSTALLED_DRILLS };

        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
                if (!places[i] || !*places[i])
                        continue;
                if (access(places[i], R_OK | X_OK) == 0) {
                        *ret = places[i];
                        return 0;
                }
                if (i == 0)
                        return tamis_fail(err, TAMIS_IO, "TAMIS_DRILLS names %s: %s", places[i], strerror(errno));
        }
        return tamis_fail(err, TAMIS_IO, "%s: no drills are there (TAMIS_DRILLS names their folder)",
                          TAMIS_INSTALLED_DRILLS);
}

static int by_name(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

int drill_list(tamis_arena *arena, const char ***ret, size_t *n, tamis_error *err) {
        const char *folder, **names = tamis_arena_get(arena, MOST * sizeof *names);
        struct dirent *e;
        DIR *d;
        int r = names ? drill_find_all(&folder, err) : tamis_fail_memory(err);

        if (r < 0)
                return r;
        d = opendir(folder);
        if (!d)
                return tamis_fail(err, TAMIS_IO, "%s: %s", folder, strerror(errno));
        *n = 0;
        while (r == 0 && *n < MOST && (e = readdir(d))) {
                char path[PATH];

                snprintf(path, sizeof path, "%.3000s/%.256s/drill.ini", folder, e->d_name);
                if (e->d_name[0] == '.' || access(path, R_OK) < 0)
                        continue;
                names[*n] = tamis_arena_copy(arena, tamis_slice_of(e->d_name));
                if (!names[(*n)++])
                        r = tamis_fail_memory(err);
        }
        closedir(d);
        if (r < 0)
                return r;
        qsort(names, *n, sizeof *names, by_name);
        *ret = names;
        return 0;
}

static int unknown(const char *name, tamis_error *err) {
        tamis_arena arena = {0};
        tamis_slice words[MOST];
        const char **names;
        char near[256] = "";
        size_t n = 0;
        int r = drill_list(&arena, &names, &n, err);

        for (size_t i = 0; r == 0 && i < n; i++)
                words[i] = tamis_slice_of(names[i]);
        if (r == 0)
                tamis_nearest(tamis_slice_of(name), words, n, near, sizeof near);
        tamis_arena_done(&arena);
        if (r < 0)
                return r;
        return tamis_fail(err, TAMIS_USAGE, "no drill \"%s\"%s%s (tamis drill list shows them)", name,
                          *near ? "; near are " : "", near);
}

int drill_find(const char *name, char *ret, size_t size, tamis_error *err) {
        const char *folder;
        char path[PATH];
        int r = drill_find_all(&folder, err);

        if (r < 0)
                return r;
        snprintf(path, sizeof path, "%.3000s/%.256s/drill.ini", folder, name);
        if (!*name || strchr(name, '/') || *name == '.' || access(path, R_OK) < 0)
                return unknown(name, err);
        snprintf(ret, size, "%.3000s/%.256s", folder, name);
        return 0;
}

int drill_open(const char *name, drill_opened *ret, tamis_error *err) {
        char path[PATH + 16];
        int r;

        *ret = (drill_opened) { .name = name };
        r = drill_find(name, ret->folder, sizeof ret->folder, err);
        if (r < 0)
                return r;
        snprintf(path, sizeof path, "%s/drill.ini", ret->folder);
        return tamis_drill_config_read(path, &ret->config, err);
}

void drill_close(drill_opened *drill) {
        tamis_drill_config_done(&drill->config);
}

const char *drill_says(const drill_opened *drill, const char *key) {
        const char *value = drill->config.n > 0 ? tamis_drill_config_value(&drill->config.sections[0], key) : NULL;

        return value ? value : "";
}
