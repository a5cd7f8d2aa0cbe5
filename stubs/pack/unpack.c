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
#ifdef __XTENSA__
    /* Calls name their targets: see pack.c. */
    for (out = OUT; out + 3 <= end;) {
        if ((*out++ & 0x3Fu) == 5u) {
            n = out[-1] | (uint32_t)out[0] << 8 | (uint32_t)out[1] << 16;
            n -= (uint32_t)(out - 1 - OUT) / 4 << 6;
            out[-1] = (uint8_t)n;
            *out++ = (uint8_t)(n >> 8);
            *out++ = (uint8_t)(n >> 16);
        }
    }
#endif
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
