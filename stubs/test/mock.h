/* What the stub sees of the world in the tests: a NOR flash, a port, registers. */
#ifndef MOCK_H
#define MOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOCK_FLASH_SIZE 0x2000000u /* 32 MB */

struct mock_flash {
    uint8_t *bytes;
    uint32_t id;
    uint8_t status;       /* BP bits; the flash adds busy and write-enable */
    bool holds_select;    /* the controller can keep the chip select low */
    bool volatile_status; /* the flash knows opcode 50 */
    uint32_t busy_reads;  /* status reads that an erase or program takes */
    bool hangs;           /* it never ends */
    /* What happened. */
    uint32_t erases_4k, erases_32k, erases_64k, programs, reads;
    const char *broken; /* the first thing done that a flash does not forgive */
};

extern struct mock_flash mock_flash;

/* A blank flash of 4 MB, and nothing sent or received. */
void mock_reset(void);

/* Start the stub over. */
void mock_start(void);

/* Give the stub bytes, and let it run until it waits for more. */
void mock_send(const uint8_t *bytes, size_t length);

/* Everything the stub has sent since the last call; the caller frees nothing. */
const uint8_t *mock_sent(size_t *length);

/* Registers of the tests, and what the chip was told to do. */
extern uint32_t mock_registers[64];
extern uint32_t mock_resets;
extern uint32_t mock_jump;
extern uint32_t mock_baud;

/* Let port_receive() hand over at most so many bytes at a time; 0 is all. */
extern size_t mock_burst;

#endif
