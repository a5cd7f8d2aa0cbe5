#include "block.h"

#include "command.h"
#include "rx.h"

#define XOR_SEED 0xEFu

/* What else a block brings with it. */
#define OVERHEAD 32u

static struct {
    bool due;
    uint8_t opcode;
    enum reason reason;
} answer;

enum reason block_take(void)
{
    struct {
        uint16_t opcode;
        uint16_t length;
        uint32_t sum;
        uint32_t data_length;
        uint32_t rest[3];
    } header;
    uint32_t length = rx_length();
    uint32_t sum = XOR_SEED;
    uint32_t n, done;
    struct span span;

    if (length < sizeof header) {
        return E_LENGTH;
    }
    rx_copy(&header, sizeof header);
    rx_eat(sizeof header);
    length -= (uint32_t)sizeof header;
    if (header.length != length + BLOCK_HEADER) {
        return E_LENGTH;
    }
    if (header.data_length != length) {
        return E_SIZE;
    }
    for (done = 0; done != length; done += span.length) {
        span = rx_span(done, length - done);
        for (n = 0; n < span.length; n++) {
            sum ^= span.start[n];
        }
    }
    return (sum & 0xFFu) == header.sum ? OK : E_CHECKSUM;
}

void block_answer_later(uint8_t opcode, enum reason reason)
{
    answer.due = true;
    answer.opcode = opcode;
    answer.reason = reason;
}

void block_answer(void)
{
    if (answer.due && rx_room() >= BLOCK_MAX + OVERHEAD) {
        answer.due = false;
        common_response(answer.opcode, 0, 0, 0, answer.reason);
    }
}
