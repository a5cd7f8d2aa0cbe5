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
#define SPI_DUAL (1u << 30) /* two bits a cycle come in, behind eight dummy cycles where
                             * there is an opcode */
#define SPI_KEEP_SELECTED (1u << 31)
#define SPI_PLAIN 0x3FFFFFFFu /* all but the last two */

/* Make the controller ours: plain single-bit transfers. */
void spi_prepare(void);

/* Set the controller's clock register, and return what it was. */
uint32_t spi_set_clock(uint32_t value);

/* Start; `out` holds the bytes to send, in groups of four words. */
void spi_start(uint32_t what, uint32_t address, const uint32_t *out);

/* Wait for the end, receiving from the port meanwhile; fetch received bytes, in groups of
 * four words. */
void spi_finish(uint32_t *in, uint32_t length);

#endif
