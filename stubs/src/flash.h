/* The flash chip: what is on the other side of the SPI controller. */
#ifndef FLASH_H
#define FLASH_H

#include "chip.h"
#include "types.h"

#define FLASH_PAGE 256u
#define FLASH_SECTOR 0x1000u
#define FLASH_BLOCK_32K 0x8000u
#define FLASH_BLOCK_64K 0x10000u

struct flash {
    uint32_t size; /* in bytes, 0 if unknown */
    uint32_t unit; /* one program operation takes so many bytes: 256, or 64 where a
                    * page cannot be sent in one piece */
    bool wide;     /* 32-bit addresses, by the opcodes that always take them */
    bool fast;     /* full clock, and reads with two bits a cycle */
};

extern struct flash flash;

/* Take over the controller, read the flash id, see how it can be driven. */
void flash_prepare(void);

/* Leave the controller as the ROM had it. */
void flash_release(void);

/* RDID: manufacturer in the lowest byte. */
uint32_t flash_id(void);

void flash_set_size(uint32_t bytes);

/* Does the region lie within what can be addressed? */
bool flash_contains(uint32_t address, uint32_t length);

/* Lift a write protection, until power is lost. False if that fails. */
bool flash_unlock(void);

/* Start, and return at once: flash_busy() tells when it is done. */
void flash_start_erase(uint32_t address, uint32_t bytes); /* 4K, 32K, 64K */
void flash_start_program(uint32_t address, const uint32_t *words, uint32_t length);
bool flash_busy(void);

/* Wait for the end, receiving and reporting meanwhile. False if it never comes. */
bool flash_wait(void);

/* Polls after which an operation counts as hung. One takes some 3 us; the slowest
 * datasheet gives 3.5 s for a block. */
#ifndef FLASH_POLLS
#define FLASH_POLLS 0x800000u
#endif

/* Start reading a block of 64 bytes, which spi_finish() fetches. If more than that is
 * `left`, the next block has to follow, up to the last, before anything else. */
void flash_start_read(uint32_t address, uint32_t left);

/* Read, in whole blocks. */
void flash_read(uint32_t address, uint32_t *words, uint32_t length);

#endif
