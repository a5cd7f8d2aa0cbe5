/* The chip that the tests run on: none. Registers are an array; spi.h, port.h and
 * system.h are played by mock.c. */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdint.h>

#define CHIP_ID 0x1234u
#define FLASH_32BIT
#define OUT_RING 0x8000u
#define FLASH_POLLS 2000u
#define SHA_BASE 0u /* played by sha256.c */

uint32_t *native_register(uint32_t address);
#define REG(address) (*native_register(address))

#endif
