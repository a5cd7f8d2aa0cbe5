/* The whole stub, over a mocked line and flash: commands, sessions, faults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "md5.h"
#include "mock.h"
#include "protocol.h"
#include "writer.h"

static struct frame response;

static void digest_of(const uint8_t *bytes, size_t length, uint8_t *digest)
{
    uint32_t words[BLOCK / 4];
    struct md5 md5;
    size_t n;

    md5_start(&md5);
    for (; length != 0; length -= n, bytes += n) {
        n = length < BLOCK ? length : BLOCK;
        memcpy(words, bytes, n);
        md5_update(&md5, words, (uint32_t)n);
    }
    md5_finish(&md5);
    memcpy(digest, md5.digest, MD5_DIGEST);
}

static bool is_blank(uint32_t address, uint32_t length)
{
    uint32_t i;

    for (i = 0; i < length; i++) {
        if (mock_flash.bytes[address + i] != 0xFF) {
            return false;
        }
    }
    return true;
}

static void no_harm_done(void)
{
    if (mock_flash.broken != NULL) {
        printf("flash: %s\n", mock_flash.broken);
        host_failures += 1;
    }
}

static bool ask_words(uint8_t opcode, const uint32_t *words, size_t count)
{
    uint8_t payload[1024];
    size_t i;

    for (i = 0; i < count; i++) {
        put32(payload + 4 * i, words[i]);
    }
    return host_ask(opcode, payload, 4 * count, &response);
}

static bool own_words(uint8_t opcode, const uint32_t *words, size_t count)
{
    uint8_t body[2048];
    size_t i;

    for (i = 0; i < count; i++) {
        put32(body + 4 * i, words[i]);
    }
    return host_ask_own(opcode, body, 4 * count, &response);
}

#define ASK(opcode, ...)                                                                           \
    ask_words(opcode, (const uint32_t[]){__VA_ARGS__},                                             \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
#define OWN(opcode, ...)                                                                           \
    own_words(opcode, (const uint32_t[]){__VA_ARGS__},                                             \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void own_failed(uint32_t reason, uint32_t address)
{
    CHECK_EQUAL(response.length, 20);
    CHECK_EQUAL(get32(response.bytes + 8), 1u | reason << 8);
    CHECK_EQUAL(get32(response.bytes + 12), address);
}

/* Common commands. */

static void test_sync(void)
{
    uint8_t payload[36] = {7, 7, 0x12, 0x20};
    unsigned answers = 0;

    mock_reset();
    memset(payload + 4, 0x55, 32);
    host_common(SYNC, payload, sizeof payload, 0);
    host_flush();
    while (host_frame(&response)) {
        CHECK_EQUAL(response.length, 10);
        CHECK_EQUAL(get32(response.bytes + 4), 0);
        answers += 1;
    }
    CHECK_EQUAL(answers, 8);
}

static void test_registers(void)
{
    mock_reset();
    mock_registers[3] = 0xCAFEC0DB;
    CHECK(ASK(READ_REG, 12));
    CHECK_EQUAL(get32(response.bytes + 4), 0xCAFEC0DB);
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(ASK(READ_REG, 13));
    CHECK_EQUAL(host_status(&response), E_ADDRESS);
    CHECK(ASK(WRITE_REG, 12, 0x12345678, 0xFFFFFFFF, 0, 16, 0xFF, 0x0F, 5));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK_EQUAL(mock_registers[3], 0x12345678);
    CHECK_EQUAL(mock_registers[4], 0x0F);
}

static void test_refusals(void)
{
    mock_reset();
    CHECK(ASK(0x7F, 0));
    CHECK_EQUAL(host_status(&response), E_COMMAND);
    CHECK(host_ask(READ_REG, "abc", 3, &response));
    CHECK_EQUAL(host_status(&response), E_LENGTH);
    CHECK(ASK(FLASH_BEGIN, 0x1000, 1, 0x1000, 0, 1));
    CHECK_EQUAL(host_status(&response), E_UNIMPLEMENTED);
    CHECK(ASK(FLASH_BEGIN, 0x1000, 1, 0x8000, 0));
    CHECK_EQUAL(host_status(&response), E_SIZE);
    CHECK(ASK(FLASH_BEGIN, 0x1000, 1, 0x1000, 0x400000));
    CHECK_EQUAL(host_status(&response), E_ADDRESS);
    CHECK(ASK(SPI_ATTACH, 1));
    CHECK_EQUAL(host_status(&response), E_UNIMPLEMENTED);
    CHECK(ASK(FLASH_END, 1));
    CHECK_EQUAL(host_status(&response), E_NO_SESSION);
    CHECK(ASK(ERASE_REGION, 0x1001, 0x1000));
    CHECK_EQUAL(host_status(&response), E_ADDRESS);
    CHECK(ASK(CHANGE_BAUDRATE, 0, 115200));
    CHECK_EQUAL(host_status(&response), E_SIZE);
    host_block(FLASH_DATA, 0, "data", 4);
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), E_NO_SESSION);
    /* A frame of which the length field lies. */
    host_raw((const uint8_t *)"\0\x0A\x08\0\0\0\0\0\0\0\0\0", 12);
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), E_LENGTH);
}

