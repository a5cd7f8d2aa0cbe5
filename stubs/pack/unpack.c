/* Unpacks the stub, and jumps to it. pack.c describes the format. */
#include "chip.h"
#include "types.h"

extern const uint32_t packed_payload[]; /* length when unpacked, then the stream */
extern uint8_t packed_scratch[];
extern uint32_t packed_code[];

struct input {
    uint32_t next; /* address of the next byte */
    uint32_t bits; /* bits of the last bit byte, and a 1 behind them */
};

/* Instruction RAM takes words only. */
static uint32_t get_byte(struct input *in)
{
    const uint32_t word = REG(in->next & ~3u);
    const uint32_t shift = in->next % 4 * 8;

    in->next += 1;
    return word >> shift & 0xFFu;
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
    struct input in = {(uint32_t)(uintptr_t)(packed_payload + 1), 0x80u};
    uint8_t *out = packed_scratch;
    uint8_t *const end = out + packed_payload[0];
    const uint32_t *from = (const uint32_t *)(const void *)packed_scratch;
    uint32_t *to = packed_code;
    uint32_t distance = 0;
    uint32_t n;
    bool literals = true;

    while (out != end) {
        if (literals) {
            for (n = get_number(&in); n != 0; n--) {
                *out++ = (uint8_t)get_byte(&in);
            }
        }
        /* 1: a match at a new distance. 0: behind literals a match at the last
         * distance, behind a match literals. */
        n = 0;
        if (out == end) {
            break;
        }
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
    while (from < (const uint32_t *)(const void *)end) {
        *to++ = *from++;
    }
    sync_instructions();
    ((void (*)(void))(uintptr_t)packed_code)();
    for (;;) {
    }
}
