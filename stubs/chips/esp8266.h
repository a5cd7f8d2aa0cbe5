/* ESP8266.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP8266_H
#define ESP8266_H

#define CHIP_ID 0xFFFFu

#define UART_BASE 0x60000000u
#define UART_COUNT_MASK 0xFFu
#define UART_CLKDIV_MASK 0xFFFFFu
#define UART_NO_FRACTION

#define SPI_BASE 0x60000200u
#define SPI_LAYOUT_8266

#define OUT_RING 0x8000u

/* System reset of the ROM. */
#define ROM_SOFTWARE_RESET 0x4000264Cu

#endif