static void test_small_commands(void)
{
    mock_reset();
    CHECK(ASK(CHANGE_BAUDRATE, 921600, 115200));
    CHECK_EQUAL(mock_baud, 921600);
    CHECK(host_ask(GET_SECURITY_INFO, NULL, 0, &response));
    CHECK_EQUAL(get32(response.bytes + 8), 0x11223344);
    CHECK(ASK(SPI_ATTACH, 0, 0));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(ASK(SPI_SET_PARAMS, 0, 0x800000, 0x10000, 0x1000, 0x100, 0xFFFF));
    CHECK_EQUAL(host_status(&response), 0);
    host_common(RUN_USER_CODE, NULL, 0, 0);
    host_flush();
    CHECK_EQUAL(mock_resets, 1);
}

static void test_memory(void)
{
    uint8_t data[64];

    mock_reset();
    host_fill(data, sizeof data);
    host_block(MEM_DATA, 0, data, sizeof data);
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), E_NO_SESSION);
    CHECK(ASK(MEM_BEGIN, 128, 2, 64, 0x100));
    host_block(MEM_DATA, 0, data, sizeof data);
    host_block(MEM_DATA, 1, data, sizeof data);
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(host_frame(&response));
    CHECK(memcmp(mock_registers, data, sizeof data) == 0);
    CHECK(memcmp(mock_registers + 16, data, sizeof data) == 0);
    CHECK(ASK(MEM_END, 1, 0));
    CHECK_EQUAL(mock_jump, 0);
    CHECK(ASK(MEM_END, 0, 0x40080000));
    CHECK_EQUAL(mock_jump, 0x40080000);
}

static void test_flash_data(void)
{
    uint8_t data[0x4000 + 100];
    uint8_t digest[16];

    mock_reset();
    host_fill(data, sizeof data);
    memset(mock_flash.bytes, 0x55, 0x40000);
    CHECK(ASK(FLASH_BEGIN, sizeof data, 2, 0x4000, 0x11000, 0));
    CHECK_EQUAL(host_status(&response), 0);
    host_block(FLASH_DATA, 0, data, 0x4000);
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), 0);
    {
        /* The last block is padded. */
        uint8_t last[0x4000];
        memset(last, 0xFF, sizeof last);
        memcpy(last, data + 0x4000, 100);
        host_block(FLASH_DATA, 1, last, sizeof last);
    }
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(ASK(FLASH_END, 1));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(memcmp(mock_flash.bytes + 0x11000, data, sizeof data) == 0);
    CHECK(is_blank(0x11000 + sizeof data, 0x1000 - 100));
    CHECK_EQUAL(mock_flash.bytes[0x10FFF], 0x55);
    CHECK_EQUAL(mock_flash.bytes[0x16000], 0x55);
    CHECK_EQUAL(mock_flash.erases_4k, 5);

    digest_of(data, sizeof data, digest);
    CHECK(ASK(FLASH_MD5SUM, 0x11000, sizeof data, 0, 0));
    CHECK_EQUAL(response.length, 8 + 16 + 2);
    CHECK(memcmp(response.bytes + 8, digest, 16) == 0);
    no_harm_done();

    /* Data that starts within a sector. */
    CHECK(ASK(FLASH_BEGIN, 300, 1, 0x400, 0x20010));
    host_block(FLASH_DATA, 0, data, 300);
    host_flush();
    CHECK(host_frame(&response));
    CHECK(ASK(FLASH_END, 1));
    CHECK(memcmp(mock_flash.bytes + 0x20010, data, 300) == 0);
    CHECK(is_blank(0x20000, 0x10));

    /* A wrong sum, and going on. */
    CHECK(ASK(FLASH_BEGIN, 8, 1, 0x400, 0x30000));
    host_common(FLASH_DATA, "\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0abcd", 20, 0);
    host_block(FLASH_DATA, 0, data, 8);
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), E_CHECKSUM);
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(ASK(READ_REG, 0)); /* waits until all is written, as other hosts expect */
    CHECK(memcmp(mock_flash.bytes + 0x30000, data, 8) == 0);
    CHECK(ASK(FLASH_END, 1));
    CHECK_EQUAL(host_status(&response), 0);

    /* Too little data. */
    CHECK(ASK(FLASH_BEGIN, 0x2000, 2, 0x1000, 0x30000));
    host_block(FLASH_DATA, 0, data, 0x1000);
    host_flush();
    CHECK(ASK(FLASH_END, 1));
    CHECK_EQUAL(host_status(&response), E_SHORT);
    no_harm_done();

    /* END 0 resets. */
    CHECK(ASK(FLASH_BEGIN, 0, 0, 0x4000, 0));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(ASK(FLASH_END, 0));
    CHECK_EQUAL(mock_resets, 1);
}

