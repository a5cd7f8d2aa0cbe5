/* The commands that other stubs have, too. */
#include "block.h"
#include "chip.h"
#include "command.h"
#include "digest.h"
#include "flash.h"
#include "port.h"
#include "reader.h"
#include "rx.h"
#include "session.h"
#include "state.h"
#include "system.h"
#include "tx.h"
#include "writer.h"

#define SYNC_ANSWERS 8u

static uint32_t mem_next; /* MEM_DATA goes here */

static uint32_t answer(const struct request *r, uint32_t value, const void *data, uint32_t length)
{
    common_response(r->opcode, value, data, length, OK);
    return ANSWERED;
}

/* The last answer before things change. */
static void answer_and_drain(const struct request *r)
{
    common_response(r->opcode, 0, 0, 0, OK);
    port_drain();
}

static uint32_t sync(struct request *r)
{
    uint32_t i;

    for (i = 0; i < SYNC_ANSWERS; i++) {
        answer(r, 0, 0, 0);
    }
    return ANSWERED;
}

static uint32_t read_register(struct request *r)
{
    if (r->body[0] % 4 != 0) {
        return E_ADDRESS;
    }
    return answer(r, REG(r->body[0]), 0, 0);
}

static uint32_t write_register(struct request *r)
{
    const uint32_t *entry = r->body;
    const uint32_t *const end = entry + r->length / 4u;

    for (; entry + 4 <= end; entry += 4) {
        if (entry[0] % 4 != 0) {
            return E_ADDRESS;
        }
        REG(entry[0]) = (REG(entry[0]) & ~entry[2]) | (entry[1] & entry[2]);
        system_delay(entry[3]);
    }
    return OK;
}

/* The loader has attached the flash; other pins are not for this stub. */
static uint32_t spi_attach(struct request *r)
{
    if (r->body[0] != 0) {
        return E_UNIMPLEMENTED;
    }
    flash_prepare();
    return OK;
}

static uint32_t spi_set_params(struct request *r)
{
    flash_set_size(r->body[1]);
    return OK;
}

static uint32_t change_baudrate(struct request *r)
{
    if (r->body[0] == 0 || r->body[1] == 0) {
        return E_SIZE;
    }
    answer_and_drain(r);
    port_set_baud(r->body[0], r->body[1]);
    return ANSWERED;
}

/* One segment. All sectors it touches are erased, the first one too if the data
 * starts within it: that is what hosts expect of these commands. */
static uint32_t begin(struct request *r, enum encoding encoding)
{
    const uint32_t size = r->body[0];
    const uint32_t skip = r->body[3] % FLASH_SECTOR;
    uint32_t reason;

    if (r->length >= 20 && r->body[4] != 0) {
        return E_UNIMPLEMENTED; /* encrypted */
    }
    if (r->body[2] > BLOCK_MAX) {
        return E_SIZE;
    }
    writer_table[0].address = r->body[3] - skip;
    writer_table[0].length = size + skip;
    reason = writer_start(size != 0);
    if (reason != OK) {
        return reason;
    }
    if (size != 0) {
        writer_skip(skip);
    }
    session_open(0);
    answer(r, 0, 0, 0);
    session_run(encoding);
    return ANSWERED;
}

static uint32_t flash_begin(struct request *r)
{
    return begin(r, ENCODING_RAW);
}

static uint32_t flash_defl_begin(struct request *r)
{
    return begin(r, ENCODING_ZLIB);
}

/* A block that no session waits for. */
static uint32_t flash_data(struct request *r)
{
    const enum reason reason = session_result();

    (void)r;
    return reason != OK ? reason : E_NO_SESSION;
}

static uint32_t flash_end(struct request *r)
{
    const enum reason reason = session_end();

    if (reason != OK || r->body[0] != 0) {
        return reason;
    }
    answer_and_drain(r);
    system_reset();
}

static uint32_t mem_begin(struct request *r)
{
    if (r->body[3] % 4 != 0) {
        return E_ADDRESS;
    }
    mem_next = r->body[3];
    return OK;
}

