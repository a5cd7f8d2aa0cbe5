#include "tx.h"

#include "crc32.h"
#include "port.h"
#include "slip.h"

static uint32_t crc;

void tx_start(void)
{
    crc = CRC32_START;
    port_put(SLIP_END);
}

void tx_bytes(const void *bytes, uint32_t length)
{
    const uint8_t *next = bytes;
    uint8_t byte;

    while (length-- != 0) {
        byte = *next++;
        crc = crc32_byte(crc, byte);
        if (byte == SLIP_END || byte == SLIP_ESC) {
            port_put(SLIP_ESC);
            byte = byte == SLIP_END ? SLIP_ESC_END : SLIP_ESC_ESC;
        }
        port_put(byte);
    }
}

void tx_word(uint32_t word)
{
    tx_bytes(&word, sizeof word);
}

void tx_response(uint8_t opcode, uint32_t length, uint32_t value)
{
    tx_start();
    tx_word(1u | (uint32_t)opcode << 8 | length << 16);
    tx_word(value);
}

void tx_own(uint8_t opcode, uint32_t tag, uint32_t length)
{
    tx_response(opcode, length + sizeof crc, tag);
}

void tx_end(void)
{
    port_put(SLIP_END);
    port_flush();
}

void tx_end_own(void)
{
    tx_word(~crc);
    tx_end();
}
