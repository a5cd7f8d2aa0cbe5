/* MD5 (RFC 1321). One at a time: the block that is not full yet is shared. */
#ifndef MD5_H
#define MD5_H

#include "types.h"

#define MD5_DIGEST 16u

/* As it stands in the state report. */
struct md5 {
    uint32_t digest[MD5_DIGEST / 4];
    uint32_t length; /* bytes so far */
};

/* Build the table; before anything else. */
void md5_prepare(void);

void md5_start(struct md5 *md5);

/* The next `length` bytes, 64 at most, in words. */
void md5_update(struct md5 *md5, const uint32_t *block, uint32_t length);

/* The digest is in `digest` then; `length` stays. */
void md5_finish(struct md5 *md5);

#endif
