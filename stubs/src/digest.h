/* The digest of a stream: MD5 (RFC 1321), or the first half of SHA-256 (FIPS 180-4) where
 * the chip calculates it by itself. One at a time. */
#ifndef DIGEST_H
#define DIGEST_H

#include "types.h"

#define DIGEST 16u /* bytes */

/* As it stands in the state report. */
struct digest {
    uint32_t value[DIGEST / 4];
    uint32_t length; /* bytes so far */
};

/* Get ready, and try the accelerator; before anything else. */
void digest_prepare(void);

/* Is it SHA-256? */
bool digest_is_sha(void);

/* Start a digest: what digest_is_sha() says, or MD5 all the same. */
void digest_start(struct digest *digest);
void digest_start_md5(struct digest *digest);

/* The next `length` bytes, 64 at most, in words. */
void digest_update(struct digest *digest, const uint32_t *block, uint32_t length);

/* The digest is in `value` then; `length` stays. */
void digest_finish(struct digest *digest);

#endif
