#include "port.h"

#include "chip.h"
#include "rx.h"
#include "system.h"

/* UART0. */
#define UART_FIFO (device(UART_BASE)[0x00 / 4])
#define UART_CLKDIV (device(UART_BASE)[0x14 / 4])
#define UART_STATUS (device(UART_BASE)[0x1C / 4])
#define UART_REG_UPDATE (device(UART_BASE)[0x98 / 4])
#define UART_FIFO_SIZE 128u
#define UART_RX_COUNT (UART_STATUS & UART_COUNT_MASK)
#define UART_TX_COUNT (UART_STATUS >> 16 & UART_COUNT_MASK)
#define FRACTION_SHIFT 20u /* of the divider, in sixteenths */

/* A state report without digests, all of it escaped. */
#define REPORT_MAX 106u

/* The last character takes ten times the divider, in cycles of the UART's clock, to leave
 * the shift register. A turn takes more than 20 of the CPU's, which may be four times as
 * fast. */
#define SHIFT_OUT_TURNS(divider) (2u * (divider))

/* USB-Serial/JTAG. */
#ifdef USB_SERIAL_JTAG_BASE
#define USB_EP1 (device(USB_SERIAL_JTAG_BASE)[0x00 / 4])
#define USB_EP1_CONF (device(USB_SERIAL_JTAG_BASE)[0x04 / 4])
#define USB_WR_DONE 1u
#define USB_IN_FREE 2u
#define USB_OUT_AVAILABLE 4u
#define USB_PACKET 64u

/* Bytes taken at once, so that other work is not kept waiting long: USB can wait. */
#define USB_AT_ONCE 16u

static struct {
    bool usb;
    bool locked;
    bool announced; /* on USB */
    uint8_t filled; /* bytes in the packet under way */
} port;
#define ON_USB (port.usb)
#else
#define ON_USB false
#define USB_EP1 UART_FIFO
#define USB_EP1_CONF UART_FIFO
#define USB_WR_DONE 0u
#define USB_IN_FREE 0u
#endif

void port_receive(void)
{
    uint32_t n;

#ifdef USB_SERIAL_JTAG_BASE
    if (port.usb || !port.locked) {
        for (n = USB_AT_ONCE; n != 0 && (USB_EP1_CONF & USB_OUT_AVAILABLE) != 0; n--) {
            if (!port.usb) {
                port.usb = true;
                rx_reset();
            }
            rx_byte((uint8_t)USB_EP1);
        }
        if (port.locked) {
            return;
        }
    }
    if (UART_RX_COUNT != 0 && port.usb) {
        port.usb = false;
        rx_reset();
    }
#endif
    while ((n = UART_RX_COUNT) != 0) {
        do {
            rx_byte((uint8_t)UART_FIFO);
        } while (--n != 0);
    }
}

void port_rescue(void)
{
    if (!ON_USB) {
        port_receive();
    }
}

bool port_idle(void)
{
    return ON_USB ? (USB_EP1_CONF & USB_IN_FREE) != 0
                  : UART_TX_COUNT <= UART_FIFO_SIZE - REPORT_MAX;
}

void port_put(uint8_t byte)
{
#ifdef USB_SERIAL_JTAG_BASE
    if (port.usb) {
        while (!port_idle()) {
            port_receive();
        }
        USB_EP1 = byte;
        port.filled = (port.filled + 1u) % USB_PACKET;
        if (port.filled == 0) {
            USB_EP1_CONF = USB_WR_DONE;
        }
        return;
    }
#endif
    while (UART_TX_COUNT >= UART_FIFO_SIZE - 2u) {
        port_receive();
    }
    UART_FIFO = byte;
}

/* A USB transfer that ends with a full packet needs an empty one behind it. */
void port_flush(void)
{
#ifdef USB_SERIAL_JTAG_BASE
    if (port.usb) {
        while (!port_idle()) {
            port_receive();
        }
        USB_EP1_CONF = USB_WR_DONE;
        port.filled = 0;
    }
#endif
}

void port_drain(void)
{
    const uint32_t turns = SHIFT_OUT_TURNS(UART_CLKDIV & UART_CLKDIV_MASK);
    uint32_t i;

    for (i = 0; i < turns; i++) {
        if (ON_USB ? !port_idle() : UART_TX_COUNT != 0) {
            i = 0;
        }
        port_receive();
    }
}

static uint32_t divide(uint32_t a, uint32_t b)
{
#ifdef __riscv
    return a / b;
#elif defined(XTENSA_DIVIDES)
    /* The compiler and its assembler are for the ESP8266's core, which does not. */
    register uint32_t quotient __asm__("a2") = a;
    register uint32_t by __asm__("a3") = b;

    __asm__(".byte 0x30, 0x22, 0xC2" /* quou a2, a2, a3 */ : "+r"(quotient) : "r"(by));
    return quotient;
#else
    uint32_t quotient = 0;
    uint32_t bit = 1;

    while (b < a && (b & 0x80000000u) == 0) {
        b <<= 1;
        bit <<= 1;
    }
    for (; bit != 0; bit >>= 1, b >>= 1) {
        if (a >= b) {
            a -= b;
            quotient |= bit;
        }
    }
    return quotient;
#endif
}

/* The divider scales with the rate, so that the clock need not be known. Sixteenths
 * of the divider times the rate are 16 times the clock: at most 80 MHz here, which
 * fits a word. */
void port_set_baud(uint32_t to, uint32_t from)
{
    const uint32_t old = UART_CLKDIV;
    uint32_t sixteenths = (old & UART_CLKDIV_MASK) << 4;

#ifdef UART_NO_FRACTION
    sixteenths = divide(sixteenths * from, to) + 8u;
    UART_CLKDIV = sixteenths >> 4 & UART_CLKDIV_MASK;
#else
    sixteenths |= old >> FRACTION_SHIFT & 15u;
    sixteenths = divide(sixteenths * from, to);
    UART_CLKDIV = (sixteenths >> 4 & UART_CLKDIV_MASK) | (sixteenths & 15u) << FRACTION_SHIFT;
#endif
#ifdef UART_LATCHED
    UART_REG_UPDATE = 1;
#endif
}

void port_lock(void)
{
#ifdef USB_SERIAL_JTAG_BASE
    if (port.usb && !port.locked) {
        system_raise_clock();
    }
    port.locked = true;
#endif
}

enum port port_current(void)
{
    return ON_USB ? PORT_USB_SERIAL_JTAG : PORT_UART0;
}

/* USB has no rate of its own: without a host nobody ever takes what is sent. */
void port_announce(void (*send)(void))
{
#ifdef USB_SERIAL_JTAG_BASE
    if (!port.locked && !port.announced && (USB_EP1_CONF & USB_IN_FREE) != 0) {
        port.announced = true;
        port.usb = true; /* until the UART is heard */
        send();
    }
#else
    (void)send;
#endif
}
