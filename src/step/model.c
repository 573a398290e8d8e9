/* Saved models: a chain of learned steps as JSON.
 *
 *     { "tamis_model": 1, "tamis": "0.1.0",
 *       "steps": [ { "step": "impute", "options": { ... }, "rows": 668, "state": { ... } }, ... ] }
 *
 * "tamis_model" is the version of this layout. A file with a higher one was written by a newer tamis and is refused: to
 * guess at it would be to give wrong numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "step/long_texts.h"
#include "step/run.h"

enum { LAYOUT = 1 };

static int bad(tamis_error *err, const char *path, const char *why) {
        return tamis_fail(err, TAMIS_BAD_MODEL, "%s: not a model of tamis: %s", path, why);
}

static int check_step(const json_t *step, size_t i, const char *path, tamis_error *err) {
        const char *name;
        tamis_error why = {0};
        uint64_t rows;

        if (tamis_json_text(step, "step", &name, NULL, &why) < 0 || tamis_json_count(step, "rows", &rows, &why) < 0)
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: step %zu: %s", path, i + 1, why.message);
        if (!tamis_step_find(name))
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: step %zu is a \"%s\", which this tamis does not know",
                                  path, i + 1, name);
        if (!json_is_object(json_object_get(step, "options")) || !json_is_object(json_object_get(step, "state")))
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: step %zu (%s) has no options or no state", path, i + 1,
                                  name);
        return 0;
}

static int check(const json_t *model, const char *path, tamis_error *err) {
        const json_t *steps = json_object_get(model, "steps");
        const json_t *version = json_object_get(model, "tamis_model");
        const char *writer = json_string_value(json_object_get(model, "tamis"));

        if (!json_is_object(model) || !version)
                return bad(err, path, "it is JSON, but has no \"tamis_model\"");
        if (!json_is_integer(version) || json_integer_value(version) < 1)
                return bad(err, path, "\"tamis_model\" is no version");
        if (json_integer_value(version) > LAYOUT)
                return tamis_fail(err, TAMIS_BAD_MODEL, "%s: a newer tamis (%s) wrote this model; this is %s", path,
                                  writer ? writer : "version not given", TAMIS_VERSION);
        if (!json_is_array(steps) || json_array_size(steps) == 0)
                return bad(err, path, "it holds no steps");
        for (size_t i = 0; i < json_array_size(steps); i++) {
                int r = check_step(json_array_get(steps, i), i, path, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int parse(const tamis_long_texts *texts, const char *path, json_t **ret, tamis_error *err) {
        json_error_t why;
        json_t *model;
        int r = tamis_json_parse((tamis_slice) { texts->rest.p, texts->rest.n }, &model, &why, err);

        if (r < 0)
                return r;
        if (!model)
                return tamis_fail_at(err, TAMIS_BAD_MODEL, path, (uint64_t) (why.line > 0 ? why.line : 0),
                                     (uint64_t) (why.column > 0 ? why.column : 0), "not a model of tamis: %s",
                                     why.text);
        r = tamis_long_texts_restore(texts, model, err);
        if (r == 0)
                r = check(model, path, err);
        if (r < 0) {
                json_decref(model);
                return r;
        }
        *ret = model;
        return 0;
}

int tamis_model_parse(const char *text, size_t n, const char *path, json_t **ret, tamis_error *err) {
        tamis_long_texts texts = {0};
        int r = tamis_long_texts_cut(&texts, (tamis_slice) { text, n }, err);

        if (r == 0)
                r = parse(&texts, path, ret, err);
        tamis_long_texts_done(&texts);
        return r;
}

static int read_all(int fd, const char *path, tamis_buffer *text, tamis_error *err) {
        struct stat file;
        size_t ahead = 1 << 16;
        ssize_t n;

        if (fstat(fd, &file) == 0 && file.st_size > 0)          /* at once; one byte more shows that it ends there */
                ahead = (size_t) file.st_size + 1;
        do {
                int r = tamis_buffer_reserve(text, text->n < ahead ? ahead - text->n : 1 << 16, err);

                if (r < 0)
                        return r;
                n = read(fd, text->p + text->n, text->capacity - text->n);
                if (n < 0 && errno != EINTR)
                        return tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
                text->n += n > 0 ? (size_t) n : 0;
        } while (n != 0);
        return 0;
}

int tamis_model_read(const char *path, json_t **ret, tamis_error *err) {
        tamis_buffer text = {0};
        int fd = open(path, O_RDONLY | O_CLOEXEC), r;

        if (fd < 0)
                return tamis_fail(err, TAMIS_IO, "%s: %s", path, strerror(errno));
        r = read_all(fd, path, &text, err);
        close(fd);
        if (r == 0)
                r = tamis_model_parse(text.p, text.n, path, ret, err);
        tamis_buffer_done(&text);
        return r;
}

static int save_link(const tamis_link *link, json_t *steps, tamis_error *err) {
        json_t *step = tamis_json_child(steps, NULL, json_object()), *state;
        int r = json_object_set_new(step, "step", json_string(link->type->name));

        r |= json_object_set_new(step, "options", tamis_settings_to_json(link->settings));
        r |= json_object_set_new(step, "rows", json_integer((json_int_t) link->learned_rows));
        state = tamis_json_child(step, "state", json_object());
        if (r < 0 || !state)
                return tamis_fail_memory(err);
        return link->type->save && !(link->type->traits & TAMIS_TRAIN_ONLY) ? link->type->save(link->state, state, err)
                                                                            : 0;
}

int tamis_model_write(const tamis_run *run, const char *path, tamis_output **ret, tamis_error *err) {
        json_t *model = json_object(), *steps;
        int r = json_object_set_new(model, "tamis_model", json_integer(LAYOUT));

        r |= json_object_set_new(model, "tamis", json_string(TAMIS_VERSION));
        steps = tamis_json_child(model, "steps", json_array());
        if (r < 0 || !steps)
                r = tamis_fail_memory(err);
        for (size_t i = 0; i < run->n_links && r == 0; i++)
                r = save_link(run->links[i], steps, err);
        if (r == 0)
                r = tamis_json_write(model, path, ret, err);
        json_decref(model);
        return r;
}
