/* Reading a region of the flash in blocks of 64 bytes, the next one under way while
 * the caller works on the last. */
#ifndef READER_H
#define READER_H

#include "digest.h"
#include "types.h"
#include "writer.h"

/* The last block that reader_next() has read. */
extern uint32_t reader_block[BLOCK / 4];

void reader_start(uint32_t address, uint32_t length);

/* Read the next block: its length, 64 but for the last, and 0 behind that. Once the host
 * has cancelled, the next block is the last. Receives meanwhile. */
uint32_t reader_next(void);

/* Stop before the last block. */
void reader_stop(void);

/* Take a region into a digest that has been started, and finish it. */
void reader_digest(const struct region *region, struct digest *digest);

#endif
