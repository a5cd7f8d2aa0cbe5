/* Loads and stores of every width and sign at every alignment, and atomics. */
#include "say.h"

static uint8_t bytes[256];

static uint32_t checksum(void)
{
    uint32_t sum = 0;
    for (int i = 0; i < 256; i++) {
        sum = (sum << 5 | sum >> 27) ^ bytes[i];
    }
    return sum;
}

#define LOADS(name)                                                                         \
    {                                                                                       \
        uint32_t sum = 0;                                                                   \
        for (int i = 0; i < 250; i++) {                                                     \
            uint32_t result;                                                                \
            __asm__ volatile(name " %0, 3(%1)" : "=r"(result) : "r"(bytes + i) : "memory"); \
            sum = (sum << 1 | sum >> 31) ^ result;                                          \
        }                                                                                   \
        say_value(name, sum);                                                               \
    }

#define STORES(name)                                                                         \
    for (int i = 0; i < 240; i += 7) {                                                       \
        __asm__ volatile(name " %0, -2(%1)" : : "r"(number()), "r"(bytes + 2 + i) : "memory"); \
    }                                                                                        \
    say_value(name, checksum());

#define ATOMIC(name)                                                                  \
    {                                                                                 \
        uint32_t sum = 0;                                                             \
        for (int i = 0; i < 200; i++) {                                               \
            uint32_t *at = (uint32_t *)bytes + i % 64, result;                        \
            __asm__ volatile(name " %0, %1, (%2)"                                     \
                             : "=&r"(result) : "r"(number()), "r"(at) : "memory");    \
            sum = (sum << 1 | sum >> 31) ^ result;                                    \
        }                                                                             \
        say_value(name, sum ^ checksum());                                            \
    }

int main(void)
{
    for (int i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)(number() >> 11);
    }
    LOADS("lb") LOADS("lbu") LOADS("lh") LOADS("lhu") LOADS("lw")
    STORES("sb") STORES("sh") STORES("sw")
    ATOMIC("amoswap.w") ATOMIC("amoadd.w.aq") ATOMIC("amoxor.w.rl") ATOMIC("amoand.w.aqrl")
    ATOMIC("amoor.w") ATOMIC("amomin.w") ATOMIC("amomax.w") ATOMIC("amominu.w") ATOMIC("amomaxu.w")

    uint32_t value, failed, word = 5;
    __asm__ volatile("lr.w %0, (%2)\n sc.w %1, %3, (%2)"
                     : "=&r"(value), "=&r"(failed) : "r"(&word), "r"(9) : "memory");
    say_value("lr", value);
    say_value("sc", failed);
    __asm__ volatile("sc.w %0, %2, (%1)" : "=&r"(failed) : "r"(&word), "r"(11) : "memory");
    say_value("sc again", failed != 0);
    say_value("word", word);
    return 0;
}