/* One stored block, with the header of zlib if asked for. */
static size_t store(const uint8_t *data, size_t length, bool zlib, uint8_t *to)
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

static void test_flash_defl_data(void)
{
    static uint8_t data[100000], stream[100100];
    size_t length, at, n;

    mock_reset();
    host_fill(data, sizeof data);
    length = store(data, sizeof data, true, stream);
    memset(stream + length, 0xAD, 4); /* an Adler-32 that nobody looks at */
    length += 4;
    CHECK(ASK(FLASH_DEFL_BEGIN, sizeof data, (uint32_t)(length + 0x3FFF) / 0x4000, 0x4000, 0x40000,
              0));
    for (at = 0; at < length; at += n) {
        n = length - at < 0x4000 ? length - at : 0x4000;
        host_block(FLASH_DEFL_DATA, (uint32_t)(at / 0x4000), stream + at, n);
        host_flush();
        CHECK(host_frame(&response));
        CHECK_EQUAL(host_status(&response), 0);
    }
    CHECK(ASK(FLASH_DEFL_END, 1));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(memcmp(mock_flash.bytes + 0x40000, data, sizeof data) == 0);
    CHECK_EQUAL(mock_flash.erases_64k, 1);
    CHECK_EQUAL(mock_flash.erases_32k, 1);
    CHECK_EQUAL(mock_flash.erases_4k, 1);

    /* What is no stream shows on the next block, or on END. */
    CHECK(ASK(FLASH_DEFL_BEGIN, 0x1000, 1, 0x4000, 0x80000, 0));
    memset(stream, 0xFF, 64);
    host_block(FLASH_DEFL_DATA, 0, stream, 64);
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), 0);
    host_block(FLASH_DEFL_DATA, 1, stream, 64);
    host_flush();
    CHECK(host_frame(&response));
    CHECK_EQUAL(host_status(&response), E_INFLATE);
    CHECK(ASK(FLASH_DEFL_END, 1));
    CHECK_EQUAL(host_status(&response), E_INFLATE);
    no_harm_done();
}

static void test_read_flash(void)
{
    uint8_t acknowledgement[4];
    uint8_t digest[16];
    uint32_t sent = 0;

    mock_reset();
    host_fill(mock_flash.bytes, 0x10000);
    CHECK(ASK(READ_FLASH, 0x123, 5000, 2048, 64));
    while (sent < 5000) {
        CHECK(host_frame(&response));
        CHECK_EQUAL(response.length, 5000 - sent < 2048 ? 5000 - sent : 2048);
        CHECK(memcmp(response.bytes, mock_flash.bytes + 0x123 + sent, response.length) == 0);
        sent += (uint32_t)response.length;
        put32(acknowledgement, sent);
        host_raw(acknowledgement, 4);
        host_flush();
    }
    digest_of(mock_flash.bytes + 0x123, 5000, digest);
    CHECK(host_frame(&response));
    CHECK(response.length == 16 && memcmp(response.bytes, digest, 16) == 0);

    /* A host that gives up, and goes on with another command. */
    CHECK(ASK(READ_FLASH, 0, 5000, 1024, 1));
    CHECK(host_frame(&response));
    CHECK(ASK(READ_REG, 0));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(ASK(READ_FLASH, 0, 5000, 1000, 1));
    CHECK_EQUAL(host_status(&response), E_SIZE);
}

static void test_erase(void)
{
    mock_reset();
    memset(mock_flash.bytes, 0, 0x400000);
    CHECK(ASK(ERASE_REGION, 0x7000, 0x1A000));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(is_blank(0x7000, 0x1A000));
    CHECK_EQUAL(mock_flash.bytes[0x6FFF], 0);
    CHECK_EQUAL(mock_flash.bytes[0x21000], 0);
    CHECK_EQUAL(mock_flash.erases_64k, 1); /* 10000 */
    CHECK_EQUAL(mock_flash.erases_32k, 1); /* 8000 */
    CHECK_EQUAL(mock_flash.erases_4k, 2);  /* 7000, 20000 */
    CHECK(host_ask(ERASE_FLASH, NULL, 0, &response));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(is_blank(0, 0x400000));
    CHECK_EQUAL(mock_flash.erases_64k, 65);
    no_harm_done();
}

