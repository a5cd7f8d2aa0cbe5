/* What every file needs. */
#ifndef TYPES_H
#define TYPES_H

#include <stdbool.h>
#include <stdint.h>

/* One block of flash data: what the SPI controller holds, and what MD5 takes. */
#define BLOCK 64u

#endif
