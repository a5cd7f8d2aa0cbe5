#include "ring.h"

void ring_copy(void *to, const uint8_t *ring, uint32_t mask, uint32_t at, uint32_t length)
{
    uint8_t *out = to;

    while (length-- != 0) {
        *out++ = ring[at++ & mask];
    }
}
