#include "session.h"

#include "block.h"
#include "chip.h"
#include "inflate.h"
#include "port.h"
#include "rx.h"
#include "state.h"
#include "writer.h"

static struct {
    uint8_t opcode; /* of the data frames */
    bool feeding;   /* the oldest frame is one of them, and is being worked off */
    uint32_t eaten; /* bytes of it that have been used */
    bool unended;   /* a FLASH_BEGIN waits for its FLASH_END; */
    enum reason result; /* how it has gone */
} s;

void background(void)
{
    port_receive();
    if (state.phase == PHASE_RUNNING) {
        writer_step();
        if (rx_events.cancel) {
            fail(E_CANCELLED, writer_address());
        }
        if (state.session != 0 && state.phase == PHASE_RUNNING && writer_is_done()) {
            digest_finish(&state.digest);
            state.phase = PHASE_DONE;
            report_due();
        }
    }
    report_if_due();
    block_answer();
}

/* The oldest frame is data of this session: take its header off. False if it is
 * none. */
static bool feed(void)
{
    struct {
        uint8_t direction;
        uint8_t opcode;
        uint16_t length;
        uint16_t number;
        uint16_t session;
    } header;
    enum reason reason = OK;

    rx_copy(&header, sizeof header);
    if (header.opcode != s.opcode) {
        return false;
    }
    if (s.opcode == OWN_WRITE_DATA) {
        rx_eat(RX_HEADER);
        if (header.session != state.session || header.number != state.next) {
            /* A duplicate is harmless; what lies ahead tells of a loss. */
            if ((int16_t)(header.number - state.next) > 0) {
                report_refusal();
            }
            report_due();
            reason = E_NO_SESSION;
        }
    } else {
        reason = block_take();
        block_answer_later(s.opcode, reason);
    }
    s.feeding = true;
    s.eaten = 0;
    if (reason != OK) {
        rx_drop();
        s.feeding = false;
    }
    return true;
}

/* The next stretch of data, which may be used until the next call. */
struct span inflate_span(void)
{
    struct span span = {0, 0};
    uint32_t left;

    while (state.phase == PHASE_RUNNING) {
        if (s.feeding) {
            if (s.eaten != 0) {
                rx_eat(s.eaten);
            }
            left = rx_length() - (state.session != 0 ? RX_CRC : 0);
            if (left != 0) {
                span = rx_span(0, left);
                s.eaten = span.length;
                break;
            }
            s.feeding = false;
            rx_drop();
            state.next = (uint16_t)(state.next + 1u);
            report_due();
        }
        background();
        if (rx_length() != 0 && !feed()) {
            break;
        }
    }
    return span;
}

bool inflate_room(uint32_t made)
{
    if (made > output.expected) {
        /* What FLASH_DATA has too much is padding. */
        if (state.session != 0) {
            fail(E_LONG, writer_address());
        }
        made = output.expected;
    }
    output.made = made;
    do {
        background();
    } while (state.phase == PHASE_RUNNING &&
             (writer_is_pressed() || output.taken + OUT_RING - made < INFLATE_ROOM));
    return state.phase == PHASE_RUNNING;
}

void inflate_breathe(void)
{
    port_receive();
}

void session_open(uint16_t id)
{
    state = (struct state){.phase = PHASE_RUNNING, .session = id};
    digest_start(&state.digest);
}

void session_run(enum encoding encoding)
{
    enum reason reason;

    s.opcode = state.session != 0         ? OWN_WRITE_DATA
               : encoding == ENCODING_RAW ? FLASH_DATA
                                          : FLASH_DEFL_DATA;
    s.unended = state.session == 0;
    s.feeding = false;
    reason = inflate(output_ring, OUT_RING - 1u, encoding, output.expected);
    if (reason == OK && output.made == output.expected) {
        /* All data is there: see to the rest, until another command comes. */
        while (inflate_span().length != 0) {
        }
    } else if (reason != E_SHORT) {
        fail(reason != OK ? reason : E_SHORT, writer_address());
    }
    /* It has failed, or is done, or another command is there: a CANCEL, perhaps, that
     * has come since the last look. */
    if (rx_events.cancel) {
        fail(E_CANCELLED, writer_address());
    }
    if (s.feeding) {
        rx_drop();
    }
    output.flush = state.session == 0;
    while (output.flush && state.phase == PHASE_RUNNING && !writer_is_flushed()) {
        background();
    }
    writer_stop();
    s.result = (enum reason)state.reason;
    if (state.phase == PHASE_RUNNING) {
        state.phase = PHASE_NONE;
        s.result = output.made == output.expected ? OK : E_SHORT;
    }
}

enum reason session_erase(uint32_t address, uint32_t length)
{
    enum reason reason;

    writer_table[0].address = address | SEGMENT_BLANK;
    writer_table[0].length = length;
    reason = writer_start(1);
    if (reason != OK) {
        return reason;
    }
    session_open(0);
    while (state.phase == PHASE_RUNNING && !writer_is_done()) {
        background();
    }
    writer_stop();
    state.phase = PHASE_NONE;
    return (enum reason)state.reason;
}

enum reason session_result(void)
{
    return s.unended ? s.result : E_NO_SESSION;
}

enum reason session_end(void)
{
    const enum reason reason = session_result();

    s.unended = false;
    return reason;
}
