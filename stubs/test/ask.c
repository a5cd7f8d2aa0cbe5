#include "ask.h"

#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "mock.h"

struct frame response;

static void finish(struct digest *with, const uint8_t *bytes, size_t length, uint8_t *digest)
{
    uint32_t words[BLOCK / 4];
    size_t n;

    for (; length != 0; length -= n, bytes += n) {
        n = length < BLOCK ? length : BLOCK;
        memcpy(words, bytes, n);
        digest_update(with, words, (uint32_t)n);
    }
    digest_finish(with);
    memcpy(digest, with->value, DIGEST);
}

void digest_of(const uint8_t *bytes, size_t length, uint8_t *digest)
{
    struct digest with;

    digest_start(&with);
    finish(&with, bytes, length, digest);
}

void md5_of(const uint8_t *bytes, size_t length, uint8_t *digest)
{
    struct digest with;

    digest_start_md5(&with);
    finish(&with, bytes, length, digest);
}

bool is_blank(uint32_t address, uint32_t length)
{
    uint32_t i;

    for (i = 0; i < length; i++) {
        if (mock_flash.bytes[address + i] != 0xFF) {
            return false;
        }
    }
    return true;
}

void no_harm_done(void)
{
    if (mock_flash.broken != NULL) {
        printf("flash: %s\n", mock_flash.broken);
        host_failures += 1;
    }
}

bool ask_words(uint8_t opcode, const uint32_t *words, size_t count)
{
    uint8_t payload[1024];
    size_t i;

    for (i = 0; i < count; i++) {
        put32(payload + 4 * i, words[i]);
    }
    return host_ask(opcode, payload, 4 * count, &response);
}

bool own_words(uint8_t opcode, const uint32_t *words, size_t count)
{
    uint8_t body[2048];
    size_t i;

    for (i = 0; i < count; i++) {
        put32(body + 4 * i, words[i]);
    }
    return host_ask_own(opcode, body, 4 * count, &response);
}

void own_failed(uint32_t reason, uint32_t address)
{
    CHECK_EQUAL(response.length, 20);
    CHECK_EQUAL(get32(response.bytes + 8), 1u | reason << 8);
    CHECK_EQUAL(get32(response.bytes + 12), address);
}

size_t store(const uint8_t *data, size_t length, bool zlib, uint8_t *to)
{
    size_t at = 0;
    size_t n;

    if (zlib) {
        to[at++] = 0x78;
        to[at++] = 0x01;
    }
    do {
        n = length < 60000 ? length : 60000;
        length -= n;
        to[at++] = length == 0;
        put16(to + at, (uint32_t)n);
        put16(to + at + 2, ~(uint32_t)n);
        memcpy(to + at + 4, data, n);
        at += 4 + n;
        data += n;
    } while (length != 0);
    return at;
}
