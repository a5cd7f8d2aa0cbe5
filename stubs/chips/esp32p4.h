/* ESP32-P4 from revision 3 on.
 *
 * Register addresses: technical reference manual, and the SoC headers of ESP-IDF. */
#ifndef ESP32P4_H
#define ESP32P4_H

#define CHIP_ID 18u
#define CODE_AS_DATA 0 /* RAM has one address */

#define UART_BASE 0x500CA000u
#define UART_COUNT_MASK 0xFFu
#define UART_CLKDIV_MASK 0xFFFu
#define UART_LATCHED /* takes a new divider through REG_UPDATE */

#define USB_SERIAL_JTAG_BASE 0x500D2000u

#define SPI_BASE 0x5008D000u
#define SPI_FULL_CLOCK (1u << 31) /* undivided */
#define FLASH_32BIT /* takes flash addresses past 16 MB */

#define WDT_CONFIG0 0x50116000u
#define WDT_PROTECT 0x50116018u
#define SWD_CONFIG 0x5011601Cu
#define SWD_PROTECT 0x50116020u
#define SWD_KEY 0x50D83AA1u
#define SWD_AUTO_FEED (1u << 18)

#define SHA_BASE 0x50091000u
/* HP_SYS_CLKRST_PERI_CLK_CTRL25; HP_SYS_CLKRST_HP_RST_EN2: its own, and of all crypto,
 * DS, HMAC, ECDSA. */
#define SHA_ON {0x500E60A8u, 0, 1u << 20}, {0x500E60C8u, 0x1E4000u, 0}

#define RESET_REGISTER 0x50110008u
#define RESET_BIT (1u << 1)

/* GetSecurityInfoProc, in the ROM's jump table */
#define ROM_SECURITY_INFO 0x4FC000BCu
#define SECURITY_INFO_LENGTH 20u

/* CACHE_SYNC_CTRL: the RAM that the stub lies in is cached, and the data cache is
 * written back late. */
#define CACHE_SYNC 0x3FF10098u
#define CACHE_SYNC_INVALIDATE (1u << 0)
#define CACHE_SYNC_WRITE_BACK (1u << 2)
#define CACHE_SYNC_DONE (1u << 4)
#define CACHE_SYNC_L1_INSTRUCTIONS 3u
#define CACHE_SYNC_L1_DATA (1u << 4)

#endif
