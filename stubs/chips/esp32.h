/* ESP32.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32_H
#define ESP32_H

#define CHIP_ID 0u

#define XTENSA_WINDOWED /* the ROM calls through register windows */

#define UART_BASE 0x3FF40000u
#define UART_COUNT_MASK 0xFFu
#define UART_CLKDIV_MASK 0xFFFFFu

#define SPI_BASE 0x3FF42000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */
#define SPI_LAYOUT_A

#define WDT_CONFIG0 0x3FF4808Cu
#define WDT_PROTECT 0x3FF480A4u

#define RESET_REGISTER 0x3FF48000u
#define RESET_BIT (1u << 31)

#endif
