/* Receiver: SLIP frames from the port into a ring, complete and checked.
 *
 * port_receive() is called from every wait in the stub, and gives each byte to
 * rx_byte(), which undoes the escapes and keeps whole frames, each behind its
 * length, until rx_drop() frees them. */
#ifndef RX_H
#define RX_H

#include "types.h"

#define RX_HEADER 8u /* direction, opcode, length, tag or checksum */
#define RX_CRC 4u    /* behind the body of own commands */

/* A stretch of ring memory. */
struct span {
    const uint8_t *start;
    uint32_t length;
};

void rx_reset(void);

/* One byte from the line. */
void rx_byte(uint8_t byte);

/* Length of the oldest complete frame, 0 if there is none. */
uint32_t rx_length(void);

/* Copy the first `length` bytes of the oldest frame. */
void rx_copy(void *to, uint32_t length);

/* As much of the `length` bytes at `offset` of the oldest frame as lies in one
 * piece. */
struct span rx_span(uint32_t offset, uint32_t length);

/* Free the first `length` bytes of the oldest frame, two at least: it is so much
 * shorter then. */
void rx_eat(uint32_t length);

/* Free the oldest frame. */
void rx_drop(void);

/* Bytes the ring can still take. */
uint32_t rx_room(void);

/* What else the receiver has seen. */
struct rx_events {
    bool cancel;    /* a CANCEL waits in the ring: whatever runs shall stop */
    bool raw;       /* a four-byte frame without header: the host's */
    uint32_t value; /* acknowledgement in READ_FLASH */
};

extern struct rx_events rx_events;

#endif
