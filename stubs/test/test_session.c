/* Write sessions, and all of it under noise. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "mock.h"
#include "protocol.h"
#include "writer.h"

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

void test_sessions(void)
{
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
}