/* A flash that is protected, for good or not; one that hangs. */
static void test_bad_flash(void)
{
    mock_reset();
    memset(mock_flash.bytes, 0, 0x10000);
    mock_flash.status = 0x1C;
    CHECK(ASK(ERASE_REGION, 0, 0x1000));
    CHECK_EQUAL(host_status(&response), 0);
    CHECK(is_blank(0, 0x1000));

    mock_reset();
    mock_flash.status = 0x1C;
    mock_flash.volatile_status = false;
    CHECK(ASK(ERASE_REGION, 0, 0x1000));
    CHECK_EQUAL(host_status(&response), E_LOCKED);
    CHECK(OWN(OWN_WRITE_BEGIN, 1, 1, 0x1000, 0x1000));
    own_failed(E_LOCKED, 0x1000);
    no_harm_done();

    mock_reset();
    mock_flash.hangs = true;
    CHECK(ASK(ERASE_REGION, 0x3000, 0x1000));
    CHECK_EQUAL(host_status(&response), E_FLASH);
}

/* Own commands. */

static void test_capability(void)
{
    mock_reset();
    CHECK(host_ask_own(OWN_CAPABILITY, NULL, 0, &response));
    CHECK_EQUAL(response.length, 8 + 4 + 28 + 4);
    CHECK_EQUAL(get32(response.bytes + 8), 0);
    CHECK_EQUAL(get16(response.bytes + 12), 1);
    CHECK_EQUAL(get16(response.bytes + 14), 0x1234);
    CHECK_EQUAL(response.bytes[16], 0);
    CHECK_EQUAL(response.bytes[17], 3);
    CHECK_EQUAL(get16(response.bytes + 18), WRITER_SEGMENTS);
    CHECK_EQUAL(get32(response.bytes + 20), 0x1640EF);
    CHECK_EQUAL(get32(response.bytes + 24), 0x400000);

    /* A controller that cannot keep the chip select low is noticed. */
    mock_flash.holds_select = false;
    mock_start();
    CHECK(host_ask_own(OWN_CAPABILITY, NULL, 0, &response));
    CHECK_EQUAL(response.bytes[17], 1);
    no_harm_done();

    /* A damaged request is not answered; an unknown one is refused. */
    host_damage_next();
    CHECK(!host_ask_own(OWN_CAPABILITY, NULL, 0, &response));
    CHECK(OWN(0xFC, 0));
    own_failed(E_COMMAND, 0);
    CHECK(OWN(OWN_WRITE_BEGIN, 1));
    own_failed(E_LENGTH, 0);
}

static void test_regions(void)
{
    uint8_t digest[16];
    uint32_t i;

    mock_reset();
    host_fill(mock_flash.bytes, 0x20000);
    CHECK(OWN(OWN_DIGEST, 0x100, 0x3001, 0, 0, 0x3FFFFF, 1));
    CHECK_EQUAL(response.length, 8 + 4 + 3 * 16 + 4);
    digest_of(mock_flash.bytes + 0x100, 0x3001, digest);
    CHECK(memcmp(response.bytes + 12, digest, 16) == 0);
    digest_of(NULL, 0, digest);
    CHECK(memcmp(response.bytes + 28, digest, 16) == 0);
    digest_of(mock_flash.bytes + 0x3FFFFF, 1, digest);
    CHECK(memcmp(response.bytes + 44, digest, 16) == 0);

    CHECK(OWN(OWN_MAP, 0x1000, 0x4123, 0x30000, 0x1000, 0, 0));
    CHECK_EQUAL(response.length, 8 + 4 + 6 * 4 + 4);
    for (i = 0; i < 5; i++) {
        CHECK_EQUAL(get32(response.bytes + 12 + 4 * i),
                    host_crc(mock_flash.bytes + 0x1000 + 0x1000 * i, i < 4 ? 0x1000 : 0x123));
    }
    CHECK_EQUAL(get32(response.bytes + 32), 0xF154670A);

    CHECK(OWN(OWN_READ, 0x1234, 0x1235, 0x10, 3));
    CHECK_EQUAL(response.length, 8 + 4 + 0x1238 + 4);
    CHECK(memcmp(response.bytes + 12, mock_flash.bytes + 0x1234, 0x1235) == 0);
    CHECK(memcmp(response.bytes + 12 + 0x1235, mock_flash.bytes + 0x10, 3) == 0);

    CHECK(OWN(OWN_READ, 0, 16, 0x3FFFFF, 2));
    own_failed(E_ADDRESS, 0x3FFFFF);
    CHECK(OWN(OWN_DIGEST, 0xFFFFFFF0, 0x20));
    own_failed(E_ADDRESS, 0xFFFFFFF0);
    CHECK(OWN(OWN_READ, 0, 0x20000));
    CHECK_EQUAL(get32(response.bytes + 8), 1u | E_SIZE << 8);
    no_harm_done();
}

