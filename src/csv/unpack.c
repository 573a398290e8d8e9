#include <stdlib.h>

#include "config.h"
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "csv/unpack.h"

struct tamis_unpacker {
        const char *name;
        bool inside;            /* a member or frame has begun and not ended */
        bool padding;           /* zero bytes behind the last gzip member */
#ifdef HAVE_ZLIB
        z_stream gz;
        bool is_gz;
#endif
#ifdef HAVE_ZSTD
        ZSTD_DStream *zst;
#endif
};

static bool is_gz(const unsigned char *p, size_t n) {
        return n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8;
}

/* a frame, or a frame to skip, as some tools write in front */
static bool is_zst(const unsigned char *p, size_t n) {
        return n >= 4 && ((p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd) ||
                          (p[0] >> 4 == 5 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18));
}

static int no_memory(tamis_unpacker *u, tamis_error *err) {
        tamis_unpacker_free(u);
        return tamis_fail_memory(err);
}

int tamis_unpacker_new(const char *name, const char *first, size_t n, tamis_unpacker **ret, tamis_error *err) {
        const unsigned char *p = (const unsigned char *) first;
        bool gz = is_gz(p, n), zst = is_zst(p, n);
        tamis_unpacker *u;

        if (!gz && !zst) {
                *ret = NULL;
                return 0;
        }
#ifndef HAVE_ZLIB
        if (gz)
                return tamis_fail_at(err, TAMIS_IO, name, 0, 0, "this is gzip data, and tamis was built without zlib; "
                                     "unpack it with gzip -dc first");
#endif
#ifndef HAVE_ZSTD
        if (zst)
                return tamis_fail_at(err, TAMIS_IO, name, 0, 0, "this is Zstandard data, and tamis was built without "
                                     "libzstd; unpack it with zstd -dc first");
#endif
        u = calloc(1, sizeof *u);
        if (!u)
                return tamis_fail_memory(err);
        u->name = name;
        u->inside = true;
#ifdef HAVE_ZLIB
        if (gz && inflateInit2(&u->gz, 15 + 16) != Z_OK)
                return no_memory(u, err);
        u->is_gz = gz;
#endif
#ifdef HAVE_ZSTD
        if (zst) {
                u->zst = ZSTD_createDStream();
                if (!u->zst)
                        return no_memory(u, err);
        }
#endif
        *ret = u;
        return 0;
}

void tamis_unpacker_free(tamis_unpacker *u) {
        if (!u)
                return;
#ifdef HAVE_ZLIB
        if (u->is_gz)
                inflateEnd(&u->gz);
#endif
#ifdef HAVE_ZSTD
        ZSTD_freeDStream(u->zst);
#endif
        free(u);
}

#ifdef HAVE_ZLIB
static size_t at_most(size_t n) {
        return n < 1 << 30 ? n : 1 << 30;
}

/* Members follow each other; zero bytes behind the last one are padding of tapes and blocks; other bytes
 * would be lost. */
static int gz_run(tamis_unpacker *u, const char *in, size_t *n_in, char *out, size_t *n_out, tamis_error *err) {
        size_t given = *n_in, room = at_most(*n_out);
        int z;

        if (!u->inside) {
                size_t zeros = 0;

                while (zeros < given && in[zeros] == 0)
                        zeros++;
                u->padding |= zeros > 0;
                *n_in = zeros;
                *n_out = 0;
                if (zeros > 0 || given == 0)
                        return 0;
                if (u->padding || (unsigned char) in[0] != 0x1f)
                        return tamis_fail_at(err, TAMIS_IO, u->name, 0, 0, "other bytes follow the compressed data");
                inflateReset(&u->gz);
                u->inside = true;
        }
        u->gz.next_in = (Bytef *) (uintptr_t) in;
        u->gz.avail_in = (uInt) at_most(given);
        u->gz.next_out = (Bytef *) out;
        u->gz.avail_out = (uInt) room;
        given = at_most(given);
        z = inflate(&u->gz, Z_NO_FLUSH);
        *n_in = given - u->gz.avail_in;
        *n_out = room - u->gz.avail_out;
        if (z == Z_MEM_ERROR)
                return tamis_fail_memory(err);
        if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
                return tamis_fail_at(err, TAMIS_IO, u->name, 0, 0, "the compressed data is damaged: %s",
                                     u->gz.msg ? u->gz.msg : "unknown form");
        u->inside = z != Z_STREAM_END;
        return 0;
}
#endif

#ifdef HAVE_ZSTD
static int zst_run(tamis_unpacker *u, const char *in, size_t *n_in, char *out, size_t *n_out, tamis_error *err) {
        ZSTD_inBuffer from = { in, *n_in, 0 };
        ZSTD_outBuffer to = { out, *n_out, 0 };
        size_t left = ZSTD_decompressStream(u->zst, &to, &from);

        if (ZSTD_isError(left))
                return tamis_fail_at(err, TAMIS_IO, u->name, 0, 0, "the compressed data is damaged: %s",
                                     ZSTD_getErrorName(left));
        *n_in = from.pos;
        *n_out = to.pos;
        if (from.pos > 0 || to.pos > 0)
                u->inside = left != 0;
        return 0;
}
#endif

int tamis_unpacker_run(tamis_unpacker *u, const char *in, size_t *n_in, char *out, size_t *n_out, tamis_error *err) {
#ifdef HAVE_ZLIB
        if (u->is_gz)
                return gz_run(u, in, n_in, out, n_out, err);
#endif
#ifdef HAVE_ZSTD
        if (u->zst)
                return zst_run(u, in, n_in, out, n_out, err);
#endif
        return tamis_fail(err, TAMIS_IO, "no such unpacker");
}

int tamis_unpacker_end(const tamis_unpacker *u, tamis_error *err) {
        if (!u->inside)
                return 0;
        return tamis_fail_at(err, TAMIS_IO, u->name, 0, 0, "ends in the middle of the compressed data");
}
