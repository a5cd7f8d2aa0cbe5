#include "state.h"

#include "port.h"
#include "tx.h"
#include "writer.h"

struct state state;
uint32_t failed_at;

static bool due;
static uint32_t asked_tag;

void report_due(void)
{
    due |= state.session != 0;
}

void report_refusal(void)
{
    state.refused += 1;
    state.flags = STATE_REFUSED;
    report_due();
}

void report_asked(uint32_t tag)
{
    asked_tag = tag;
    due = true;
}

void report_if_due(void)
{
    if (due && port_idle()) {
        report_send(OWN_STATE, asked_tag);
    }
}

void report_send(uint8_t opcode, uint32_t tag)
{
    due = false;
    if (state.phase != PHASE_FAILED) {
        state.address = writer_address();
    }
    tx_own(opcode, tag, sizeof state);
    tx_bytes(&state, sizeof state);
    tx_end_own();
    state.flags = 0;
}

void fail(enum reason reason, uint32_t address)
{
    if (state.phase == PHASE_RUNNING) {
        state.phase = PHASE_FAILED;
        state.status = 1;
        state.reason = (uint8_t)reason;
        state.address = failed_at = address;
        report_due();
    }
}
