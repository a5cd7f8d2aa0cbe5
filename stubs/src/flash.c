#include "flash.h"

#include "chip.h"
#include "port.h"
#include "spi.h"
#include "state.h"

#define MB16 0x1000000u
#define STATUS_BUSY 1u
#define STATUS_PROTECTED 0x3Cu /* BP0-BP2, and BP3 or TB */

#define WRITE_STATUS 0x01u
#define READ_STATUS 0x05u
#define WRITE_ENABLE 0x06u
#define VOLATILE_STATUS 0x50u
#define READ_ID 0x9Fu

/* Opcodes with an address; behind them the form that always takes 32 bits. */
#define PROGRAM 0x1202u
#define READ 0x1303u
#define READ_DUAL 0x3C3Bu
#define ERASE_4K 0x2120u
#define ERASE_32K 0x5C52u
#define ERASE_64K 0xDCD8u

struct flash flash;

/* The transaction that goes on with the read under way, or 0. */
static uint32_t continued;

static void command(uint32_t what, uint32_t address, const uint32_t *out)
{
    spi_start(what, address, out);
    spi_finish(0, 0);
}

static uint32_t query(uint32_t what)
{
    uint32_t words[4];

    spi_start(what, 0, 0);
    spi_finish(words, sizeof words);
    return words[0] & 0xFFFFFFu;
}

static uint32_t status(void)
{
    return query(READ_STATUS | SPI_RECEIVE(1u)) & 0xFFu;
}

static uint32_t addressed(uint32_t opcodes)
{
#ifdef FLASH_32BIT
    if (flash.wide) {
        return opcodes >> 8 | SPI_ADDRESS(32u);
    }
#endif
    return (opcodes & 0xFFu) | SPI_ADDRESS(24u);
}

uint32_t flash_id(void)
{
    return query(READ_ID | SPI_RECEIVE(3u));
}

/* Read the id in two transactions under one chip select: if it comes out right, a
 * page can be sent in pieces as well. */
static bool is_continued(uint32_t id)
{
#ifdef SPI_LAYOUT_8266
    (void)id;
    return false;
#else
    const uint32_t first = query(READ_ID | SPI_RECEIVE(1u) | SPI_KEEP_SELECTED) & 0xFFu;
    const uint32_t rest = query(SPI_RECEIVE(2u)) & 0xFFFFu;

    return (first | rest << 8) == id && id != 0 && id != 0xFFFFFFu;
#endif
}

#ifdef SPI_FULL_CLOCK
static uint32_t rom_clock; /* of the controller, before it was ours */
#endif

void flash_release(void)
{
#ifdef SPI_FULL_CLOCK
    if (flash.fast) {
        flash.fast = false;
        spi_set_clock(rom_clock);
    }
#endif
}

void flash_set_size(uint32_t bytes)
{
    flash.size = bytes;
#ifdef FLASH_32BIT
    flash.wide = bytes > MB16;
#endif
}

void flash_prepare(void)
{
    uint32_t id, capacity;

    spi_prepare();
    id = flash_id();
    capacity = id >> 16;
    /* 64 KiB to 128 MB, as a power of two. */
    flash_set_size(capacity - 16u <= 11u ? 1u << capacity : 0);
    /* Wires too long for the full clock, or too many, show in the id. */
#ifdef SPI_FULL_CLOCK
    if (!flash.fast) {
        rom_clock = spi_set_clock(SPI_FULL_CLOCK);
        flash.fast = true;
        if (flash_id() != id) {
            flash_release();
        }
    }
#endif
    flash.unit = is_continued(id) ? FLASH_PAGE : BLOCK;
}

bool flash_contains(uint32_t address, uint32_t length)
{
    uint32_t limit = flash.size;

    if (limit == 0 || (limit > MB16 && !flash.wide)) {
        limit = MB16;
    }
    return address <= limit && length <= limit - address;
}

bool flash_busy(void)
{
    return (status() & STATUS_BUSY) != 0;
}

bool flash_wait(void)
{
    uint32_t polls;

    for (polls = FLASH_POLLS; polls != 0; polls--) {
        if (!flash_busy()) {
            return true;
        }
        port_receive();
        report_if_due();
    }
    return false;
}

/* Only the volatile bits are cleared, in flash chips that have them: what the
 * owner has protected stays protected after the next power-on, and no other bit
 * of a status register can be spoilt for good. */
bool flash_unlock(void)
{
    uint32_t words[4] = {status()};

    if ((words[0] & STATUS_PROTECTED) != 0) {
        words[0] &= ~STATUS_PROTECTED;
        command(VOLATILE_STATUS, 0, 0);
        command(WRITE_STATUS | SPI_SEND(1u), 0, words);
        flash_wait();
        words[0] = status();
    }
    return (words[0] & STATUS_PROTECTED) == 0;
}

static void write_enable(void)
{
    command(WRITE_ENABLE, 0, 0);
}

void flash_start_erase(uint32_t address, uint32_t bytes)
{
    write_enable();
    command(addressed(bytes == FLASH_BLOCK_64K   ? ERASE_64K
                      : bytes == FLASH_BLOCK_32K ? ERASE_32K
                                                 : ERASE_4K),
            address, 0);
}

void flash_start_program(uint32_t address, const uint32_t *words, uint32_t length)
{
    uint32_t what;

    write_enable();
    what = addressed(PROGRAM);
    for (; length > BLOCK; length -= BLOCK) {
        command(what | SPI_SEND(BLOCK) | SPI_KEEP_SELECTED, address, words);
        words += BLOCK / 4;
        what = 0;
    }
    command(what | SPI_SEND(length), address, words);
}

void flash_start_read(uint32_t address, uint32_t left)
{
    uint32_t what = continued;

    if (what == 0) {
        what = (flash.fast ? addressed(READ_DUAL) | SPI_DUAL : addressed(READ)) |
               SPI_RECEIVE(BLOCK);
    }
    continued = 0;
    if (left > BLOCK && flash.unit == FLASH_PAGE) {
        continued = what & (SPI_DUAL | SPI_RECEIVE(0xFFu));
        what |= SPI_KEEP_SELECTED;
    }
    spi_start(what, address, 0);
}

void flash_read(uint32_t address, uint32_t *words, uint32_t length)
{
    uint32_t i;

    for (i = 0; i < length; i += BLOCK) {
        flash_start_read(address + i, length - i);
        spi_finish(words + i / 4, BLOCK);
    }
}
