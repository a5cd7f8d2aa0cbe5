#include "md5.h"

#include "chip.h"

/* Integer parts of 2^32 |sin i|, for i from 1 to 64. */
static uint32_t sine[64];

/* sin(i + 1) = 2 cos 1 sin i - sin(i - 1), with 48 binary digits: few enough bytes to
 * be better than a table, and exact enough for it. */
void md5_prepare(void)
{
    int64_t before = 0;
    int64_t value = 0xD76AA4784867; /* sin 1 */
    int64_t product, part;
    uint64_t factor;
    uint32_t i;

    for (i = 0; i < 64; i++) {
        sine[i] = (uint32_t)((value < 0 ? -value : value) >> 16);
        product = -before;
        before = part = value;
        /* 2 cos 1, the highest digit of which is that of 1. */
        for (factor = 0x8A51407DA8345C91; factor != 0; factor <<= 1) {
            if (factor >> 63 != 0) {
                product += part;
            }
            part >>= 1;
        }
        value = product;
    }
}

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define F(b, c, d) ((d) ^ ((b) & ((c) ^ (d))))
#define G(b, c, d) ((c) ^ ((d) & ((b) ^ (c))))
#define H(b, c, d) ((b) ^ (c) ^ (d))
#define I(b, c, d) ((c) ^ ((b) | ~(d)))

/* The words of the block lie `stride` apart, modulo 16. */
#define STEP(mix, a, b, c, d, stride, s)                                                           \
    (a) += mix(b, c, d) + x[k] + *t++;                                                             \
    (a) = ROTATE(a, s) + (b);                                                                      \
    k = (k + (stride)) & 15u

#ifndef MD5_ROLLED
#define ROUND(mix, first, stride, s0, s1, s2, s3)                                                  \
    k = (first);                                                                                   \
    do {                                                                                           \
        STEP(mix, a, b, c, d, stride, s0);                                                         \
        STEP(mix, d, a, b, c, stride, s1);                                                         \
        STEP(mix, c, d, a, b, stride, s2);                                                         \
        STEP(mix, b, c, d, a, stride, s3);                                                         \
    } while (k != (first))
#else
/* The same in fewer bytes and more time: the four words move up by one each step, and the
 * bytes of `turns` are the rotations. */
#define ROUND(mix, first, stride, s0, s1, s2, s3)                                                  \
    k = (first);                                                                                   \
    turns = (s0) | (s1) << 8 | (s2) << 16 | (uint32_t)(s3) << 24;                                  \
    do {                                                                                           \
        STEP(mix, a, b, c, d, stride, turns & 31u);                                                \
        next = a;                                                                                  \
        a = d;                                                                                     \
        d = c;                                                                                     \
        c = b;                                                                                     \
        b = next;                                                                                  \
        turns = ROTATE(turns, 24);                                                                 \
    } while (k != (first))
#endif

void md5_block(uint32_t *digest, const uint32_t *x)
{
    uint32_t a = digest[0], b = digest[1], c = digest[2], d = digest[3];
    const uint32_t *t = sine;
    uint32_t k;
#ifdef MD5_ROLLED
    uint32_t turns, next;
#endif

    ROUND(F, 0, 1, 7, 12, 17, 22);
    ROUND(G, 1, 5, 5, 9, 14, 20);
    ROUND(H, 5, 3, 4, 11, 16, 23);
    ROUND(I, 0, 7, 6, 10, 15, 21);

    digest[0] += a;
    digest[1] += b;
    digest[2] += c;
    digest[3] += d;
}
