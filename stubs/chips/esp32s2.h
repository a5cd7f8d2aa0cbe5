/* ESP32-S2.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32S2_H
#define ESP32S2_H

#define CHIP_ID 2u
#define CODE_AS_DATA 0x70000 /* lower */

#define XTENSA_DIVIDES
#define XTENSA_WINDOWED /* the ROM calls through register windows */

#define UART_BASE 0x60000000u
#define UART_COUNT_MASK 0x3FFu
#define UART_CLKDIV_MASK 0xFFFFFu

#define SPI_BASE 0x3F402000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */

#define WDT_CONFIG0 0x3F408094u
#define WDT_PROTECT 0x3F4080ACu

#define SWD_CONFIG 0x3F4080B0u
#define SWD_PROTECT 0x3F4080B4u
#define SWD_KEY 0x8F1D312Au
#define SWD_AUTO_FEED (1u << 31)

#define SHA_BASE 0x6003B000u
/* SYSTEM_PERIP_CLK_EN1; SYSTEM_PERIP_RST_EN1: its own, DS, HMAC. */
#define SHA_ON {0x3F4C0044u, 0, 1u << 2}, {0x3F4C004Cu, 1u << 2 | 1u << 4 | 1u << 5, 0}

#define RESET_REGISTER 0x3F408000u
#define RESET_BIT (1u << 31)

/* GetSecurityInfoProc */
#define ROM_SECURITY_INFO 0x40012098u
#define SECURITY_INFO_LENGTH 12u
#define ROM_SECURITY_INFO_WINDOWED

#endif
