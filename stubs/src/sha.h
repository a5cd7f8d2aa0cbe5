/* The SHA accelerator, for SHA-256. */
#ifndef SHA_H
#define SHA_H

#include "types.h"

/* Give it its clock, and take it out of reset. */
void sha_prepare(void);

/* Hand over the next block, or the first of a message; the digest goes on by itself. */
void sha_block(const uint32_t *block, bool first);

/* Wait for the end, and fetch the first bytes of the digest. */
void sha_value(uint32_t *value, uint32_t bytes);

#endif
