/* MD5 (RFC 1321): what it does with a block; digest.h does the rest. */
#ifndef MD5_H
#define MD5_H

#include "types.h"

/* Build the table; before anything else. */
void md5_prepare(void);

/* Take 64 bytes into the four words of the digest. */
void md5_block(uint32_t *digest, const uint32_t *block);

#endif
