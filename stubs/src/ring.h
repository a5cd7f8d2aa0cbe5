/* Rings of bytes, a power of two long. */
#ifndef RING_H
#define RING_H

#include "types.h"

/* Copy `length` bytes from position `at` of the ring. */
void ring_copy(void *to, const uint8_t *ring, uint32_t mask, uint32_t at, uint32_t length);

#endif