static void test_flash_command(void)
{
    mock_reset();
    CHECK(OWN(OWN_FLASH_COMMAND, 0x9F | 3 << 16, 0));
    CHECK_EQUAL(response.length, 8 + 4 + 3 + 4);
    CHECK_EQUAL(get32(response.bytes + 12) & 0xFFFFFF, 0x1640EF);
    mock_flash.bytes[0x777] = 0x42;
    CHECK(OWN(OWN_FLASH_COMMAND, 0x03 | 5 << 16 | 24u << 24, 0x777));
    CHECK_EQUAL(response.bytes[12], 0x42);
    CHECK(OWN(OWN_FLASH_COMMAND, 0x06, 0));
    CHECK(OWN(OWN_FLASH_COMMAND, 0x02 | 4 << 8 | 24u << 24, 0x900, 0xC0FFEE11));
    CHECK_EQUAL(get32(mock_flash.bytes + 0x900), 0xC0FFEE11);
    no_harm_done();
}

/* Write sessions. */

struct plan {
    uint32_t segments[2 * WRITER_SEGMENTS];
    size_t count;
};

static bool begin(uint16_t id, uint32_t encoding, const struct plan *plan)
{
    uint32_t words[2 + 2 * WRITER_SEGMENTS];

    words[0] = id | encoding << 16;
    words[1] = (uint32_t)plan->count;
    memcpy(words + 2, plan->segments, 8 * plan->count);
    return own_words(OWN_WRITE_BEGIN, words, 2 + 2 * plan->count);
}

static void data(uint16_t id, uint16_t number, const uint8_t *bytes, size_t length)
{
    host_own(OWN_WRITE_DATA, number | (uint32_t)id << 16, bytes, length);
}

/* The last report that has come. */
static struct {
    uint8_t status, reason, phase, flags;
    uint32_t session, next, refused, address, programmed, digested;
    uint8_t digest[16];
    unsigned reports;
} state_now;

static void take_state(const struct frame *frame)
{
    const uint8_t *b = frame->bytes + 8;

    CHECK_EQUAL(frame->length, 8 + 40 + 4);
    state_now.status = b[0];
    state_now.reason = b[1];
    state_now.phase = b[2];
    state_now.flags |= b[3];
    state_now.session = get16(b + 4);
    state_now.next = get16(b + 6);
    state_now.refused = get32(b + 8);
    state_now.address = get32(b + 12);
    state_now.programmed = get32(b + 16);
    memcpy(state_now.digest, b + 20, 16);
    state_now.digested = get32(b + 36);
    state_now.reports += 1;
}

static void listen(void)
{
    struct frame *frame = &response;

    state_now.reports = 0;
    state_now.flags = 0;
    host_flush();
    while (host_frame(frame)) {
        CHECK(host_crc_is_right(frame));
        CHECK_EQUAL(frame->bytes[1], OWN_STATE);
        take_state(frame);
    }
}

static uint8_t image[0x80000];

static void check_done(const uint8_t *bytes, size_t length)
{
    uint8_t digest[16];

    digest_of(bytes, length, digest);
    CHECK_EQUAL(state_now.phase, 2);
    CHECK_EQUAL(state_now.status, 0);
    CHECK_EQUAL(state_now.programmed, length);
    CHECK_EQUAL(state_now.digested, length);
    CHECK_EQUAL(state_now.address, 0xFFFFFFFF);
    CHECK(memcmp(state_now.digest, digest, 16) == 0);
    no_harm_done();
}

/* Send a stream in frames, a few at a time. */
#define WINDOW 0x7E00u

static void stream(uint16_t id, const uint8_t *bytes, size_t length, size_t frame)
{
    size_t at, n;
    uint16_t number = 0;

    for (at = 0; at < length; at += n) {
        n = length - at < frame ? length - at : frame;
        data(id, number++, bytes + at, n);
        if (number % (WINDOW / (frame + 16)) == 0) {
            listen();
            CHECK_EQUAL(state_now.phase == 1 || state_now.phase == 2, 1);
        }
    }
    listen();
}

static void test_write_raw(void)
{
    const struct plan plan = {{0x11000, 0x1F123}, 1};

    mock_reset();
    host_fill(image, sizeof image);
    memset(mock_flash.bytes, 0, 0x100000);
    CHECK(begin(5, 0, &plan));
    take_state(&response);
    CHECK_EQUAL(state_now.phase, 1);
    CHECK_EQUAL(state_now.session, 5);
    stream(5, image, 0x1F123, 0x1000);
    check_done(image, 0x1F123);
    CHECK(memcmp(mock_flash.bytes + 0x11000, image, 0x1F123) == 0);
    CHECK(is_blank(0x11000 + 0x1F123, 0x1000 - 0x123));
    CHECK_EQUAL(mock_flash.bytes[0x10FFF], 0);
    CHECK_EQUAL(mock_flash.bytes[0x31000], 0);
    CHECK_EQUAL(mock_flash.erases_64k, 1); /* 20000 */
    CHECK_EQUAL(mock_flash.erases_32k, 1); /* 18000 */
    CHECK_EQUAL(mock_flash.erases_4k, 7 + 1);
    CHECK_EQUAL(mock_flash.programs, (0x1F123 + 255) / 256);

    /* The state stays, until the next session. */
    CHECK(host_ask_own(OWN_STATE, NULL, 0, &response));
    take_state(&response);
    check_done(image, 0x1F123);
    CHECK(begin(5, 0, &plan));
    take_state(&response);
    CHECK_EQUAL(state_now.phase, 2);
}

