/* Loads and stores of every width and sign, at every alignment that a core
 * has to do with, and code that is written while the program runs. */
#include "say.h"

static uint8_t bytes[256] __attribute__((aligned(4)));

static uint32_t checksum(void)
{
    uint32_t sum = 0;
    for (int i = 0; i < 256; i++) {
        sum = (sum << 5 | sum >> 27) ^ bytes[i];
    }
    return sum;
}

#define LOADS(name, step)                                                                      \
    {                                                                                          \
        uint32_t sum = 0;                                                                      \
        for (int i = 0; i < 240; i += step) {                                                  \
            uint32_t result;                                                                   \
            __asm__ volatile(name " %0, %1, 8" : "=r"(result) : "r"(bytes + i) : "memory");   \
            sum = (sum << 1 | sum >> 31) ^ result;                                             \
        }                                                                                      \
        say_value(name, sum);                                                                  \
    }

#define STORES(name, step)                                                                     \
    {                                                                                          \
        for (int i = 0; i < 240; i += step) {                                                  \
            __asm__ volatile(name " %0, %1, 8" : : "r"(number()), "r"(bytes + i) : "memory"); \
        }                                                                                      \
        say_value(name, checksum());                                                           \
    }

int main(void)
{
    for (int i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)(number() >> 7);
    }
    LOADS("l8ui", 1) LOADS("l16ui", 2) LOADS("l16si", 2) LOADS("l32i", 4) LOADS("l32i.n", 4)
    STORES("s8i", 1) STORES("s16i", 2) STORES("s32i", 4) STORES("s32i.n", 4)

    static uint32_t code[] = { 0xf00d221b, 0 }; /* addi.n a2, a2, 1; ret.n */
    uint32_t (*function)(uint32_t) = (uint32_t (*)(uint32_t))code;
    __asm__ volatile("isync" : : : "memory");
    say_value("function", function(5));
    code[0] = 0xf00d227b; /* addi.n a2, a2, 7; ret.n */
    __asm__ volatile("isync" : : : "memory");
    say_value("function", function(5));
    return 0;
}
