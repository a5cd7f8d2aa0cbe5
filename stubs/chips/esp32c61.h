/* ESP32-C61.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32C61_H
#define ESP32C61_H

#define CHIP_ID 20u
#define CODE_AS_DATA 0 /* RAM has one address */

#define UART_BASE 0x60000000u
#define UART_COUNT_MASK 0xFFu
#define UART_CLKDIV_MASK 0xFFFu
#define UART_LATCHED /* takes a new divider through REG_UPDATE */

#define USB_SERIAL_JTAG_BASE 0x6000F000u

#define SPI_BASE 0x60003000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */
#define FLASH_32BIT /* takes flash addresses past 16 MB */

#define WDT_CONFIG0 0x600B1C00u
#define WDT_PROTECT 0x600B1C18u
#define SWD_CONFIG 0x600B1C1Cu
#define SWD_PROTECT 0x600B1C20u
#define SWD_KEY 0x50D83AA1u
#define SWD_AUTO_FEED (1u << 18)

/* Over USB: PCR_CPU_FREQ_CONF, 160 MHz in half; PCR_AHB_FREQ_CONF, a quarter;
 * PCR_SYSCLK_CONF, the PLL. SPI1 stays with the crystal. */
#define CLOCKS {0x600960F0u, 0xFFu, 1u}, {0x600960F4u, 0xFFu, 3u}, {0x600960E8u, 3u << 16, 2u << 16}
#define CLOCKS_UPDATE 0x60096120u /* PCR_BUS_CLK_UPDATE */

#define SHA_BASE 0x60089000u
/* PCR_SHA_CONF, PCR_ECDSA_CONF. */
#define SHA_ON {0x600960A0u, 2u, 1u}, {0x600960BCu, 2u, 0}

#define RESET_REGISTER 0x600B1034u
#define RESET_BIT (1u << 31)

/* GetSecurityInfoProc, in the ROM's jump table */
#define ROM_SECURITY_INFO 0x400000C0u
#define SECURITY_INFO_LENGTH 20u

#endif