static void test_write_deflate(void)
{
    static uint8_t stored[sizeof image + 100];
    const struct plan plan = {{0, 0x40000}, 1};
    size_t length;

    mock_reset();
    host_fill(image, sizeof image);
    length = store(image, 0x40000, false, stored);
    CHECK(begin(6, 1, &plan));
    stream(6, stored, length, 0x2000);
    check_done(image, 0x40000);
    CHECK(memcmp(mock_flash.bytes, image, 0x40000) == 0);
    CHECK_EQUAL(mock_flash.erases_64k, 4);

    /* A stream that ends early, one that is too long, one that is none. */
    length = store(image, 0xFFF, false, stored);
    CHECK(begin(7, 1, &(const struct plan){{0x80000, 0x1000}, 1}));
    data(7, 0, stored, length);
    listen();
    CHECK_EQUAL(state_now.phase, 3);
    CHECK_EQUAL(state_now.reason, E_SHORT);
    length = store(image, 0x2000, false, stored);
    CHECK(begin(8, 1, &(const struct plan){{0x80000, 0x1000}, 1}));
    data(8, 0, stored, 0x1F00);
    listen();
    CHECK_EQUAL(state_now.phase, 3);
    CHECK_EQUAL(state_now.reason, E_LONG);
    memset(stored, 0xFF, 100);
    CHECK(begin(9, 1, &(const struct plan){{0x80000, 0x1000}, 1}));
    data(9, 0, stored, 100);
    listen();
    CHECK_EQUAL(state_now.phase, 3);
    CHECK_EQUAL(state_now.status, 1);
    CHECK_EQUAL(state_now.reason, E_INFLATE);
    CHECK_EQUAL(state_now.address, 0x80000);
    no_harm_done();
}

/* Segments of all kinds, of odd lengths, in one stream. */
static void test_segments(void)
{
    const struct plan plan = {{0x1000, 0x1001, 0x3000 | 1, 0x3000, 0x6000, 5, 0x10000, 0x10000,
                               0x20000 | 2, 0x300, 0x30000 | 3, 0x1000, 0x40000, 0x100},
                              7};
    const size_t lengths[] = {0x1001, 5, 0x10000, 0x300, 0x100};
    const uint32_t places[] = {0x1000, 0x6000, 0x10000, 0x20000, 0x40000};
    size_t total = 0;
    size_t i;

    mock_reset();
    host_fill(image, sizeof image);
    memset(mock_flash.bytes, 0x0F, 0x100000);
    memset(mock_flash.bytes + 0x20000, 0xFF, 0x1000);
    for (i = 0; i < 5; i++) {
        total += lengths[i];
    }
    CHECK(begin(0xFFFF, 0, &plan));
    stream(0xFFFF, image, total, 1000);
    check_done(image, total);
    total = 0;
    for (i = 0; i < 5; i++) {
        CHECK(memcmp(mock_flash.bytes + places[i], image + total, lengths[i]) == 0);
        total += lengths[i];
    }
    CHECK(is_blank(0x3000, 0x3000));
    CHECK_EQUAL(mock_flash.bytes[0x30000], 0x0F);
    CHECK_EQUAL(mock_flash.bytes[0x7000], 0x0F);
    /* 1000 2000 3000 4000 5000 6000 adjoin, but no block of 32 KiB is whole. */
    CHECK_EQUAL(mock_flash.erases_4k, 6 + 1);
    CHECK_EQUAL(mock_flash.erases_32k, 0);
    CHECK_EQUAL(mock_flash.erases_64k, 1);
}

/* Blank segments alone: an erase that reports. */
static void test_erase_session(void)
{
    mock_reset();
    memset(mock_flash.bytes, 0, 0x100000);
    CHECK(begin(1, 0, &(const struct plan){{0x10000 | 1, 0x30000}, 1}));
    listen();
    CHECK_EQUAL(state_now.phase, 2);
    CHECK(state_now.reports >= 3);
    CHECK(is_blank(0x10000, 0x30000));
    CHECK_EQUAL(mock_flash.erases_64k, 3);
    no_harm_done();
}

