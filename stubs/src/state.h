/* Where the session stands: the body of a state report, as it is on the wire
 * (STATE in docs/stubs.md). */
#ifndef STATE_H
#define STATE_H

#include "digest.h"
#include "protocol.h"
#include "types.h"

enum phase {
    PHASE_NONE = 0,
    PHASE_RUNNING = 1,
    PHASE_DONE = 2,
    PHASE_FAILED = 3,
};

#define STATE_REFUSED 1u /* flag: a frame was refused since the last report */

struct state {
    uint8_t status;
    uint8_t reason;
    uint8_t phase;
    uint8_t flags;
    uint16_t session; /* 0: not a WRITE_BEGIN session, but another command */
    uint16_t next;    /* number of the data frame expected next */
    uint32_t refused; /* frames */
    uint32_t address;
    uint32_t programmed;
    struct digest digest; /* of what has been read back */
};

_Static_assert(sizeof(struct state) == 40, "layout of the state report");

extern struct state state;

/* Where the command at hand failed, for the response of an own command. */
extern uint32_t failed_at;

/* Something changed that the host of a WRITE_BEGIN session should know. */
void report_due(void);

/* A frame was damaged, or is not the one expected. */
void report_refusal(void);

/* The host has asked. */
void report_asked(uint32_t tag);

/* Send a report that is due, if the transmitter is idle. Not within a frame. */
void report_if_due(void);

/* Send the state as the response to a command. */
void report_send(uint8_t opcode, uint32_t tag);

/* The running session has failed: told at once. */
void fail(enum reason reason, uint32_t address);

#endif
