/* The stub's own commands (docs/stubs.md). */
#include "chip.h"
#include "command.h"
#include "crc32.h"
#include "digest.h"
#include "flash.h"
#include "libc.h"
#include "port.h"
#include "reader.h"
#include "rx.h"
#include "session.h"
#include "spi.h"
#include "state.h"
#include "tx.h"
#include "writer.h"

/* The rest is for a STATE or CANCEL beside a full window. */
#define WINDOW (RX_RING - 512u)
#define MAX_DATA 0x2000u
#define MAX_RESPONSE 0xF000u

#define FEATURE_32BIT 1u
#define FEATURE_WHOLE_PAGE 2u
#define FEATURE_P4_EARLY 4u
#define FEATURE_SHA256 8u

static uint32_t features(void)
{
    uint32_t bits = flash.unit == FLASH_PAGE ? FEATURE_WHOLE_PAGE : 0;

    if (digest_is_sha()) {
        bits |= FEATURE_SHA256;
    }
#ifdef FLASH_32BIT
    bits |= FEATURE_32BIT;
#endif
#ifdef P4_EARLY
    bits |= FEATURE_P4_EARLY;
#endif
    return bits;
}

static void start(const struct request *r, uint32_t length)
{
    tx_own(r->opcode, r->tag, sizeof(uint32_t) + length);
    tx_word(OK);
}

static uint32_t capability(struct request *r)
{
    const uint32_t body[] = {
        PROTOCOL_VERSION | CHIP_ID << 16,
        (uint32_t)port_current() | features() << 8 | WRITER_SEGMENTS << 16,
        flash_id(),
        flash.size,
        WINDOW,
        MAX_DATA,
        MAX_RESPONSE,
    };

    start(r, sizeof body);
    tx_bytes(body, sizeof body);
    tx_end_own();
    return ANSWERED;
}

/* DIGEST, MAP, READ: a list of regions, and what there is to say of each. */
static uint32_t regions(struct request *r)
{
    const struct region *region = (const struct region *)(void *)r->body;
    const struct region *const end = region + r->length / sizeof *region;
    uint32_t length = 0;
    uint32_t n, crc, left;
    struct digest digest;

    for (; region != end; region++) {
        failed_at = region->address;
        if (!flash_contains(failed_at, region->length)) {
            return E_ADDRESS;
        }
        length += r->opcode == OWN_READ  ? region->length
                  : r->opcode == OWN_MAP ? (region->length + FLASH_SECTOR - 1u) / FLASH_SECTOR * 4u
                                         : DIGEST;
    }
    if (length > MAX_RESPONSE) {
        return E_SIZE;
    }
    start(r, length);
    for (region = (const struct region *)(void *)r->body; region != end; region++) {
        if (r->opcode == OWN_DIGEST) {
            digest_start(&digest);
            reader_digest(region, &digest);
            tx_bytes(digest.value, DIGEST);
            continue;
        }
        crc = CRC32_START;
        left = region->length;
        reader_start(region->address, left);
        while ((n = reader_next()) != 0) {
            left -= n;
            if (r->opcode == OWN_READ) {
                tx_bytes(reader_block, n);
            } else {
                crc = crc32(crc, reader_block, n);
                if ((region->length - left) % FLASH_SECTOR == 0 || left == 0) {
                    tx_word(~crc);
                    crc = CRC32_START;
                }
            }
        }
    }
    /* A cancelled response ends without its CRC. */
    if (rx_events.cancel) {
        tx_end();
    } else {
        tx_end_own();
    }
    return ANSWERED;
}

static uint32_t write_begin(struct request *r)
{
    const uint32_t id = r->body[0] & 0xFFFFu;
    const uint32_t encoding = r->body[0] >> 16;
    const uint32_t n = r->body[1];
    uint32_t reason;

    /* Asked once more: the first answer was lost. */
    if (state.phase != PHASE_NONE && state.session == id) {
        report_send(r->opcode, r->tag);
        return ANSWERED;
    }
    if (id == 0 || encoding > ENCODING_DEFLATE || n > WRITER_SEGMENTS ||
        r->length != 8 + n * sizeof(struct region)) {
        return E_LENGTH;
    }
    memcpy(writer_table, r->body + 2, n * sizeof(struct region));
    reason = writer_start(n);
    if (reason != OK) {
        return reason;
    }
    session_open((uint16_t)id);
    report_send(r->opcode, r->tag);
    session_run((enum encoding)encoding);
    return ANSWERED;
}

/* The first word says what, as spi.h does. */
static uint32_t flash_command(struct request *r)
{
    uint32_t words[0x100 / 4];
    const uint32_t n = r->body[0] >> 16 & 0xFFu;

    spi_start(r->body[0] & SPI_PLAIN, r->body[1], r->body + 2);
    spi_finish(words, n);
    start(r, n);
    tx_bytes(words, n);
    tx_end_own();
    return ANSWERED;
}

static uint32_t cancel(struct request *r)
{
    (void)r;
    rx_events.cancel = false;
    return OK;
}

/* Of a session that has ended. */
static uint32_t write_data(struct request *r)
{
    (void)r;
    return ANSWERED;
}

const struct command own_commands[] = {
    {OWN_CAPABILITY, 0, capability},
    {OWN_DIGEST, 0, regions},
    {OWN_MAP, 0, regions},
    {OWN_READ, 0, regions},
    {OWN_WRITE_BEGIN, 2, write_begin},
    {OWN_WRITE_DATA, DATA, write_data},
    {OWN_FLASH_COMMAND, 2, flash_command},
    {OWN_CANCEL, 0, cancel},
    {0, 0, 0},
};
