/* Words to and from the memories of devices. */
#ifndef WORDS_H
#define WORDS_H

#include "types.h"

/* Copy so many bytes, in groups of four words. */
void words_copy(volatile uint32_t *to, const volatile uint32_t *from, uint32_t bytes);

#endif