static uint32_t memory_data(struct request *r)
{
    const enum reason reason = block_take();
    uint32_t word, left, n;

    (void)r;
    if (reason != OK || mem_next == 0) {
        return reason != OK ? reason : E_NO_SESSION;
    }
    /* By words: instruction RAM takes nothing else. */
    for (left = rx_length(); left != 0; left -= n, mem_next += 4) {
        n = left < sizeof word ? left : sizeof word;
        rx_copy(&word, n);
        rx_eat(n);
        REG(mem_next) = word;
    }
    return OK;
}

static uint32_t mem_end(struct request *r)
{
    mem_next = 0;
    if (r->body[0] != 0) {
        return OK;
    }
    answer_and_drain(r);
    system_jump(r->body[1]);
}

static uint32_t flash_md5sum(struct request *r)
{
    struct digest md5;

    if (!flash_contains(r->body[0], r->body[1])) {
        return E_ADDRESS;
    }
    digest_start_md5(&md5);
    reader_digest((const struct region *)(void *)r->body, &md5);
    return answer(r, 0, md5.value, DIGEST);
}

static uint32_t security_info(struct request *r)
{
    uint32_t words[8];
    const uint32_t length = system_security_info(words);

    if (length == 0) {
        return E_UNIMPLEMENTED;
    }
    return answer(r, 0, words, length);
}

static uint32_t erase_flash(struct request *r)
{
    (void)r;
    return session_erase(0, flash.size);
}

static uint32_t erase_region(struct request *r)
{
    if ((r->body[0] | r->body[1]) % FLASH_SECTOR != 0) {
        return E_ADDRESS;
    }
    return session_erase(r->body[0], r->body[1]);
}

/* The host acknowledges with the number of bytes it has; any other frame means that
 * it has given up. */
static bool is_acknowledged(uint32_t sent)
{
    while (!rx_events.raw) {
        port_receive();
        if (rx_length() != 0) {
            return false;
        }
    }
    rx_events.raw = false;
    return rx_events.value == sent;
}

/* One packet at a time, as a bare frame; the digest of all behind the last. */
static uint32_t read_flash(struct request *r)
{
    const uint32_t packet = r->body[2];
    uint32_t sent = 0;
    uint32_t due = packet;
    struct digest md5;
    uint32_t n;

    if (packet == 0 || packet % BLOCK != 0) {
        return E_SIZE;
    }
    if (!flash_contains(r->body[0], r->body[1])) {
        return E_ADDRESS;
    }
    answer(r, 0, 0, 0);
    rx_events.raw = false;
    digest_start_md5(&md5);
    reader_start(r->body[0], r->body[1]);
    while (sent != r->body[1]) {
        tx_start();
        do {
            n = reader_next();
            tx_bytes(reader_block, n);
            digest_update(&md5, reader_block, n);
            sent += n;
        } while (sent != r->body[1] && sent != due);
        due += packet;
        tx_end();
        if (!is_acknowledged(sent)) {
            reader_stop();
            return ANSWERED;
        }
    }
    digest_finish(&md5);
    tx_start();
    tx_bytes(md5.value, DIGEST);
    tx_end();
    return ANSWERED;
}

static uint32_t run_user_code(struct request *r)
{
    (void)r;
    port_drain();
    system_reset();
}

const struct command common_commands[] = {
    {FLASH_BEGIN, 4, flash_begin},
    {FLASH_DATA, DATA, flash_data},
    {FLASH_END, 1, flash_end},
    {MEM_BEGIN, 4, mem_begin},
    {MEM_DATA, DATA, memory_data},
    {MEM_END, 2, mem_end},
    {SYNC, 9, sync},
    {WRITE_REG, 4, write_register},
    {READ_REG, 1, read_register},
    {SPI_SET_PARAMS, 6, spi_set_params},
    {SPI_ATTACH, 1, spi_attach},
    {CHANGE_BAUDRATE, 2, change_baudrate},
    {FLASH_DEFL_BEGIN, 4, flash_defl_begin},
    {FLASH_DEFL_DATA, DATA, flash_data},
    {FLASH_DEFL_END, 1, flash_end},
    {FLASH_MD5SUM, 4, flash_md5sum},
    {GET_SECURITY_INFO, 0, security_info},
    {ERASE_FLASH, 0, erase_flash},
    {ERASE_REGION, 2, erase_region},
    {READ_FLASH, 4, read_flash},
    {RUN_USER_CODE, 0, run_user_code},
    {0, 0, 0},
};
