/* Transmitter: one SLIP frame at a time. */
#ifndef TX_H
#define TX_H

#include "types.h"

/* Start a frame without a header. */
void tx_start(void);

/* Start a response: direction, opcode, length of what follows, value. */
void tx_response(uint8_t opcode, uint32_t length, uint32_t value);

/* Start a response of an own command, with a body of `length` bytes. */
void tx_own(uint8_t opcode, uint32_t tag, uint32_t length);

void tx_bytes(const void *bytes, uint32_t length);
void tx_word(uint32_t word);

/* End the frame. */
void tx_end(void);

/* Put the CRC of the whole frame behind it, and end it. */
void tx_end_own(void);

#endif
