#include "digest.h"

#include "chip.h"
#include "md5.h"
#include "sha.h"

/* The digest of nothing begins with E3 B0 C4 42. */
#define SHA_OF_NOTHING 0x42C4B0E3u

static bool has_sha; /* there is an accelerator, and it works */
static bool by_sha;  /* the digest under way is its */

/* The block that is not full yet. */
static uint32_t partial[BLOCK / 4];
#define BYTES ((uint8_t *)partial)

void digest_start_md5(struct digest *digest)
{
    by_sha = false;
    digest->value[0] = 0x67452301;
    digest->value[1] = 0xefcdab89;
    digest->value[2] = 0x98badcfe;
    digest->value[3] = 0x10325476;
    digest->length = 0;
}

void digest_start(struct digest *digest)
{
    digest_start_md5(digest);
    by_sha = has_sha;
}

/* A block that `length` counts already, if only in part. */
static void transform(struct digest *digest, const uint32_t *block)
{
    if (by_sha) {
        sha_block(block, digest->length <= BLOCK);
    } else {
        md5_block(digest->value, block);
    }
}

static void put(struct digest *digest, uint32_t byte)
{
    BYTES[digest->length % BLOCK] = (uint8_t)byte;
    digest->length += 1;
    if (digest->length % BLOCK == 0) {
        transform(digest, partial);
    }
}

void digest_update(struct digest *digest, const uint32_t *block, uint32_t length)
{
    const uint8_t *bytes = (const uint8_t *)block;

    if (length == BLOCK && digest->length % BLOCK == 0) {
        digest->length += BLOCK;
        transform(digest, block);
        return;
    }
    while (length-- != 0) {
        put(digest, *bytes++);
    }
}

void digest_finish(struct digest *digest)
{
    const uint32_t length = digest->length;
    const uint32_t order = by_sha ? 7 : 0; /* the length's highest byte first, or last */
    uint32_t bits = length << 3;
    uint32_t i;

    put(digest, 0x80);
    while (digest->length % BLOCK != BLOCK - 8u) {
        put(digest, 0);
    }
    for (i = BLOCK - 8u; i != BLOCK; i++) {
        BYTES[i ^ order] = (uint8_t)bits;
        bits >>= 8;
    }
    transform(digest, partial);
    if (by_sha) {
        sha_value(digest->value, DIGEST);
    }
    digest->length = length;
}

void digest_prepare(void)
{
    md5_prepare();
#ifdef SHA_BASE
    struct digest digest;

    sha_prepare();
    has_sha = true;
    digest_start(&digest);
    digest_finish(&digest);
    has_sha = digest.value[0] == SHA_OF_NOTHING;
#endif
}

bool digest_is_sha(void)
{
    return has_sha;
}
