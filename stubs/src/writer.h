/* The flash side of a write session: erases ahead, programs pages, reads them back
 * and hashes them, in small steps that never wait. */
#ifndef WRITER_H
#define WRITER_H

#include "protocol.h"
#include "types.h"

/* Segments in one session. */
#define WRITER_SEGMENTS 128u

/* Kinds, in the low bits of a segment's address. */
#define SEGMENT_BLANK 1u
#define SEGMENT_KEEP 2u /* do not erase */
#define SEGMENT_KINDS 0xFFFu

struct region {
    uint32_t address;
    uint32_t length;
};

/* The output ring: filled by the session, emptied by the writer. `made` and
 * `taken` count bytes for ever. */
struct output {
    uint32_t made;
    uint32_t taken;
    uint32_t expected; /* bytes of all segments that have data */
    bool flush;        /* program also what does not fill a page */
};

extern uint8_t output_ring[];
extern struct output output;

extern struct region writer_table[WRITER_SEGMENTS];

/* Check so many segments of the table, and get ready. On failure, `failed_at` is the
 * address. */
enum reason writer_start(uint32_t segments);

/* The data starts so many bytes into the first segment. */
void writer_skip(uint32_t bytes);

/* One step: see to the operation under way, start the next, hash. */
void writer_step(void);

/* The flash is programming, and there is enough to go on with. */
bool writer_is_pressed(void);

/* Has all that was made been programmed? */
bool writer_is_flushed(void);

/* Is all erased, programmed and hashed? */
bool writer_is_done(void);

/* All before it, in the order of the table, is erased and programmed. */
uint32_t writer_address(void);

/* Wait for the flash, and give up what has not been programmed. */
void writer_stop(void);

#endif
