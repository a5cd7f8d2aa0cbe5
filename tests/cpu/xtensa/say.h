/* What every program has: a way to say something. It is kept, and handed over
 * at the end. */
#include <stddef.h>
#include <stdint.h>

extern char said[];
extern uint32_t said_length;

static inline void say_byte(char byte)
{
    said[said_length++] = byte;
}

static inline void say(const char *text)
{
    while (*text) {
        say_byte(*text++);
    }
}

static inline void say_hex(uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        say_byte("0123456789abcdef"[value >> shift & 15]);
    }
}

static inline void say_value(const char *name, uint32_t value)
{
    say(name);
    say_byte(' ');
    say_hex(value);
    say_byte('\n');
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
