/* One transaction with the flash, through the SPI1 controller. */
#ifndef SPI_H
#define SPI_H

#include "types.h"

/* What a transaction consists of, in one word: opcode, bytes to send, bytes to
 * receive behind them (0 … 64 each), bits of address (0, 24, 32). Without an
 * opcode it continues the one before, which kept the chip select low. */
#define SPI_SEND(bytes) ((bytes) << 8)
#define SPI_RECEIVE(bytes) ((bytes) << 16)
#define SPI_ADDRESS(bits) ((bits) << 24)
#define SPI_KEEP_SELECTED (1u << 31)

/* Make the controller ours: plain single-bit transfers. */
void spi_prepare(void);

/* Start; `out` holds the bytes to send. */
void spi_start(uint32_t what, uint32_t address, const uint32_t *out);

/* Wait for the end; fetch received bytes, in whole words. */
void spi_finish(uint32_t *in, uint32_t length);

#endif
