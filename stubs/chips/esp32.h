/* ESP32.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32_H
#define ESP32_H

#define CHIP_ID 0u

#define XTENSA_DIVIDES
#define XTENSA_WINDOWED /* the ROM calls through register windows */

#define UART_BASE 0x3FF40000u
#define UART_COUNT_MASK 0xFFu
#define UART_CLKDIV_MASK 0xFFFFFu

#define SPI_BASE 0x3FF42000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */
#define SPI_LAYOUT_A

#define WDT_CONFIG0 0x3FF4808Cu
#define WDT_PROTECT 0x3FF480A4u

#define SHA_BASE 0x3FF03000u
#define SHA_LAYOUT_ESP32
/* DPORT_PERI_CLK_EN; DPORT_PERI_RST_EN: its own, and secure boot. */
#define SHA_ON {0x3FF0001Cu, 0, 1u << 1}, {0x3FF00020u, 1u << 1 | 1u << 3, 0}

#define RESET_REGISTER 0x3FF48000u
#define RESET_BIT (1u << 31)

#endif
