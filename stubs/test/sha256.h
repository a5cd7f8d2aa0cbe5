/* The accelerator that the tests have. */
#ifndef SHA256_H
#define SHA256_H

#include "types.h"

/* It calculates, but not SHA-256. */
extern bool sha256_broken;

#endif
