/* ESP32-C2.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32C2_H
#define ESP32C2_H

#define CHIP_ID 12u
#define CODE_AS_DATA 0x6E0000 /* lower */

#define UART_BASE 0x60000000u
#define UART_COUNT_MASK 0x3FFu
#define UART_CLKDIV_MASK 0xFFFu

#define SPI_BASE 0x60002000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */

#define WDT_CONFIG0 0x60008084u
#define WDT_PROTECT 0x6000809Cu

#define SWD_CONFIG 0x600080A0u
#define SWD_PROTECT 0x600080A4u
#define SWD_KEY 0x8F1D312Au
#define SWD_AUTO_FEED (1u << 31)

#define SHA_BASE 0x6003B000u
/* SYSTEM_PERIP_CLK_EN1; SYSTEM_PERIP_RST_EN1. */
#define SHA_ON {0x600C0014u, 0, 1u << 2}, {0x600C001Cu, 1u << 2, 0}

#define RESET_REGISTER 0x60008000u
#define RESET_BIT (1u << 31)

/* GetSecurityInfoProc, in the ROM's jump table */
#define ROM_SECURITY_INFO 0x400000B0u
#define SECURITY_INFO_LENGTH 20u

#endif
