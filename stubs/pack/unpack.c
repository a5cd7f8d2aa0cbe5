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

/* Nothing else runs yet: what is needed all the time has a register for good, which
 * takes fewer bytes than to save and pass it. */
#ifdef __XTENSA__
#define REGISTER(xtensa, riscv) __asm__(xtensa)
#else
#define REGISTER(xtensa, riscv) __asm__(riscv)
#endif
register const uint8_t *next REGISTER("a12", "s0"); /* of the stream */
register uint32_t bits REGISTER("a13", "s1"); /* of the last bit byte, and a 1 behind them */
register uint8_t *out REGISTER("a14", "s2");
register uint32_t n REGISTER("a15", "s3"); /* the number that has been read */
#ifdef __riscv
register uint32_t distance __asm__("s4");
register const uint8_t *end __asm__("s5");
#endif

static inline __attribute__((always_inline)) uint32_t get_byte(void)
{
#ifdef CODE_AS_DATA
    const uint32_t byte = *next;
#else
    const uint32_t at = (uint32_t)(uintptr_t)next;
    const uint32_t byte = REG(at & ~3u) >> at % 4 * 8 & 0xFFu;
#endif

    next += 1;
    return byte;
}

static uint32_t __attribute__((noinline)) get_bit(void)
{
    bits <<= 1;
    if ((bits & 0xFFu) == 0) {
        bits = get_byte() << 1 | 1u;
    }
    return bits >> 8 & 1u;
}

static void __attribute__((noinline)) get_number(void)
{
    n = 1;
    while (get_bit() == 0) {
        n <<= 1;
        n |= get_bit();
    }
}

/* Calls, jumps and loads of constants name their targets; they have to name the distance
 * to them: see pack.c. */
#ifdef __XTENSA__
static void name_distances(const uint8_t *limit)
{
    uint32_t word, at;

    for (out = OUT; out + 3 <= limit; out += 2) {
        if ((*out & 8u) != 0) {
            continue;
        }
        word = out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16;
        at = (uint32_t)(out - OUT);
        if ((word & 0x3Fu) == 5u) {
            word -= at / 4 << 6;
        } else if ((word & 0xFu) == 1u) {
            word -= (at + 3u) / 4 << 8;
        }
        *out++ = (uint8_t)word;
        out[0] = (uint8_t)(word >> 8);
        out[1] = (uint8_t)(word >> 16);
    }
}
#else
static void name_distances(const uint8_t *limit)
{
    uint16_t *at = (uint16_t *)(void *)OUT;

    for (; (const uint8_t *)(at + 2) <= limit; at++) {
        if ((*at & 3u) != 3u) {
            continue;
        }
        if ((*at & 0x7Fu) == 0x6Fu) {
            n = at[0] >> 12 | (uint32_t)at[1] << 4;
            n -= (uint32_t)(at - (uint16_t *)(void *)OUT);
            at[0] = (uint16_t)((at[0] & 0xFFFu) | (n & 0x7800u) << 1);
            at[1] = (uint16_t)((n & 0x80000u) >> 4 | (n & 0x3FFu) << 5 | (n & 0x400u) >> 6 |
                               n << 13 >> 28);
        }
        at += 1;
    }
}
#endif

void unpack(void) __attribute__((noreturn));

void unpack(void)
{
#ifdef __XTENSA__
    uint32_t distance;
    const uint8_t *end;
#endif

    end = OUT + packed_payload[0];
    distance = 0;
    next = STREAM;
    bits = 0x80u;
    out = OUT;
    divide_crystal(0);
literals:
    get_number();
    do {
        *out = (uint8_t)get_byte();
        out += 1;
    } while (--n != 0);
    if (out == end) {
        goto done;
    }
    if (get_bit() == 0) {
        get_number();
        goto copy;
    }
match:
    get_number();
    distance = (n - 1u) << 8;
    distance += get_byte() + 1u;
    get_number();
    n += 1;
copy:
    do {
        *out = *(out - distance);
        out += 1;
    } while (--n != 0);
    if (out != end) {
        if (get_bit() != 0) {
            goto match;
        }
        goto literals;
    }
done:
    name_distances(end);
#ifndef CODE_AS_DATA
    for (n = 0; n < packed_payload[0]; n += 4) {
        REG(packed_code + n) = *(const uint32_t *)(const void *)(packed_scratch + n);
    }
#endif
    sync_instructions();
    ((void (*)(void))(uintptr_t)packed_code)();
    for (;;) {
    }
}
