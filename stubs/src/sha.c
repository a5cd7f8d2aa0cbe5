#include "sha.h"

#include "chip.h"
#include "system.h"

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
#define WORD(word) __builtin_bswap32(word)
#else
#define MODE sha[0x00 / 4]
#define MODE_SHA256 2u
#define START sha[0x10 / 4] /* and CONTINUE behind it */
#define BUSY sha[0x18 / 4]
#define VALUE (sha + 0x40 / 4)
#define TEXT (sha + 0x80 / 4)
#define WORD(word) (word)
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
    uint32_t i;

    while (BUSY != 0) {
    }
    for (i = 0; i < BLOCK / 4; i++) {
        TEXT[i] = WORD(block[i]);
    }
    (&START)[!first] = 1;
}

void sha_value(uint32_t *value, uint32_t words)
{
    volatile uint32_t *const sha = device(SHA_BASE);
    uint32_t i;

    while (BUSY != 0) {
    }
#ifdef SHA_LAYOUT_ESP32
    LOAD = 1;
    while (BUSY != 0) {
    }
#endif
    for (i = 0; i < words; i++) {
        value[i] = WORD(VALUE[i]);
    }
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

void sha_value(uint32_t *value, uint32_t words)
{
    (void)value;
    (void)words;
}
#endif