/* A flash that stops answering fails the session, with the address. */
static void test_hanging_flash(void)
{
    mock_reset();
    host_fill(image, sizeof image);
    CHECK(begin(2, 0, &(const struct plan){{0x5000, 0x2000}, 1}));
    data(2, 0, image, 0x1000);
    listen();
    CHECK_EQUAL(state_now.phase, 1);
    mock_flash.hangs = true;
    data(2, 1, image + 0x1000, 0x1000);
    listen();
    CHECK_EQUAL(state_now.phase, 3);
    CHECK_EQUAL(state_now.reason, E_FLASH);
    CHECK_EQUAL(state_now.address, 0x6000);
    CHECK(ASK(READ_REG, 0));
}

static void test_bad_tables(void)
{
    static const struct {
        struct plan plan;
        uint32_t at;
    } bad[] = {
        {{{0x1004, 0x1000}, 1}, 0x1000},                 /* not a sector, or a kind unknown */
        {{{0x1000, 0}, 1}, 0x1000},                      /* empty */
        {{{0x2000, 0x1000, 0x1000, 0x1000}, 2}, 0x1000}, /* descending */
        {{{0x1000, 0x1001, 0x2000, 0x1000}, 2}, 0x2000}, /* sharing a sector */
        {{{0x3FF000, 0x1001}, 1}, 0x3FF000},             /* past the end */
        {{{0xFFFFF000, 0x1000}, 1}, 0xFFFFF000},
    };
    size_t i;

    mock_reset();
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(begin((uint16_t)(i + 1), 0, &bad[i].plan));
        own_failed(E_ADDRESS, bad[i].at);
    }
    CHECK(begin(0, 0, &(const struct plan){{0x1000, 0x1000}, 1}));
    CHECK_EQUAL(get32(response.bytes + 8), 1u | E_LENGTH << 8);
    CHECK(begin(1, 2, &(const struct plan){{0x1000, 0x1000}, 1}));
    CHECK_EQUAL(get32(response.bytes + 8), 1u | E_LENGTH << 8);
    CHECK_EQUAL(mock_flash.erases_4k, 0);
}

/* Frames lost, doubled, damaged, out of order, of another session. */
static void test_recovery(void)
{
    mock_reset();
    host_fill(image, sizeof image);
    CHECK(begin(3, 0, &(const struct plan){{0, 0x8000}, 1}));
    data(3, 0, image, 0x1000);
    data(3, 0, image, 0x1000); /* doubled */
    listen();
    CHECK_EQUAL(state_now.next, 1);
    CHECK_EQUAL(state_now.flags, 0);
    data(3, 2, image + 0x2000, 0x1000); /* 1 is lost */
    data(3, 3, image + 0x3000, 0x1000);
    listen();
    CHECK_EQUAL(state_now.next, 1);
    CHECK_EQUAL(state_now.flags, 1);
    CHECK_EQUAL(state_now.refused, 2);
    data(4, 1, image + 0x7000, 0x1000); /* another session */
    host_damage_next();
    data(3, 1, image + 0x1000, 0x1000);
    listen();
    CHECK_EQUAL(state_now.next, 1);
    CHECK_EQUAL(state_now.flags, 1);
    host_raw((const uint8_t *)"noise", 5);
    host_raw((const uint8_t *)"\0\x01", 2);
    data(3, 1, image + 0x1000, 0x1000);
    data(3, 2, image + 0x2000, 0x1000);
    data(3, 0, image, 0x1000); /* late */
    data(3, 3, image + 0x3000, 0x1000);
    listen();
    data(3, 4, image + 0x4000, 0x4000); /* larger than said: it is used all the same */
    listen();
    CHECK_EQUAL(state_now.next, 5);
    check_done(image, 0x8000);
    CHECK(memcmp(mock_flash.bytes, image, 0x8000) == 0);

    /* More than the ring holds: what does not fit is refused, and comes again. */
    mock_flash.busy_reads = 1500;
    CHECK(begin(10, 0, &(const struct plan){{0x10000, 0x18000}, 1}));
    take_state(&response);
    {
        uint16_t number = 0;
        unsigned turns;

        for (turns = 0; turns < 100 && state_now.phase != 2; turns++) {
            uint16_t i;
            for (i = 0; i < 20 && number + i < 24; i++) {
                data(10, (uint16_t)(number + i), image + 0x1000 * (number + i), 0x1000);
            }
            listen();
            if (state_now.reports != 0) {
                number = (uint16_t)state_now.next;
            }
        }
    }
    check_done(image, 0x18000);
    CHECK(memcmp(mock_flash.bytes + 0x10000, image, 0x18000) == 0);
}

