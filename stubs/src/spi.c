#include "spi.h"

#include "chip.h"
#include "port.h"
#include "words.h"

/* Two layouts of the same controller; the ESP8266's is the older one, with the
 * lengths of the data in USER1 and no way to keep the chip select low. */
#if defined(SPI_LAYOUT_8266) || defined(SPI_LAYOUT_A)
#define USER spi[0x1C / 4]
#define USER1 spi[0x20 / 4]
#define USER2 spi[0x24 / 4]
#define MOSI_DLEN spi[0x28 / 4]
#define MISO_DLEN spi[0x2C / 4]
#define KEEP_ACTIVE (1u << 30)
#define ADDRESS_LEFT true
#else
#define USER spi[0x18 / 4]
#define USER1 spi[0x1C / 4]
#define USER2 spi[0x20 / 4]
#define MOSI_DLEN spi[0x24 / 4]
#define MISO_DLEN spi[0x28 / 4]
#define KEEP_ACTIVE (1u << 10)
#define ADDRESS_LEFT false
#endif
#if defined(SPI_LAYOUT_8266) || defined(SPI_LAYOUT_A)
#define CLOCK spi[0x18 / 4]
#else
#define CLOCK spi[0x14 / 4]
#endif
#if defined(SPI_LAYOUT_8266)
#define W 0x40u
#elif defined(SPI_LAYOUT_A)
#define W 0x80u
#else
#define W 0x58u
#endif

#define CMD spi[0x00 / 4]
#define ADDR spi[0x04 / 4]
#define CTRL spi[0x08 / 4]
#define PIN spi[0x34 / 4]

#define CMD_USER (1u << 18)
#define USER_COMMAND (1u << 31)
#define USER_ADDRESS (1u << 30)
#define USER_DUMMY (1u << 29)
#define USER_MISO (1u << 28)
#define USER_MOSI (1u << 27)
/* Chip select set-up and hold, and clock edges: as the ROM left them. */
#define USER_TIMING 0x2F0u

/* QIO, DIO, quad output; dual output and what enables all of them. */
#define CTRL_DUAL (1u << 14 | 1u << 13)
#define CTRL_READ_MODES (1u << 24 | 1u << 23 | 1u << 20 | CTRL_DUAL)

#define DUMMY_CYCLES 8u

void spi_prepare(void)
{
    volatile uint32_t *const spi = device(SPI_BASE);

    spi_finish(0, 0);
    CTRL &= ~CTRL_READ_MODES;
}

uint32_t spi_set_clock(uint32_t value)
{
    volatile uint32_t *const spi = device(SPI_BASE);
    const uint32_t old = CLOCK;

    CLOCK = value;
    return old;
}

void spi_start(uint32_t what, uint32_t address, const uint32_t *out)
{
    static uint32_t last;
    const uint32_t opcode = what & 0xFFu;
    const uint32_t send = what >> 8 & 0xFFu;
    const uint32_t receive = what >> 16 & 0xFFu;
    const uint32_t address_bits = what >> 24 & 0x3Fu;
    volatile uint32_t *const spi = device(SPI_BASE);
    uint32_t user, user1;

    words_copy(spi + W / 4, out, send);
    /* One that goes on like the last finds everything else in place. */
    if (what != last || opcode != 0) {
        last = what;
        user = USER & USER_TIMING;
        user1 = 0;
        if (opcode != 0) {
            user |= USER_COMMAND;
            USER2 = 7u << 28 | opcode;
        }
        if (address_bits != 0) {
            user |= USER_ADDRESS;
            user1 = (address_bits - 1) << 26;
            ADDR = ADDRESS_LEFT ? address << (32 - address_bits) : address;
        }
        if (send != 0) {
            user |= USER_MOSI;
        }
        if (receive != 0) {
            user |= USER_MISO;
        }
#ifdef SPI_FULL_CLOCK
        CTRL &= ~CTRL_DUAL;
        if ((what & SPI_DUAL) != 0) {
            CTRL |= CTRL_DUAL;
            if (opcode != 0) {
                user |= USER_DUMMY;
                user1 = user1 | (DUMMY_CYCLES - 1u);
            }
        }
#endif
#ifdef SPI_LAYOUT_8266
        user1 |= ((send * 8 - 1) & 0x1FFu) << 17 | ((receive * 8 - 1) & 0x1FFu) << 8;
#else
        MOSI_DLEN = (send * 8 - 1) & 0x1FFu;
        MISO_DLEN = (receive * 8 - 1) & 0x1FFu;
        PIN = (PIN & ~KEEP_ACTIVE) | ((what & SPI_KEEP_SELECTED) != 0 ? KEEP_ACTIVE : 0);
#endif
        USER = user;
        USER1 = user1;
    }
    CMD = CMD_USER;
}

void spi_finish(uint32_t *in, uint32_t length)
{
    volatile uint32_t *const spi = device(SPI_BASE);

    while ((CMD & CMD_USER) != 0) {
        port_rescue();
    }
    words_copy(in, spi + W / 4, length);
}
