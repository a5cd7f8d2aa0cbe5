/* ESP32-C6.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32C6_H
#define ESP32C6_H

#define CHIP_ID 13u
#define CODE_AS_DATA 0 /* RAM has one address */

#define UART_BASE 0x60000000u
#define UART_COUNT_MASK 0xFFu
#define UART_CLKDIV_MASK 0xFFFu
#define UART_LATCHED /* takes a new divider through REG_UPDATE */

#define USB_SERIAL_JTAG_BASE 0x6000F000u

#define SPI_BASE 0x60003000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */

#define WDT_CONFIG0 0x600B1C00u
#define WDT_PROTECT 0x600B1C18u
#define SWD_CONFIG 0x600B1C1Cu
#define SWD_PROTECT 0x600B1C20u
#define SWD_KEY 0x50D83AA1u
#define SWD_AUTO_FEED (1u << 18)

/* Over USB: PCR_MSPI_CLK_CONF, 480 MHz by 6, and SPI1's clock register, half of that;
 * PCR_CPU_FREQ_CONF, 160 MHz; PCR_SYSCLK_CONF, the PLL. */
#define CLOCKS {0x6009601Cu, 0xFF00u, 5u << 8}, {SPI_BASE + 0x14u, 0xFFFFFFFFu, 0x00010001u}, {0x60096118u, 0x1FF00u, 0}, {0x60096110u, 3u << 16, 1u << 16}

#define SHA_BASE 0x60089000u
/* PCR_SHA_CONF, PCR_DS_CONF, PCR_HMAC_CONF. */
#define SHA_ON {0x600960CCu, 2u, 1u}, {0x600960E0u, 2u, 0}, {0x600960E4u, 2u, 0}

#define RESET_REGISTER 0x600B1034u
#define RESET_BIT (1u << 31)

/* GetSecurityInfoProc, in the ROM's jump table */
#define ROM_SECURITY_INFO 0x400000BCu
#define SECURITY_INFO_LENGTH 20u

#endif
