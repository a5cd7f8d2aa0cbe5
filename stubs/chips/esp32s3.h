/* ESP32-S3.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32S3_H
#define ESP32S3_H

#define CHIP_ID 9u
#define CODE_AS_DATA 0x6F0000 /* lower */

#define XTENSA_DIVIDES
#define XTENSA_WINDOWED /* the ROM calls through register windows */

#define UART_BASE 0x60000000u
#define UART_COUNT_MASK 0x3FFu
#define UART_CLKDIV_MASK 0xFFFu

#define USB_SERIAL_JTAG_BASE 0x60038000u

#define SPI_BASE 0x60002000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */
#define FLASH_32BIT /* takes flash addresses past 16 MB */

#define WDT_CONFIG0 0x60008098u
#define WDT_PROTECT 0x600080B0u

#define SWD_CONFIG 0x600080B4u
#define SWD_PROTECT 0x600080B8u
#define SWD_KEY 0x8F1D312Au
#define SWD_AUTO_FEED (1u << 31)

/* SYSTEM_SYSCLK_CONF: the ROM has the crystal divided by 2. */
#define CRYSTAL_DIVIDER 0x600C0060u

/* Over USB: SPI1's clock register, for 80 MHz in half; SYSTEM_CPU_PER_CONF, 160 MHz from a
 * PLL of 480, which needs no more voltage than the crystal; SYSTEM_SYSCLK_CONF, the PLL. */
#define CLOCKS                                                                                     \
    {SPI_BASE + 0x14u, 0xFFFFFFFFu, 0x00010001u}, {0x600C0010u, 7u, 5u}, {                         \
        0x600C0060u, 3u << 10, 1u << 10                                                            \
    }

#define SHA_BASE 0x6003B000u
/* SYSTEM_PERIP_CLK_EN1; SYSTEM_PERIP_RST_EN1: its own, DS, HMAC. */
#define SHA_ON {0x600C001Cu, 0, 1u << 2}, {0x600C0024u, 1u << 2 | 1u << 4 | 1u << 5, 0}

#define RESET_REGISTER 0x60008000u
#define RESET_BIT (1u << 31)

/* GetSecurityInfoProc */
#define ROM_SECURITY_INFO 0x40048174u
#define SECURITY_INFO_LENGTH 20u
#define ROM_SECURITY_INFO_WINDOWED

#endif
