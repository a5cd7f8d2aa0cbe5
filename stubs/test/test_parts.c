/* Parts of the stub that need nothing around them: MD5, SHA-256, CRC-32, inflate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32.h"
#include "digest.h"
#include "host.h"
#include "inflate.h"
#include "sha256.h"

/* RFC 1321, appendix A.5. */
static const struct {
    const char *text;
    const char *digest;
} md5_suite[] = {
    {"", "d41d8cd98f00b204e9800998ecf8427e"},
    {"a", "0cc175b9c0f1b6a831c399e269772661"},
    {"abc", "900150983cd24fb0d6963f7d28e17f72"},
    {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
     "d174ab98d277d9f5a5611c2c9f419d9f"},
    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     "57edf4a22be3c955ac49da2e2107b67a"},
};

/* FIPS 180-4: the first halves of the examples in FIPS 180-2, B.1 and B.2, */
static const struct {
    const char *text;
    const char *digest;
} sha_suite[] = {
    {"abc", "ba7816bf8f01cfea414140de5dae2223"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039"},
};

/* and of so many letters a, about the ends of blocks and of padding. */
static const struct {
    size_t length;
    const char *digest;
} sha_lengths[] = {
    {0, "e3b0c44298fc1c149afbf4c8996fb924"},
    {1, "ca978112ca1bbdcafac231b39a23dc4d"},
    {55, "9f4390f8d30c2dd92ec9f095b65e2b9a"},
    {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f"},
    {57, "f13b2d724659eb3bf47f2dd6af1accc8"},
    {60, "11ee391211c6256460b6ed375957fadd"},
    {61, "35d5fc17cfbbadd00f5e710ada39f194"},
    {63, "7d3e74a05d7db15bce4ad9ec0658ea98"},
    {64, "ffe054fe7ae0cb6dc65c3af9b61d5209"},
    {65, "635361c48bb9eab14198e76ea8ab7f1a"},
    {119, "31eba51c313a5c08226adf18d4a359cf"},
    {120, "2f3d335432c70b580af0e8e1b3674a7c"},
    {128, "6836cf13bac400e9105071cd6af47084"},
    {4099, "27e7e491707706b181dae5a73fcc4a30"},
    {1000000, "cdc76e5c9914fb9281a1c7e284d73e67"},
};

/* In pieces of `piece` bytes. */
static void finish(struct digest *digest, const uint8_t *bytes, size_t length, size_t piece,
                   char *hex)
{
    uint32_t words[BLOCK / 4];
    size_t n, i;

    for (; length != 0; length -= n, bytes += n) {
        n = length < piece ? length : piece;
        memcpy(words, bytes, n);
        digest_update(digest, words, (uint32_t)n);
    }
    digest_finish(digest);
    for (i = 0; i < DIGEST; i++) {
        snprintf(hex + 2 * i, 3, "%02x", ((const uint8_t *)digest->value)[i]);
    }
}

static void digest_of(const uint8_t *bytes, size_t length, size_t piece, char *hex)
{
    struct digest digest;

    digest_start(&digest);
    finish(&digest, bytes, length, piece, hex);
    CHECK_EQUAL(digest.length, length);
}

static void md5_of(const uint8_t *bytes, size_t length, size_t piece, char *hex)
{
    struct digest digest;

    digest_start_md5(&digest);
    finish(&digest, bytes, length, piece, hex);
    CHECK_EQUAL(digest.length, length);
}

/* How the bytes are cut into pieces makes no difference, at any length. */
static void test_pieces(void (*of)(const uint8_t *, size_t, size_t, char *))
{
    uint8_t bytes[300];
    char whole[33], pieces[33];
    size_t i, piece;

    host_fill(bytes, sizeof bytes);
    for (i = 0; i < sizeof bytes; i++) {
        of(bytes, i, BLOCK, whole);
        for (piece = 1; piece < BLOCK; piece += 9) {
            of(bytes, i, piece, pieces);
            CHECK(strcmp(whole, pieces) == 0);
        }
    }
}

static void test_digests(void)
{
    static uint8_t million[1000000];
    char hex[33];
    size_t i;

    memset(million, 'a', sizeof million);
    digest_prepare();
    CHECK(digest_is_sha());
    for (i = 0; i < sizeof md5_suite / sizeof *md5_suite; i++) {
        md5_of((const uint8_t *)md5_suite[i].text, strlen(md5_suite[i].text), BLOCK, hex);
        CHECK(strcmp(hex, md5_suite[i].digest) == 0);
    }
    /* A million times the letter a (FIPS 180's long message, in MD5). */
    md5_of(million, sizeof million, BLOCK, hex);
    CHECK(strcmp(hex, "7707d6ae4e027c70eea2a935c2296f21") == 0);
    for (i = 0; i < sizeof sha_suite / sizeof *sha_suite; i++) {
        digest_of((const uint8_t *)sha_suite[i].text, strlen(sha_suite[i].text), BLOCK, hex);
        CHECK(strcmp(hex, sha_suite[i].digest) == 0);
    }
    for (i = 0; i < sizeof sha_lengths / sizeof *sha_lengths; i++) {
        digest_of(million, sha_lengths[i].length, BLOCK, hex);
        CHECK(strcmp(hex, sha_lengths[i].digest) == 0);
    }
    test_pieces(md5_of);
    test_pieces(digest_of);

    /* An accelerator that says something else is left alone. */
    sha256_broken = true;
    digest_prepare();
    sha256_broken = false;
    CHECK(!digest_is_sha());
    digest_of((const uint8_t *)"abc", 3, BLOCK, hex);
    CHECK(strcmp(hex, md5_suite[2].digest) == 0);
}

static void test_crc32(void)
{
    uint8_t bytes[4096];
    size_t i;

    crc32_prepare();
    CHECK_EQUAL(~crc32(CRC32_START, "123456789", 9), 0xCBF43926u);
    memset(bytes, 0xFF, sizeof bytes);
    CHECK_EQUAL(~crc32(CRC32_START, bytes, sizeof bytes), 0xF154670Au);
    host_fill(bytes, sizeof bytes);
    for (i = 0; i < 70; i++) {
        CHECK_EQUAL(~crc32(CRC32_START, bytes, (uint32_t)i), host_crc(bytes, i));
    }
    put32(bytes + 100, host_crc(bytes, 100));
    CHECK_EQUAL(crc32(CRC32_START, bytes, 104), CRC32_RESIDUE);
}

/* Inflate: input in pieces, output compared as it comes. */
#define RING 0x8000u

static struct {
    const uint8_t *in;
    size_t in_left;
    size_t piece; /* longest piece of input */
    uint8_t ring[RING];
    const uint8_t *expected;
    size_t expected_length;
    size_t made;
    bool differs;
    size_t stop_at;
} job;

struct span inflate_span(void)
{
    struct span span = {job.in, 0};
    size_t n = job.piece == 0 ? job.in_left : 1 + host_random() % job.piece;

    n = n < job.in_left ? n : job.in_left;
    span.length = (uint32_t)n;
    job.in += n;
    job.in_left -= n;
    return span;
}

bool inflate_room(uint32_t made)
{
    for (; job.made < made; job.made++) {
        if (job.made >= job.expected_length ||
            job.ring[job.made % RING] != job.expected[job.made]) {
            job.differs = true;
        }
    }
    return made < job.stop_at;
}

void inflate_breathe(void)
{
}

static enum reason run(const uint8_t *in, size_t in_length, const uint8_t *expected,
                       size_t expected_length, enum encoding encoding)
{
    job.in = in;
    job.in_left = in_length;
    job.expected = expected;
    job.expected_length = expected_length;
    job.made = 0;
    job.differs = false;
    job.stop_at = (size_t)-1;
    return inflate(job.ring, RING - 1u, encoding, (uint32_t)expected_length);
}

static void test_inflate_stream(const uint8_t *in, size_t in_length, const uint8_t *expected,
                                size_t expected_length, enum encoding encoding)
{
    static const size_t pieces[] = {0, 1, 7, 300, 4096};
    uint8_t *copy;
    enum reason reason;
    size_t i, step;

    for (i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        job.piece = pieces[i];
        CHECK_EQUAL(run(in, in_length, expected, expected_length, encoding), OK);
        CHECK(!job.differs);
        CHECK_EQUAL(job.made, expected_length);
    }

    /* Cut off anywhere: never a success, and nothing wrong before the cut. */
    job.piece = 0;
    step = in_length / 400 + 1;
    for (i = 0; i < in_length; i += step) {
        reason = run(in, i, expected, expected_length, encoding);
        CHECK_EQUAL(reason, E_SHORT);
    }

    /* Stopped anywhere. */
    for (i = 1; i < expected_length; i += expected_length / 50 + 1) {
        job.in = in;
        job.in_left = in_length;
        job.expected = expected;
        job.expected_length = expected_length;
        job.made = 0;
        job.differs = false;
        job.stop_at = i;
        reason = inflate(job.ring, RING - 1u, encoding, (uint32_t)expected_length);
        CHECK(reason == E_SHORT || job.made == expected_length);
        CHECK(!job.differs);
    }

    /* Damaged: whatever comes out, it ends (the sanitizers watch the rest). */
    copy = malloc(in_length);
    if (copy == NULL) {
        abort();
    }
    for (i = 0; i < 100; i++) {
        memcpy(copy, in, in_length);
        copy[host_random() % in_length] ^= (uint8_t)(1u << host_random() % 8);
        job.piece = 0;
        run(copy, in_length, expected, expected_length, encoding);
    }
    free(copy);
}

static uint8_t *load(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(0x1000000);

    if (file == NULL || bytes == NULL) {
        printf("cannot read %s\n", path);
        exit(2);
    }
    *length = fread(bytes, 1, 0x1000000, file);
    fclose(file);
    return bytes;
}

/* Pairs of files: plain, and compressed by gzip -n (a header of ten bytes, deflate,
 * eight bytes). */
static void test_inflate_file(const char *plain_path, const char *gzip_path)
{
    size_t plain_length, gzip_length;
    uint8_t *plain = load(plain_path, &plain_length);
    uint8_t *gzip = load(gzip_path, &gzip_length);

    CHECK(gzip_length > 18);
    test_inflate_stream(gzip + 10, gzip_length - 18, plain, plain_length, ENCODING_DEFLATE);
    /* The same with the header of zlib in front. */
    gzip[8] = 0x78;
    gzip[9] = 0x9C;
    test_inflate_stream(gzip + 8, gzip_length - 16, plain, plain_length, ENCODING_ZLIB);
    free(plain);
    free(gzip);
}

static void test_inflate_bad(void)
{
    static const struct {
        const char *what;
        uint8_t bytes[16];
        size_t length;
    } bad[] = {
        {"block type 3", {0x07, 0, 0, 0}, 4},
        {"stored length does not match", {0x01, 5, 0, 5, 0, 1, 2, 3}, 8},
        {"distance before the beginning", {0x03, 0x02, 0x00}, 3},
        {"incomplete code lengths", {0x05, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 12},
    };
    static const uint8_t zlib_bad[] = {0x79, 0x9C, 3, 0};
    static const uint8_t empty[] = {3, 0};
    size_t i;

    job.piece = 0;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (run(bad[i].bytes, bad[i].length, NULL, 0, ENCODING_DEFLATE) != E_INFLATE) {
            printf("not refused: %s\n", bad[i].what);
            host_failures += 1;
        }
    }
    /* What is missing of the last code is no end, even where it would be zeros. */
    CHECK_EQUAL(run(empty, sizeof empty, NULL, 0, ENCODING_DEFLATE), OK);
    CHECK_EQUAL(run(empty, 1, NULL, 0, ENCODING_DEFLATE), E_SHORT);
    CHECK_EQUAL(run(zlib_bad, sizeof zlib_bad, NULL, 0, ENCODING_ZLIB), E_INFLATE);
}

static void test_raw(void)
{
    static uint8_t bytes[70000];

    host_fill(bytes, sizeof bytes);
    test_inflate_stream(bytes, sizeof bytes, bytes, sizeof bytes, ENCODING_RAW);
}

int main(int argc, char **argv)
{
    int i;

    test_digests();
    test_crc32();
    test_inflate_bad();
    test_raw();
    for (i = 1; i + 1 < argc; i += 2) {
        test_inflate_file(argv[i], argv[i + 1]);
    }
    printf("parts: %s\n", host_failures == 0 ? "ok" : "FAILED");
    return host_failures != 0;
}
