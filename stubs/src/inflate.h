/* Inflate (RFC 1951, and the zlib wrapper of RFC 1950).
 *
 * Input and output are calls: inflate_span() waits for more input, and
 * inflate_room() for room in the output ring, which is the window at the same
 * time. Both do the stub's other work meanwhile. */
#ifndef INFLATE_H
#define INFLATE_H

#include "protocol.h"
#include "rx.h"
#include "types.h"

/* Bytes put out between two calls of inflate_room(), but for one match that may go
 * beyond. */
#define INFLATE_STEP 64u
#define INFLATE_ROOM (INFLATE_STEP + 258u)

/* Supplied by the caller. The next stretch of input, of length 0 when it has
 * ended. */
struct span inflate_span(void);

/* Supplied by the caller: `made` bytes are in the ring. Wait until there is room for
 * INFLATE_ROOM more. False: stop. */
bool inflate_room(uint32_t made);

/* Supplied by the caller: called often where no output is made. */
void inflate_breathe(void);

enum encoding {
    ENCODING_RAW = 0, /* no compression: the input is the output */
    ENCODING_DEFLATE = 1,
    ENCODING_ZLIB = 2,
};

/* Decode a stream into the ring; `mask` is its size - 1, at least 32 KiB. E_SHORT
 * if the input ended too early, or a callback said stop. Raw data has `length`
 * bytes; the other encodings end by themselves. The Adler-32 behind a zlib stream is
 * left alone. */
enum reason inflate(uint8_t *ring, uint32_t mask, enum encoding encoding, uint32_t length);

#endif
