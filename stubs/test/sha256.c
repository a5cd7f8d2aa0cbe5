/* The accelerator that sha.h speaks of, played in software (FIPS 180-4). */
#include <string.h>

#include "sha.h"
#include "sha256.h"

#define ROTATE(x, n) ((x) >> (n) | (x) << (32 - (n)))

bool sha256_broken;

static uint32_t value[8];

/* The first 32 binary digits behind the point of a root of n: the second or the third. */
static uint32_t root(uint32_t n, uint32_t degree)
{
    unsigned __int128 power;
    uint64_t digits = 0;
    uint32_t bit, i;

    for (bit = 36; bit-- != 0;) {
        digits |= 1ull << bit;
        power = 1;
        for (i = 0; i < degree; i++) {
            power *= digits;
        }
        if (power > (unsigned __int128)n << 32 * degree) {
            digits &= ~(1ull << bit);
        }
    }
    return (uint32_t)digits;
}

static uint32_t prime(uint32_t index)
{
    uint32_t n, divisor;

    for (n = 2;; n++) {
        for (divisor = 2; divisor < n && n % divisor != 0; divisor++) {
        }
        if (divisor == n && index-- == 0) {
            return n;
        }
    }
}

static uint32_t big(uint32_t word)
{
    return word >> 24 | (word >> 8 & 0xFF00u) | (word << 8 & 0xFF0000u) | word << 24;
}

void sha_prepare(void)
{
    memset(value, 0xA5, sizeof value);
}

void sha_block(const uint32_t *block, bool first)
{
    static uint32_t k[64];
    uint32_t w[64], v[8];
    uint32_t i, t1, t2;

    for (i = 0; i < 64 && k[63] == 0; i++) {
        k[i] = root(prime(i), 3);
    }
    for (i = 0; i < 8 && first; i++) {
        value[i] = root(prime(i), 2) ^ sha256_broken;
    }
    for (i = 0; i < 16; i++) {
        w[i] = big(block[i]);
    }
    for (; i < 64; i++) {
        t1 = ROTATE(w[i - 15], 7) ^ ROTATE(w[i - 15], 18) ^ w[i - 15] >> 3;
        t2 = ROTATE(w[i - 2], 17) ^ ROTATE(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + t1 + w[i - 7] + t2;
    }
    memcpy(v, value, sizeof v);
    for (i = 0; i < 64; i++) {
        t1 = v[7] + (ROTATE(v[4], 6) ^ ROTATE(v[4], 11) ^ ROTATE(v[4], 25)) +
             ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        t2 = (ROTATE(v[0], 2) ^ ROTATE(v[0], 13) ^ ROTATE(v[0], 22)) +
             ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (i = 0; i < 8; i++) {
        value[i] += v[i];
    }
}

void sha_value(uint32_t *to, uint32_t bytes)
{
    uint32_t i;

    for (i = 0; i < bytes / 4; i++) {
        to[i] = big(value[i]);
    }
}
