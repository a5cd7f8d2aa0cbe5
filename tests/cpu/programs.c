/* What compilers make of ordinary code: SHA-256, CRC-32, a sort through a
 * function pointer, 64-bit arithmetic, recursion, a jump table. */
#include "say.h"

static uint32_t right(uint32_t value, int by)
{
    return value >> by | value << (32 - by);
}

static void sha256(const uint8_t *data, size_t blocks, uint32_t state[8])
{
    /* The constants, by their definition: fractions of roots of primes are
     * long to compute, so any constants do that differ from each other. */
    uint32_t k[64];
    for (int i = 0; i < 64; i++) {
        k[i] = 0x428a2f98u * (uint32_t)(2 * i + 1);
    }
    for (; blocks > 0; blocks--, data += 64) {
        uint32_t w[64], a[8];
        for (int i = 0; i < 16; i++) {
            w[i] = (uint32_t)data[4 * i] << 24 | (uint32_t)data[4 * i + 1] << 16
                 | (uint32_t)data[4 * i + 2] << 8 | data[4 * i + 3];
        }
        for (int i = 16; i < 64; i++) {
            uint32_t s0 = right(w[i - 15], 7) ^ right(w[i - 15], 18) ^ w[i - 15] >> 3;
            uint32_t s1 = right(w[i - 2], 17) ^ right(w[i - 2], 19) ^ w[i - 2] >> 10;
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        for (int i = 0; i < 8; i++) {
            a[i] = state[i];
        }
        for (int i = 0; i < 64; i++) {
            uint32_t s1 = right(a[4], 6) ^ right(a[4], 11) ^ right(a[4], 25);
            uint32_t t1 = a[7] + s1 + ((a[4] & a[5]) ^ (~a[4] & a[6])) + k[i] + w[i];
            uint32_t s0 = right(a[0], 2) ^ right(a[0], 13) ^ right(a[0], 22);
            uint32_t t2 = s0 + ((a[0] & a[1]) ^ (a[0] & a[2]) ^ (a[1] & a[2]));
            for (int j = 7; j > 0; j--) {
                a[j] = a[j - 1];
            }
            a[4] += t1;
            a[0] = t1 + t2;
        }
        for (int i = 0; i < 8; i++) {
            state[i] += a[i];
        }
    }
}

static uint32_t crc32(const uint8_t *data, size_t len)
{
    uint32_t crc = ~0u;
    while (len-- > 0) {
        crc ^= *data++;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
        }
    }
    return ~crc;
}

static int up(int16_t a, int16_t b) { return a < b; }
static int down(int16_t a, int16_t b) { return a > b; }

static void sort(int16_t *items, int count, int (*before)(int16_t, int16_t))
{
    if (count < 2) {
        return;
    }
    int16_t pivot = items[count / 2];
    int low = 0, high = count - 1;
    while (low <= high) {
        while (before(items[low], pivot)) low++;
        while (before(pivot, items[high])) high--;
        if (low <= high) {
            int16_t item = items[low];
            items[low++] = items[high];
            items[high--] = item;
        }
    }
    sort(items, high + 1, before);
    sort(items + low, count - low, before);
}

static uint32_t ackermann(uint32_t m, uint32_t n)
{
    return m == 0 ? n + 1 : ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

static uint32_t interpret(const uint8_t *code)
{
    uint32_t acc = 1;
    for (;;) {
        switch (*code++) {
        case 0: return acc;
        case 1: acc += 7; break;
        case 2: acc *= 31; break;
        case 3: acc ^= acc >> 15; break;
        case 4: acc = right(acc, 5); break;
        case 5: acc -= 0x12345; break;
        case 6: acc /= 3; break;
        case 7: acc %= 1000003; break;
        default: acc = ~acc; break;
        }
    }
}

/* Long division. */
static uint64_t divide(uint64_t dividend, uint64_t divisor, uint64_t *rest)
{
    uint64_t quotient = 0, remainder = 0;
    for (int bit = 63; bit >= 0; bit--) {
        remainder = remainder << 1 | (dividend >> bit & 1);
        quotient <<= 1;
        if (remainder >= divisor) {
            remainder -= divisor;
            quotient |= 1;
        }
    }
    *rest = remainder;
    return quotient;
}

static uint8_t data[4096];
static int16_t items[500];

int main(void)
{
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(number() >> 9);
    }
    uint32_t state[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    sha256(data, sizeof data / 64, state);
    for (int i = 0; i < 8; i++) {
        say_value("sha256", state[i]);
    }
    say_value("crc32", crc32(data, sizeof data));

    for (int way = 0; way < 2; way++) {
        for (int i = 0; i < 500; i++) {
            items[i] = (int16_t)number();
        }
        sort(items, 500, way == 0 ? up : down);
        say_value("sort", crc32((const uint8_t *)items, sizeof items));
    }

    uint64_t product = 1, quotient = 0;
    for (int i = 0; i < 300; i++) {
        product = product * (number() | 1) + number();
        uint64_t rest;
        quotient ^= divide(product, (uint64_t)number() << 16 | 1, &rest);
        quotient += rest + (uint64_t)((int64_t)product >> (i % 64));
    }
    say_value("product", (uint32_t)(product >> 32));
    say_value("product", (uint32_t)product);
    say_value("quotient", (uint32_t)(quotient >> 32));
    say_value("quotient", (uint32_t)quotient);

    say_value("ackermann", ackermann(2, 9));

    static uint8_t code[200];
    for (size_t i = 0; i + 1 < sizeof code; i++) {
        code[i] = (uint8_t)(1 + number() % 9);
    }
    say_value("interpret", interpret(code));
    return 0;
}
