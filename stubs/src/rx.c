#include "rx.h"

#include "chip.h"
#include "crc32.h"
#include "port.h"
#include "ring.h"
#include "slip.h"
#include "state.h"

#define PREFIX 2u /* length of a frame, in front of it */

LARGE static uint8_t ring[RX_RING];

/* Positions count up for ever and are masked on access: tail is the oldest
 * complete frame, start the frame that is arriving, head the next free byte. */
static struct {
    uint32_t tail;
    uint32_t start;
    uint32_t head;
    uint32_t crc;
    bool escaped;
    bool broken;
} rx;

struct rx_events rx_events;

static void frame_start(void)
{
    rx.head = rx.start + PREFIX;
    rx.crc = CRC32_START;
    rx.escaped = false;
    rx.broken = false;
}

void rx_reset(void)
{
    rx.tail = rx.start = 0;
    frame_start();
}

/* Shall the frame that has arrived be kept for the dispatcher? */
static bool is_wanted(uint32_t length)
{
    struct {
        uint8_t direction;
        uint8_t opcode;
        uint16_t length;
        uint32_t tag;
    } header = {0};

    ring_copy(&header, ring, RX_RING - 1u, rx.start + PREFIX,
              length < RX_HEADER ? length : RX_HEADER);
    if (!rx.broken && length >= RX_HEADER && header.direction == 0) {
        if (header.opcode < OWN_FIRST) {
            return true;
        }
        if (rx.crc == CRC32_RESIDUE && length >= RX_HEADER + RX_CRC) {
            if (header.opcode == OWN_STATE) {
                report_asked(header.tag);
                return false;
            }
            rx_events.cancel |= header.opcode == OWN_CANCEL;
            return true;
        }
    }
    if (length == sizeof rx_events.value) {
        ring_copy(&rx_events.value, ring, RX_RING - 1u, rx.start + PREFIX, length);
        rx_events.raw = true;
    }
    report_refusal();
    return false;
}

static void put_length(uint32_t at, uint32_t length)
{
    ring[at & (RX_RING - 1u)] = (uint8_t)length;
    ring[(at + 1u) & (RX_RING - 1u)] = (uint8_t)(length >> 8);
}

static void frame_end(void)
{
    const uint32_t length = rx.head - rx.start - PREFIX;

    if (length != 0 && is_wanted(length)) {
        put_length(rx.start, length);
        rx.start = rx.head;
        port_lock();
    }
    frame_start();
}

void rx_byte(uint8_t byte)
{
    if (byte == SLIP_END) {
        frame_end();
        return;
    }
    if (byte == SLIP_ESC) {
        rx.escaped = true;
        return;
    }
    if (rx.escaped) {
        rx.escaped = false;
        if (byte == SLIP_ESC_END) {
            byte = SLIP_END;
        } else if (byte == SLIP_ESC_ESC) {
            byte = SLIP_ESC;
        } else {
            rx.broken = true;
        }
    }
    /* Room is kept for the next frame's length. */
    if (rx.head - rx.tail >= RX_RING - PREFIX) {
        rx.broken = true;
        return;
    }
    ring[rx.head++ & (RX_RING - 1u)] = byte;
    rx.crc = crc32_byte(rx.crc, byte);
}

uint32_t rx_length(void)
{
    uint16_t length = 0;

    if (rx.tail != rx.start) {
        ring_copy(&length, ring, RX_RING - 1u, rx.tail, PREFIX);
    }
    return length;
}

void rx_copy(void *to, uint32_t length)
{
    ring_copy(to, ring, RX_RING - 1u, rx.tail + PREFIX, length);
}

struct span rx_span(uint32_t offset, uint32_t length)
{
    const uint32_t from = (rx.tail + PREFIX + offset) & (RX_RING - 1u);
    struct span span = {ring + from, length};

    if (span.length > RX_RING - from) {
        span.length = RX_RING - from;
    }
    return span;
}

void rx_eat(uint32_t length)
{
    const uint32_t left = rx_length() - length;

    rx.tail += length;
    put_length(rx.tail, left);
}

void rx_drop(void)
{
    rx.tail += PREFIX + rx_length();
}

uint32_t rx_room(void)
{
    return RX_RING - PREFIX - (rx.head - rx.tail);
}
