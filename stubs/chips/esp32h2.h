/* ESP32-H2.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32H2_H
#define ESP32H2_H

#define CHIP_ID 16u
#define CODE_AS_DATA 0 /* RAM has one address */

#define UART_BASE 0x60000000u
#define UART_COUNT_MASK 0xFFu
#define UART_CLKDIV_MASK 0xFFFu
#define UART_LATCHED /* takes a new divider through REG_UPDATE */

#define USB_SERIAL_JTAG_BASE 0x6000F000u

#define SPI_BASE 0x60003000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */

#define WDT_CONFIG0 0x600B1C00u
#define WDT_PROTECT 0x600B1C1Cu
#define SWD_CONFIG 0x600B1C20u
#define SWD_PROTECT 0x600B1C24u
#define SWD_KEY 0x50D83AA1u
#define SWD_AUTO_FEED (1u << 18)

/* Over USB: PCR_AHB_FREQ_CONF, a third; PCR_SYSCLK_CONF, 96 MHz from the PLL. SPI1
 * stays with the crystal. */
#define CLOCKS {0x60096118u, 0xFFu, 2u}, {0x6009610Cu, 3u << 16, 1u << 16}
#define CLOCKS_UPDATE 0x60096148u /* PCR_BUS_CLK_UPDATE */

#define SHA_BASE 0x60089000u
/* PCR_SHA_CONF, PCR_DS_CONF, PCR_HMAC_CONF, PCR_ECDSA_CONF. */
#define SHA_ON {0x600960C8u, 2u, 1u}, {0x600960DCu, 2u, 0}, {0x600960E0u, 2u, 0}, {0x600960E4u, 2u, 0}

#define RESET_REGISTER 0x600B1034u
#define RESET_BIT (1u << 31)

/* GetSecurityInfoProc, in the ROM's jump table */
#define ROM_SECURITY_INFO 0x400000BCu
#define SECURITY_INFO_LENGTH 20u

#endif
