/* Any bytes as a saved model: refused with an error, or applied to a small table; never a crash, never a hang. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tamis/run.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char table[] = "id,age,city,label,_split\n1,34,Bath,yes,train\n2,,\"Ulm, x\",no,test\n3,3e2,,yes,train\n";

/* A file in memory that holds these bytes; its path goes into `path`. */
static int in_memory(const void *p, size_t n, char path[64]) {
        int fd = memfd_create("fuzz", MFD_CLOEXEC);

        if (fd < 0 || write(fd, p, n) != (ssize_t) n)
                abort();
        snprintf(path, 64, "/proc/self/fd/%d", fd);
        return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
        char model[64], input[64];
        const char *paths[] = { input };
        int model_fd = in_memory(data, n, model), input_fd = in_memory(table, sizeof table - 1, input);
        tamis_run_options options = {
                .input = { .paths = paths, .n_paths = 1, .dialect = { .delimiter = ',', .header = true } },
                .output = "/dev/null", .threads = 1,
        };
        tamis_error err = {0};
        tamis_run *run;

        if (tamis_run_new(&options, &run, &err) == 0) {
                if (tamis_run_add_model(run, model, &err) == 0)
                        (void) !tamis_run_go(run, &err);
                tamis_run_free(run);
        }
        close(model_fd);
        close(input_fd);
        return 0;
}
