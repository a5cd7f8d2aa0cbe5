#include "crc32.h"

#include "chip.h"
LARGE uint32_t crc32_table[256];

void crc32_prepare(void)
{
    uint32_t i, bit, crc;

    for (i = 0; i < 256; i++) {
        crc = i;
        for (bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1u) != 0 ? 0xEDB88320u : 0);
        }
        crc32_table[i] = crc;
    }
}

uint32_t crc32(uint32_t crc, const void *bytes, uint32_t length)
{
    const uint8_t *next = bytes;

    while (length-- != 0) {
        crc = crc32_byte(crc, *next++);
    }
    return crc;
}
