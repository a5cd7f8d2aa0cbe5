/* The stub's own commands, but for write sessions. */
#include <string.h>

#include "ask.h"
#include "mock.h"
#include "protocol.h"
#include "writer.h"

static void test_capability(void)
{
    mock_reset();
    CHECK(host_ask_own(OWN_CAPABILITY, NULL, 0, &response));
    CHECK_EQUAL(response.length, 8 + 4 + 28 + 4);
    CHECK_EQUAL(get32(response.bytes + 8), 0);
    CHECK_EQUAL(get16(response.bytes + 12), 1);
    CHECK_EQUAL(get16(response.bytes + 14), 0x1234);
    CHECK_EQUAL(response.bytes[16], 0);
    CHECK_EQUAL(response.bytes[17], 11);
    CHECK_EQUAL(get16(response.bytes + 18), WRITER_SEGMENTS);
    CHECK_EQUAL(get32(response.bytes + 20), 0x1640EF);
    CHECK_EQUAL(get32(response.bytes + 24), 0x400000);

    /* A controller that cannot keep the chip select low is noticed. */
    mock_flash.holds_select = false;
    mock_start();
    CHECK(host_ask_own(OWN_CAPABILITY, NULL, 0, &response));
    CHECK_EQUAL(response.bytes[17], 9);
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

void test_own(void)
{
    test_capability();
    test_regions();
    test_flash_command();
}
