/* Unpacks the stub, and jumps to it. pack.c describes the format. */
#include "chip.h"
#include "types.h"

extern const uint32_t packed_payload[]; /* length when unpacked, then the stream */
extern uint8_t packed_scratch[];
extern uint8_t packed_code[];

/* Where the data side sees instruction RAM, if it does. Else bytes are taken out of
 * words, and the stub is unpacked elsewhere and moved. */
#ifdef CODE_AS_DATA
#define STREAM ((const uint8_t *)(packed_payload + 1) - CODE_AS_DATA)
#define OUT (packed_code - CODE_AS_DATA)
#else
#define STREAM ((const uint8_t *)(packed_payload + 1))
#define OUT packed_scratch
#endif

struct input {
    const uint8_t *next;
    uint32_t bits; /* bits of the last bit byte, and a 1 behind them */
};

static uint32_t get_byte(struct input *in)
{
#ifdef CODE_AS_DATA
    return *in->next++;
#else
    const uint32_t at = (uint32_t)(uintptr_t)in->next++;

    return REG(at & ~3u) >> at % 4 * 8 & 0xFFu;
#endif
}

static uint32_t get_bit(struct input *in)
{
    in->bits <<= 1;
    if ((in->bits & 0xFFu) == 0) {
        in->bits = get_byte(in) << 1 | 1u;
    }
    return in->bits >> 8 & 1u;
}

static uint32_t get_number(struct input *in)
{
    uint32_t value = 1;

    while (get_bit(in) == 0) {
        value = value << 1 | get_bit(in);
    }
    return value;
}

/* Calls, jumps and loads of constants name their targets; they have to name the distance
 * to them: see pack.c. */
#ifdef __XTENSA__
static void name_distances(uint8_t *code, const uint8_t *end)
{
    uint8_t *next = code;
    uint32_t word, at;

    while (next + 3 <= end) {
        if ((*next & 8u) != 0) {
            next += 2;
            continue;
        }
        word = next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16;
        at = (uint32_t)(next - code);
        if ((word & 0x3Fu) == 5u) {
            word -= at / 4 << 6;
        } else if ((word & 0xFu) == 1u) {
            word -= (at + 3u) / 4 << 8;
        }
        *next++ = (uint8_t)word;
        *next++ = (uint8_t)(word >> 8);
        *next++ = (uint8_t)(word >> 16);
    }
}
#else
static void name_distances(uint8_t *code, const uint8_t *end)
{
    uint16_t *next = (uint16_t *)(void *)code;
    uint32_t n;

    for (; (const uint8_t *)(next + 2) <= end; next++) {
        if ((*next & 3u) != 3u) {
            continue;
        }
        if ((*next & 0x7Fu) == 0x6Fu) {
            n = next[0] >> 12 | (uint32_t)next[1] << 4;
            n -= (uint32_t)(next - (uint16_t *)(void *)code);
            next[0] = (uint16_t)((next[0] & 0xFFFu) | (n & 0x7800u) << 1);
            next[1] = (uint16_t)((n & 0x80000u) >> 4 | (n & 0x3FFu) << 5 | (n & 0x400u) >> 6 |
                                 n << 13 >> 28);
        }
        next += 1;
    }
}
#endif

void unpack(void) __attribute__((noreturn));

void unpack(void)
{
    const uint32_t length = packed_payload[0];
    struct input in = {STREAM, 0x80u};
    uint8_t *out = OUT;
    uint8_t *const end = out + length;
    uint32_t distance = 0;
    uint32_t n;
    bool literals = true;

    divide_crystal(0);
    for (;;) {
        if (literals) {
            for (n = get_number(&in); n != 0; n--) {
                *out++ = (uint8_t)get_byte(&in);
            }
        }
        if (out == end) {
            break;
        }
        /* 1: a match at a new distance. 0: behind literals a match at the last
         * distance, behind a match literals. */
        n = 0;
        if (get_bit(&in) != 0) {
            distance = (get_number(&in) - 1u) << 8;
            distance += get_byte(&in) + 1u;
            n = get_number(&in) + 1u;
        } else if (literals) {
            n = get_number(&in);
        }
        literals = n == 0;
        for (; n != 0; n--) {
            *out = *(out - distance);
            out += 1;
        }
    }
    name_distances(OUT, end);
#ifndef CODE_AS_DATA
    for (n = 0; n < length; n += 4) {
        REG(packed_code + n) = *(const uint32_t *)(const void *)(packed_scratch + n);
    }
#endif
    sync_instructions();
    ((void (*)(void))(uintptr_t)packed_code)();
    for (;;) {
    }
}
