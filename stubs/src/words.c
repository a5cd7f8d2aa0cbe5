#include "words.h"

#define GROUP 16u

void words_copy(volatile uint32_t *to, const volatile uint32_t *from, uint32_t bytes)
{
    const volatile uint32_t *const end = from + (bytes + GROUP - 1u) / GROUP * GROUP / 4u;

    for (; from != end; from += 4, to += 4) {
        to[0] = from[0];
        to[1] = from[1];
        to[2] = from[2];
        to[3] = from[3];
    }
}
