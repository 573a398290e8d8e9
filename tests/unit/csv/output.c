#include <errno.h>
#include <signal.h>

#include <dirent.h>
#include <sys/wait.h>

#include "csv/output.h"

#include "reading.h"

static void put(tamis_output *out, const char *text) {
        tamis_error err;

        ck_assert_int_eq(tamis_output_write(out, text, strlen(text), &err), 0);
}

static void check_file(const char *path, const char *want) {
        tamis_buffer b = read_file(path);

        ck_assert_str_eq(b.p, want);
        tamis_buffer_done(&b);
}

/* Files in the scratch folder, `.` and `..` not counted. */
static int count_files(void) {
        DIR *d = opendir(".");
        int n = -2;

        ck_assert_ptr_nonnull(d);
        while (readdir(d))
                n++;
        closedir(d);
        return n;
}

static mode_t mode_of(const char *path) {
        struct stat st;

        ck_assert_int_eq(stat(path, &st), 0);
        return st.st_mode & 07777;
}

START_TEST(a_file_appears_when_it_is_whole) {
        tamis_output *out;
        tamis_error err;

        umask(027);
        ck_assert_int_eq(tamis_output_open("new.csv", _i, &out, &err), 0);
        ck_assert_int_ge(count_files(), _i);
        put(out, "a\n");
        ck_assert_int_ne(access("new.csv", F_OK), 0);
        put(out, "1\n");
        ck_assert_int_eq(tamis_output_commit(out, &err), 0);
        check_file("new.csv", "a\n1\n");
        ck_assert_uint_eq(mode_of("new.csv"), 0640);
        tamis_output_free(out);
        ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(what_is_not_committed_leaves_nothing) {
        tamis_output *out;
        tamis_error err;

        write_file("old.csv", "old\n", 4);
        for (int i = 0; i < 2; i++) {
                ck_assert_int_eq(tamis_output_open(i ? "old.csv" : "new.csv", _i, &out, &err), 0);
                put(out, "half");
                tamis_output_free(out);
        }
        check_file("old.csv", "old\n");
        ck_assert_int_eq(count_files(), 1);
        tamis_output_free(NULL);
}
END_TEST

START_TEST(a_file_that_is_replaced_keeps_its_permissions) {
        static const mode_t modes[] = { 0600, 0644, 0755, 0666 };
        tamis_output *out;
        tamis_error err;

        umask(077);
        write_file("old.csv", "old\n", 4);
        ck_assert_int_eq(chmod("old.csv", modes[_i / 2]), 0);
        ck_assert_int_eq(tamis_output_open("old.csv", _i % 2, &out, &err), 0);
        put(out, "new\n");
        check_file("old.csv", "old\n");
        ck_assert_int_eq(tamis_output_commit(out, &err), 0);
        tamis_output_free(out);
        check_file("old.csv", "new\n");
        ck_assert_uint_eq(mode_of("old.csv"), modes[_i / 2]);
        ck_assert_int_eq(count_files(), 1);
}
END_TEST

/* (link, where it leads, the file that must hold the output) */
static const struct { const char *link, *to, *file; } links[] = {
        { "link.csv", "real.csv",        "real.csv" },
        { "link.csv", "sub/real.csv",    "sub/real.csv" },
        { "sub/link.csv", "real.csv",    "sub/real.csv" },
        { "sub/link.csv", "../real.csv", "real.csv" },
};

START_TEST(links_are_followed) {
        for (int exists = 0; exists < 2; exists++) {
                struct stat st;
                tamis_output *out;
                tamis_error err;

                (void) mkdir("sub", 0700);
                (void) unlink(links[_i].link);
                (void) unlink(links[_i].file);
                if (exists)
                        write_file(links[_i].file, "old\n", 4);
                ck_assert_int_eq(symlink(links[_i].to, links[_i].link), 0);
                ck_assert_int_eq(tamis_output_new(links[_i].link, &out, &err), 0);
                put(out, "new\n");
                ck_assert_int_eq(tamis_output_commit(out, &err), 0);
                tamis_output_free(out);
                ck_assert_int_eq(lstat(links[_i].link, &st), 0);
                ck_assert(S_ISLNK(st.st_mode));
                ck_assert_int_eq(lstat(links[_i].file, &st), 0);
                ck_assert(S_ISREG(st.st_mode));
                check_file(links[_i].file, "new\n");
        }
}
END_TEST

START_TEST(what_cannot_be_written_is_refused) {
        tamis_output *out;
        tamis_error err;

        ck_assert_int_eq(tamis_output_new("nowhere/new.csv", &out, &err), TAMIS_IO);
        ck_assert_str_eq(err.file, "nowhere/new.csv");
        ck_assert_str_eq(err.message, "No such file or directory");
        ck_assert_int_eq(tamis_output_new(".", &out, &err), TAMIS_IO);
        ck_assert_str_eq(err.message, "Is a directory");
        ck_assert_int_eq(symlink("circle", "circle"), 0);
        ck_assert_int_eq(tamis_output_new("circle", &out, &err), TAMIS_IO);
        if (geteuid() != 0) {
                write_file("old.csv", "old\n", 4);
                ck_assert_int_eq(chmod("old.csv", 0444), 0);
                ck_assert_int_eq(tamis_output_new("old.csv", &out, &err), TAMIS_IO);
                ck_assert_str_eq(err.message, "Permission denied");
        }
}
END_TEST

START_TEST(a_full_device_is_written_to_directly) {
        tamis_output *out;
        tamis_error err;

        if (access("/dev/full", W_OK) != 0)
                return;
        ck_assert_int_eq(tamis_output_new("/dev/full", &out, &err), 0);
        ck_assert_int_eq(tamis_output_write(out, "a\n", 2, &err), TAMIS_IO);
        ck_assert_str_eq(err.file, "/dev/full");
        ck_assert_str_eq(err.message, "cannot write: No space left on device");
        tamis_output_free(out);
}
END_TEST

START_TEST(a_fifo_is_written_to_directly) {
        char got[8] = { 0 };
        tamis_output *out;
        tamis_error err;
        struct stat st;
        int fd;

        ck_assert_int_eq(mkfifo("fifo", 0600), 0);
        fd = open("fifo", O_RDONLY | O_NONBLOCK);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(tamis_output_new("fifo", &out, &err), 0);
        put(out, "a\n");
        ck_assert_int_eq(read(fd, got, sizeof got), 2);
        ck_assert_str_eq(got, "a\n");
        ck_assert_int_eq(tamis_output_commit(out, &err), 0);
        tamis_output_free(out);
        ck_assert_int_eq(stat("fifo", &st), 0);
        ck_assert(S_ISFIFO(st.st_mode));
        close(fd);
}
END_TEST

START_TEST(standard_output_nobody_reads) {
        tamis_output *out;
        tamis_error err;
        int ends[2];

        ck_assert_int_eq(pipe(ends), 0);
        close(ends[0]);
        ck_assert_int_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
        ck_assert_int_eq(tamis_output_new(_i ? "-" : NULL, &out, &err), 0);
        ck_assert_int_eq(tamis_output_write(out, "a\n", 2, &err), TAMIS_CLOSED);
        tamis_output_free(out);
}
END_TEST

START_TEST(standard_output_that_is_closed) {
        tamis_output *out;
        tamis_error err;

        close(STDOUT_FILENO);
        ck_assert_int_eq(tamis_output_new("-", &out, &err), TAMIS_IO);
        ck_assert_str_eq(err.file, "standard output");
        ck_assert_str_eq(err.message, "is closed");
}
END_TEST

/* a pipe that is full and does not wait: the writing goes on when there is room */
START_TEST(standard_output_that_does_not_wait) {
        static char block[1 << 18], got[1 << 18];
        tamis_output *out;
        tamis_error err;
        int ends[2];
        pid_t child;

        ck_assert_int_eq(pipe(ends), 0);
        child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
                size_t n = 0;
                ssize_t r;

                close(ends[1]);
                usleep(20000);
                while ((r = read(ends[0], got, sizeof got)) > 0)
                        n += (size_t) r;
                _exit(n != sizeof block);
        }
        ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
        ck_assert_int_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
        close(ends[1]);
        close(ends[0]);
        ck_assert_int_eq(tamis_output_new("-", &out, &err), 0);
        ck_assert_int_eq(tamis_output_write(out, block, sizeof block, &err), 0);
        ck_assert_int_eq(tamis_output_commit(out, &err), 0);
        tamis_output_free(out);
        close(STDOUT_FILENO);
        {
                int status;

                ck_assert_int_eq(waitpid(child, &status, 0), child);
                ck_assert_int_eq(status, 0);
        }
}
END_TEST

int main(void) {
        TCase *tc = tcase_create("output");
        Suite *suite = suite_create("output");
        SRunner *runner = srunner_create(suite);
        int failed;

        signal(SIGPIPE, SIG_IGN);
        tcase_set_timeout(tc, 0);
        tcase_add_checked_fixture(tc, scratch_begin, scratch_end);
        /* with a name from the start, and without */
        tcase_add_loop_test(tc, a_file_appears_when_it_is_whole, 0, 2);
        tcase_add_loop_test(tc, what_is_not_committed_leaves_nothing, 0, 2);
        tcase_add_loop_test(tc, a_file_that_is_replaced_keeps_its_permissions, 0, 8);
        tcase_add_loop_test(tc, links_are_followed, 0, sizeof links / sizeof *links);
        tcase_add_test(tc, what_cannot_be_written_is_refused);
        tcase_add_test(tc, a_full_device_is_written_to_directly);
        tcase_add_test(tc, a_fifo_is_written_to_directly);
        tcase_add_loop_test(tc, standard_output_nobody_reads, 0, 2);
        tcase_add_test(tc, standard_output_that_is_closed);
        tcase_add_test(tc, standard_output_that_does_not_wait);
        suite_add_tcase(suite, tc);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed != 0;
}
