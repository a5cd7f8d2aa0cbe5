/* What every program has: a way to say something. */
#include <stddef.h>
#include <stdint.h>

#define UART (*(volatile uint8_t *)0x10000000)

static inline void say(const char *text)
{
    while (*text) {
        UART = (uint8_t)*text++;
    }
}

static inline void say_hex(uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        UART = (uint8_t)"0123456789abcdef"[value >> shift & 15];
    }
}

static inline void say_value(const char *name, uint32_t value)
{
    say(name);
    UART = ' ';
    say_hex(value);
    UART = '\n';
}

/* Numbers that look random, with edge cases among them. */
static uint32_t seed __attribute__((unused)) = 0x2545f491;

static inline uint32_t number(void)
{
    static const uint32_t edges[] = { 0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff };
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % 5 == 0 ? edges[seed >> 8 & 7] : seed;
}
