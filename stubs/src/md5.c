#include "md5.h"

static const uint32_t sine[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define F(b, c, d) ((d) ^ ((b) & ((c) ^ (d))))
#define G(b, c, d) ((c) ^ ((d) & ((b) ^ (c))))
#define H(b, c, d) ((b) ^ (c) ^ (d))
#define I(b, c, d) ((c) ^ ((b) | ~(d)))

/* One step; the words of the block lie `stride` apart, modulo 16. */
#define STEP(mix, a, b, c, d, stride, s)                                                           \
    (a) += mix(b, c, d) + x[k] + *t++;                                                             \
    (a) = ROTATE(a, s) + (b);                                                                      \
    k = (k + (stride)) & 15u

#define ROUND(mix, first, stride, s0, s1, s2, s3)                                                  \
    k = (first);                                                                                   \
    do {                                                                                           \
        STEP(mix, a, b, c, d, stride, s0);                                                         \
        STEP(mix, d, a, b, c, stride, s1);                                                         \
        STEP(mix, c, d, a, b, stride, s2);                                                         \
        STEP(mix, b, c, d, a, stride, s3);                                                         \
    } while (k != (first))

static void transform(uint32_t *digest, const uint32_t *x)
{
    uint32_t a = digest[0], b = digest[1], c = digest[2], d = digest[3];
    const uint32_t *t = sine;
    uint32_t k;

    ROUND(F, 0, 1, 7, 12, 17, 22);
    ROUND(G, 1, 5, 5, 9, 14, 20);
    ROUND(H, 5, 3, 4, 11, 16, 23);
    ROUND(I, 0, 7, 6, 10, 15, 21);

    digest[0] += a;
    digest[1] += b;
    digest[2] += c;
    digest[3] += d;
}

void md5_start(struct md5 *md5)
{
    md5->digest[0] = 0x67452301;
    md5->digest[1] = 0xefcdab89;
    md5->digest[2] = 0x98badcfe;
    md5->digest[3] = 0x10325476;
    md5->length = 0;
}

/* The block that is not full yet. */
static uint32_t partial[BLOCK / 4];

static void put(struct md5 *md5, uint32_t byte)
{
    ((uint8_t *)partial)[md5->length % BLOCK] = (uint8_t)byte;
    md5->length += 1;
    if (md5->length % BLOCK == 0) {
        transform(md5->digest, partial);
    }
}

void md5_update(struct md5 *md5, const uint32_t *block, uint32_t length)
{
    const uint8_t *bytes = (const uint8_t *)block;

    if (length == BLOCK && md5->length % BLOCK == 0) {
        transform(md5->digest, block);
        md5->length += BLOCK;
        return;
    }
    while (length-- != 0) {
        put(md5, *bytes++);
    }
}

void md5_finish(struct md5 *md5)
{
    const uint32_t length = md5->length;

    put(md5, 0x80);
    while (md5->length % BLOCK != BLOCK - 8u) {
        put(md5, 0);
    }
    partial[14] = length << 3;
    partial[15] = length >> 29;
    transform(md5->digest, partial);
    md5->length = length;
}
