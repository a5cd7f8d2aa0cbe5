/* CRC-32 of zlib and Ethernet: polynomial EDB88320 reflected, start and final
 * XOR FFFFFFFF. */
#ifndef CRC32_H
#define CRC32_H

#include "types.h"

#define CRC32_START 0xFFFFFFFFu

/* Register after a message that is followed by its own CRC. */
#define CRC32_RESIDUE 0xDEBB20E3u

extern uint32_t crc32_table[256];

/* Build the table; before anything else. */
void crc32_prepare(void);

static inline uint32_t crc32_byte(uint32_t crc, uint8_t byte)
{
    return crc32_table[(crc ^ byte) & 0xFFu] ^ crc >> 8;
}

uint32_t crc32(uint32_t crc, const void *bytes, uint32_t length);

#endif
