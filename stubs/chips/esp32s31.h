/* ESP32-S31.
 *
 * Register addresses: the SoC headers of ESP-IDF. */
#ifndef ESP32S31_H
#define ESP32S31_H

#define CHIP_ID 32u
#define CODE_AS_DATA 0 /* RAM has one address */

#define UART_BASE 0x2038A000u
#define UART_COUNT_MASK 0xFFu
#define UART_CLKDIV_MASK 0xFFFu
#define UART_LATCHED /* takes a new divider through REG_UPDATE */

#define USB_SERIAL_JTAG_BASE 0x20391000u

#define SPI_BASE 0x20501000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */
#define FLASH_32BIT /* takes flash addresses past 16 MB */

#define WDT_CONFIG0 0x20801000u
#define WDT_PROTECT 0x20801018u
#define SWD_CONFIG 0x2080101Cu
#define SWD_PROTECT 0x20801020u
#define SWD_KEY 0x50D83AA1u
#define SWD_AUTO_FEED (1u << 18)

#define SHA_BASE 0x20509000u
/* HP_SYS_CLKRST_CRYPTO_CTRL0: clocks of all crypto and its own; resets of both, DS, HMAC,
 * ECDSA. */
#define SHA_ON {0x20587058u, 0x28882u, 0x41u}

#define RESET_REGISTER 0x20700008u
#define RESET_BIT (1u << 1)

/* GetSecurityInfoProc, in the ROM's jump table */
#define ROM_SECURITY_INFO 0x2F8000C4u
#define SECURITY_INFO_LENGTH 20u

#endif
