/* ESP32-C3.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32C3_H
#define ESP32C3_H

#define CHIP_ID 5u
#define CODE_AS_DATA 0x700000 /* lower */

#define UART_BASE 0x60000000u
#define UART_COUNT_MASK 0x3FFu
#define UART_CLKDIV_MASK 0xFFFu

#define USB_SERIAL_JTAG_BASE 0x60043000u

#define SPI_BASE 0x60002000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */

#define WDT_CONFIG0 0x60008090u
#define WDT_PROTECT 0x600080A8u

#define SWD_CONFIG 0x600080ACu
#define SWD_PROTECT 0x600080B0u
#define SWD_KEY 0x8F1D312Au
#define SWD_AUTO_FEED (1u << 31)

/* SYSTEM_SYSCLK_CONF: the ROM has the crystal divided by 2. */
#define CRYSTAL_DIVIDER 0x600C0058u

/* Over USB: SPI1's clock register, for 80 MHz in half; SYSTEM_CPU_PER_CONF, 160 MHz from
 * a PLL of 480; SYSTEM_SYSCLK_CONF, the PLL. */
#define CLOCKS                                                                                     \
    {SPI_BASE + 0x14u, 0xFFFFFFFFu, 0x00010001u}, {0x600C0008u, 7u, 5u}, {                                \
        0x600C0058u, 3u << 10, 1u << 10                                                            \
    }

#define SHA_BASE 0x6003B000u
/* SYSTEM_PERIP_CLK_EN1; SYSTEM_PERIP_RST_EN1: its own, DS, HMAC. */
#define SHA_ON {0x600C0014u, 0, 1u << 2}, {0x600C001Cu, 1u << 2 | 1u << 4 | 1u << 5, 0}

#define RESET_REGISTER 0x60008000u
#define RESET_BIT (1u << 31)

/* GetSecurityInfoProc: not in the ROM's jump table; told by the ROM's revision at
 * 40000014. */
#define ROM_ECO REG(0x40000014u)
#define ROM_SECURITY_INFO (ROM_ECO == 0 ? 0x4004B13Eu : ROM_ECO == 7 ? 0x4004D51Eu : ROM_ECO == 3 ? 0x4004B9DAu : 0)
#define SECURITY_INFO_LENGTH 20u

#endif
