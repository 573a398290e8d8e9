#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"

enum { STDIN, STDOUT, STDERR, N_FILES };
enum { LOOK = 100 };    /* milliseconds, after which somebody may have said stop */

static double now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static int open_files(const tamis_child *c, int files[N_FILES], tamis_error *err) {
        const char *const paths[] = { c->input ? c->input : "/dev/null", c->output, c->errors };

        for (int i = 0; i < N_FILES; i++) {
                files[i] = open(paths[i], i == STDIN ? O_RDONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                                0600);
                if (files[i] < 0) {
                        int why = errno;

                        while (i-- > 0)
                                close(files[i]);
                        return tamis_fail(err, TAMIS_IO, "%s: %s", paths[i + 1], strerror(why));
                }
        }
        return 0;
}

/* In the child of a process with threads: nothing that allocates or locks. */
static void become(const tamis_child *c, const int files[N_FILES], pid_t parent) {
        static const char no[] = "the program could not be started\n";
        const struct sigaction usual = { .sa_handler = SIG_DFL };
        struct rlimit most = { c->most, c->most }, memory = { c->memory, c->memory };
        sigset_t none;

        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
                _exit(127);
        for (int i = 0; i < N_FILES; i++)
                if (dup2(files[i], i) < 0)
                        _exit(127);
        if (c->most)
                setrlimit(RLIMIT_FSIZE, &most);
        if (c->memory)
                setrlimit(RLIMIT_AS, &memory);
        if (c->folder && chdir(c->folder) < 0)
                _exit(127);
        sigaction(SIGPIPE, &usual, NULL);
        sigaction(SIGINT, &usual, NULL);
        sigaction(SIGTERM, &usual, NULL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execve(c->argv[0], c->argv, c->environment ? c->environment : environ);
        if (write(STDERR, no, sizeof no - 1) < 0)
                _exit(126);
        _exit(127);
}

static bool ended(pid_t pid, int *status, struct rusage *usage) {
        pid_t r;

        do
                r = wait4(pid, status, WNOHANG, usage);
        while (r < 0 && errno == EINTR);
        return r == pid;
}

/* Wait for it, but not beyond its time. `fd` tells when it ends; -1 (an old kernel): it is asked every few
 * milliseconds. */
static void watch(const tamis_child *c, pid_t pid, int fd, double start, tamis_child_end *ret, struct rusage *usage) {
        bool killed = false;

        while (!ended(pid, &ret->status, usage)) {
                double left = c->timeout > 0 ? start + c->timeout - now() : 1e9;
                struct pollfd p = { .fd = fd, .events = POLLIN };

                if (!killed && (left <= 0 || (c->stop && atomic_load(c->stop)))) {
                        ret->timed_out = left <= 0;
                        ret->stopped = !ret->timed_out;
                        kill(-pid, SIGKILL);
                        kill(pid, SIGKILL);     /* it may have no group yet */
                        killed = true;
                }
                if (fd >= 0)
                        poll(&p, 1, killed || left * 1000 > LOOK ? LOOK : (int) (left * 1000) + 1);
                else
                        nanosleep(&(struct timespec) { .tv_nsec = 2000000 }, NULL);
        }
        ret->seconds = now() - start;
}

int child_run(const tamis_child *c, tamis_child_end *ret, tamis_error *err) {
        int files[N_FILES], fd, r = open_files(c, files, err);
        struct rusage usage = {0};
        pid_t parent = getpid(), pid;
        double start;

        if (r < 0)
                return r;
        *ret = (tamis_child_end) {0};
        start = now();
        pid = fork();
        if (pid == 0)
                become(c, files, parent);
        if (pid < 0)
                r = tamis_fail(err, TAMIS_IO, "%s: no process could be made: %s", c->argv[0], strerror(errno));
        for (int i = 0; i < N_FILES; i++)
                close(files[i]);
        if (r < 0)
                return r;
        fd = (int) syscall(SYS_pidfd_open, pid, 0);
        watch(c, pid, fd, start, ret, &usage);
        if (fd >= 0)
                close(fd);
        kill(-pid, SIGKILL);
        ret->megabytes = (double) usage.ru_maxrss * 1024 / 1e6;
        return 0;
}
