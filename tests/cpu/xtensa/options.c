/* Instructions of options that the ESP8266's core does not have: each on
 * a3 and a4 into a2, by its three bytes. */
#include "say.h"

#define ROUNDS 2000

#define OPTION(name, low, middle, high, least)                                   \
    {                                                                            \
        uint32_t sum = 0;                                                        \
        for (int i = 0; i < ROUNDS; i++) {                                       \
            uint32_t before = number(), one = number(), other = number();        \
            register uint32_t result __asm__("a2") = before;                     \
            register uint32_t a __asm__("a3") = one;                             \
            register uint32_t b __asm__("a4") = other == 0 ? least : other;      \
            __asm__ volatile(".byte " #low ", " #middle ", " #high               \
                             : "+r"(result) : "r"(a), "r"(b));                   \
            sum = (sum << 1 | sum >> 31) ^ result;                               \
        }                                                                        \
        say_value(name, sum);                                                    \
    }

int main(void)
{
    OPTION("quou", 0x40, 0x23, 0xc2, 1)
    OPTION("quos", 0x40, 0x23, 0xd2, 1)
    OPTION("remu", 0x40, 0x23, 0xe2, 1)
    OPTION("rems", 0x40, 0x23, 0xf2, 1)
    OPTION("min", 0x40, 0x23, 0x43, 0)
    OPTION("max", 0x40, 0x23, 0x53, 0)
    OPTION("minu", 0x40, 0x23, 0x63, 0)
    OPTION("maxu", 0x40, 0x23, 0x73, 0)
    OPTION("sext 7", 0x00, 0x23, 0x23, 0)
    OPTION("sext 15", 0x80, 0x23, 0x23, 0)
    OPTION("sext 22", 0xf0, 0x23, 0x23, 0)
    OPTION("clamps 7", 0x00, 0x23, 0x33, 0)
    OPTION("clamps 12", 0x50, 0x23, 0x33, 0)
    OPTION("clamps 22", 0xf0, 0x23, 0x33, 0)

    /* S32C1I: what is stored where there is what SCOMPARE1 says. */
    static uint32_t word;
    register uint32_t internal __asm__("a4") = 0x2a;
    /* wsr a4, ATOMCTL */
    __asm__ volatile(".byte 0x40, 0x63, 0x13" : : "r"(internal));
    for (uint32_t expected = 0; expected < 3; expected++) {
        register uint32_t value __asm__("a2") = 100 + expected;
        register uint32_t *address __asm__("a3") = &word;
        register uint32_t compare __asm__("a4") = expected;
        word = 1;
        /* wsr a4, SCOMPARE1; s32c1i a2, a3, 0 */
        __asm__ volatile(".byte 0x40, 0x0c, 0x13, 0x22, 0xe3, 0x00"
                         : "+r"(value) : "r"(address), "r"(compare) : "memory");
        say_value("s32c1i", value);
        say_value("  word", word);
    }
    return 0;
}
