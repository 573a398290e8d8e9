/* Feeds files, and all files of folders, to a fuzz target: what was once found stays found, with no fuzzer at hand. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));       /* a target need not have it */

static int replay_file(const char *path) {
        FILE *f = fopen(path, "rb");
        uint8_t *data = NULL;
        struct stat st;
        int r = -1;

        if (!f || fstat(fileno(f), &st) < 0)
                goto out;
        /* exactly as long as it is, so that reading beyond it shows */
        data = malloc(st.st_size ? (size_t) st.st_size : 1);
        if (!data || fread(data, 1, (size_t) st.st_size, f) != (size_t) st.st_size)
                goto out;
        LLVMFuzzerTestOneInput(data, (size_t) st.st_size);
        r = 0;
out:
        if (r < 0)
                perror(path);
        if (f)
                fclose(f);
        free(data);
        return r;
}

/* Returns how many files there were, or -1. */
static int replay(const char *path) {
        DIR *d = opendir(path);
        int n = 0;

        if (!d)
                return replay_file(path) < 0 ? -1 : 1;
        for (struct dirent *e; n >= 0 && (e = readdir(d));) {
                char file[4096];

                if (*e->d_name == '.')
                        continue;
                snprintf(file, sizeof file, "%s/%s", path, e->d_name);
                n = replay_file(file) < 0 ? -1 : n + 1;
        }
        closedir(d);
        return n;
}

int main(int argc, char **argv) {
        int n = 0;

        if (LLVMFuzzerInitialize)
                LLVMFuzzerInitialize(&argc, &argv);
        /* what every target must stand: nothing at all */
        LLVMFuzzerTestOneInput((const uint8_t *) "", 0);
        for (int i = 1; i < argc && n >= 0; i++) {
                struct stat st;

                if (stat(argv[i], &st) < 0)
                        continue;       /* no corpus yet */
                n = replay(argv[i]);
        }
        if (n < 0)
                return 1;
        printf("%d files\n", n);
        return 0;
}
