/* The commands that other stubs have, too. */
#include <string.h>

#include "ask.h"
#include "mock.h"
#include "protocol.h"

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

    md5_of(data, sizeof data, digest);
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
    md5_of(mock_flash.bytes + 0x123, 5000, digest);
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

void test_common(void)
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
}
