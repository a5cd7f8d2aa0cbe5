#include "command.h"
#include "rx.h"
#include "state.h"
#include "tx.h"
#include "writer.h"

#include "chip.h"
/* WRITE_BEGIN with a full table is the longest request. */
#define REQUEST_MAX (RX_HEADER + 8u + 8u * WRITER_SEGMENTS + RX_CRC)

LARGE static uint32_t buffer[REQUEST_MAX / 4u];

void common_response(uint8_t opcode, uint32_t value, const void *data, uint32_t length,
                     uint32_t reason)
{
    const uint8_t status[2] = {reason != OK, (uint8_t)reason};

    tx_response(opcode, length + sizeof status, value);
    tx_bytes(data, length);
    tx_bytes(status, sizeof status);
    tx_end();
}

static void own_response(const struct request *request, uint32_t reason)
{
    const uint32_t body[2] = {reason != OK ? 1u | reason << 8 : 0, failed_at};
    const uint32_t length = reason != OK ? sizeof body : sizeof body[0];

    tx_own(request->opcode, request->tag, length);
    tx_bytes(body, length);
    tx_end_own();
}

static uint32_t carry_out(struct request *request, uint32_t length)
{
    const bool own = request->opcode >= OWN_FIRST;
    const struct command *command = own ? own_commands : common_commands;
    uint32_t reason;

    while (command->opcode != request->opcode && command->run != 0) {
        command += 1;
    }
    if (command->least == DATA) {
        reason = command->run(request);
        rx_drop();
        return reason;
    }
    rx_drop();
    if (command->run == 0) {
        return E_COMMAND;
    }
    length -= RX_HEADER;
    if (length != request->length) {
        return E_LENGTH;
    }
    if (own) {
        length -= RX_CRC;
    }
    request->length = (uint16_t)length;
    if (length < 4u * command->least || length > REQUEST_MAX - RX_HEADER) {
        return E_LENGTH;
    }
    return command->run(request);
}

void dispatch(void)
{
    struct request *const request = (struct request *)(void *)buffer;
    const uint32_t length = rx_length();
    uint32_t reason;

    if (length == 0) {
        return;
    }
    rx_copy(buffer, length < REQUEST_MAX ? length : REQUEST_MAX);
    failed_at = 0;
    reason = carry_out(request, length);
    if (reason == ANSWERED) {
        return;
    }
    if (request->opcode >= OWN_FIRST) {
        own_response(request, reason);
    } else {
        common_response(request->opcode, 0, 0, 0, reason);
    }
}
