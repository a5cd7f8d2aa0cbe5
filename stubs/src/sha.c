#include "sha.h"

#include "chip.h"
#include "system.h"
#include "words.h"

#ifdef SHA_BASE
/* Two layouts. The ESP32's has registers for each algorithm, one memory for block and
 * digest, and takes the words of a block as numbers; with the other, words are as they
 * lie in memory. */
#ifdef SHA_LAYOUT_ESP32
#define START sha[0x90 / 4] /* and CONTINUE behind it */
#define LOAD sha[0x98 / 4]
#define BUSY sha[0x9C / 4]
#define VALUE (sha + 0x00 / 4)
#define TEXT (sha + 0x00 / 4)
#else
#define MODE sha[0x00 / 4]
#define MODE_SHA256 2u
#define START sha[0x10 / 4] /* and CONTINUE behind it */
#define BUSY sha[0x18 / 4]
#define VALUE (sha + 0x40 / 4)
#define TEXT (sha + 0x80 / 4)
#endif

#ifdef SHA_LAYOUT_ESP32
/* The bytes of words the other way round. */
static void copy(volatile uint32_t *to, const volatile uint32_t *from, uint32_t bytes)
{
    const volatile uint32_t *const end = from + bytes / 4;
    uint32_t swapped;

    for (; from != end; from++, to++) {
        __asm__("ssai 8\n\t"
                "srli %0, %1, 16\n\t"
                "src %0, %0, %1\n\t"
                "src %0, %0, %0\n\t"
                "src %0, %1, %0"
                : "=&r"(swapped)
                : "r"(*from));
        *to = swapped;
    }
}
#else
#define copy words_copy
#endif

static const struct setting on[] = {SHA_ON};

void sha_prepare(void)
{
    system_set(on, sizeof on / sizeof *on);
#ifndef SHA_LAYOUT_ESP32
    volatile uint32_t *const sha = device(SHA_BASE);

    MODE = MODE_SHA256;
#endif
}

void sha_block(const uint32_t *block, bool first)
{
    volatile uint32_t *const sha = device(SHA_BASE);

    while (BUSY != 0) {
    }
    copy(TEXT, block, BLOCK);
    (&START)[!first] = 1;
}

void sha_value(uint32_t *value, uint32_t bytes)
{
    volatile uint32_t *const sha = device(SHA_BASE);

    while (BUSY != 0) {
    }
#ifdef SHA_LAYOUT_ESP32
    LOAD = 1;
    while (BUSY != 0) {
    }
#endif
    copy(value, VALUE, bytes);
}
#else
void sha_prepare(void)
{
}

void sha_block(const uint32_t *block, bool first)
{
    (void)block;
    (void)first;
}

void sha_value(uint32_t *value, uint32_t bytes)
{
    (void)value;
    (void)bytes;
}
#endif