static void test_cancel(void)
{
    mock_reset();
    host_fill(image, sizeof image);
    CHECK(begin(3, 0, &(const struct plan){{0x5000, 0x8000}, 1}));
    data(3, 0, image, 0x1000);
    listen();
    CHECK(host_ask_own(OWN_CANCEL, NULL, 0, &response));
    CHECK_EQUAL(response.length, 16);
    CHECK(host_ask_own(OWN_STATE, NULL, 0, &response));
    take_state(&response);
    CHECK_EQUAL(state_now.phase, 3);
    CHECK_EQUAL(state_now.reason, E_CANCELLED);
    CHECK_EQUAL(state_now.address, 0x6000);

    /* A cancelled digest ends without its CRC; the next command is carried out. */
    host_own(OWN_DIGEST, 1, "\0\0\0\0\0\0\x40\0", 8);
    host_own(OWN_CANCEL, 2, NULL, 0);
    mock_burst = 1;
    host_flush();
    mock_burst = 0;
    CHECK(host_frame(&response));
    CHECK_EQUAL(response.bytes[1], OWN_DIGEST);
    CHECK(!host_crc_is_right(&response));
    CHECK(host_frame(&response));
    CHECK_EQUAL(response.bytes[1], OWN_CANCEL);
    CHECK(host_crc_is_right(&response));
    CHECK(OWN(OWN_DIGEST, 0, 0x1000));
    CHECK_EQUAL(response.length, 8 + 4 + 16 + 4);

    /* Any other command ends a session, too. */
    CHECK(begin(4, 0, &(const struct plan){{0x5000, 0x8000}, 1}));
    data(4, 0, image, 0x1000);
    host_flush();
    CHECK(ASK(READ_REG, 0));
    data(4, 1, image + 0x1000, 0x1000);
    host_flush();
    while (host_frame(&response)) {
    }
    CHECK(host_ask_own(OWN_STATE, NULL, 0, &response));
    take_state(&response);
    CHECK_EQUAL(state_now.phase, 0);
    no_harm_done();
}

/* Several requests at once are answered in their order. */
static void test_pipeline(void)
{
    uint8_t region[8];
    uint32_t i;

    mock_reset();
    host_fill(mock_flash.bytes, 0x40000);
    for (i = 0; i < 20; i++) {
        put32(region, 0x1000 * i);
        put32(region + 4, 0x1000);
        host_own(OWN_READ, i, region, sizeof region);
    }
    host_flush();
    for (i = 0; i < 20; i++) {
        CHECK(host_frame(&response));
        CHECK_EQUAL(get32(response.bytes + 4), i);
        CHECK(memcmp(response.bytes + 12, mock_flash.bytes + 0x1000 * i, 0x1000) == 0);
    }
}

/* Past 16 MB, with the opcodes that take 32-bit addresses. */
static void test_large_flash(void)
{
    mock_reset();
    mock_flash.id = 0x1940EF;
    mock_start();
    host_fill(image, sizeof image);
    CHECK(begin(3, 0, &(const struct plan){{0x1003000, 0x21234}, 1}));
    stream(3, image, 0x21234, 0x2000);
    check_done(image, 0x21234);
    CHECK(memcmp(mock_flash.bytes + 0x1003000, image, 0x21234) == 0);
    CHECK(is_blank(0x3000, 0x21000));
    CHECK(OWN(OWN_READ, 0x1FFFFFF, 1));
    CHECK_EQUAL(response.length, 8 + 4 + 1 + 4);
}

/* Noise, in frames and outside: nothing breaks, and the next request is answered. */
static void test_noise(void)
{
    static uint8_t noise[3000];
    uint32_t turn;
    size_t i, length;

    mock_reset();
    for (turn = 0; turn < 400; turn++) {
        length = host_random() % sizeof noise;
        host_fill(noise, length);
        for (i = 0; i < length; i++) {
            /* More of what means something; nothing that resets the chip or jumps. */
            if (host_random() % 20 == 0) {
                noise[i] = 0xC0;
            } else if (i != 0 && noise[i - 1] == 0xC0) {
                noise[i] = 0;
            } else if (noise[i] == FLASH_END || noise[i] == FLASH_DEFL_END ||
                       noise[i] == MEM_END || noise[i] == RUN_USER_CODE) {
                noise[i] = SYNC;
            }
        }
        mock_burst = host_random() % 100;
        mock_send(noise, length);
        mock_sent(&i);
    }
    mock_burst = 0;
    mock_send((const uint8_t *)"\xC0", 1);
    CHECK(host_ask_own(OWN_CANCEL, NULL, 0, &response));
    CHECK(host_ask_own(OWN_CAPABILITY, NULL, 0, &response));
}

int main(void)
{
    test_sync();
    test_registers();
    test_refusals();
    test_small_commands();
    test_memory();
    test_flash_data();
    test_flash_defl_data();
    test_read_flash();
    test_erase();
    test_bad_flash();
    test_capability();
    test_regions();
    test_flash_command();
    test_write_raw();
    test_write_deflate();
    test_segments();
    test_erase_session();
    test_hanging_flash();
    test_bad_tables();
    test_recovery();
    test_cancel();
    test_pipeline();
    test_large_flash();
    test_noise();
    printf("stub: %s\n", host_failures == 0 ? "ok" : "FAILED");
    return host_failures != 0;
}
