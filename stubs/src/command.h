/* Commands: one function each, listed in two tables. */
#ifndef COMMAND_H
#define COMMAND_H

#include "protocol.h"
#include "types.h"

/* The request at hand, as it came: header, and body in words. */
struct request {
    uint8_t direction;
    uint8_t opcode;
    uint16_t length; /* of the body, in bytes; own commands: with the CRC */
    uint32_t tag;    /* own commands; else the sum of the data */
    uint32_t body[];
};

/* A command that has sent its own response returns ANSWERED; for any other result
 * the dispatcher sends one with this reason. */
#define ANSWERED 0x100u

struct command {
    uint8_t opcode;
    uint8_t least; /* words of body, or DATA */
    uint32_t (*run)(struct request *request);
};

/* The command takes its data from the ring: the request is still the oldest frame,
 * and only its header is to be relied on. */
#define DATA 0xFFu

/* Both end with a null `run`. */
extern const struct command common_commands[];
extern const struct command own_commands[];

/* Response of a common command. */
void common_response(uint8_t opcode, uint32_t value, const void *data, uint32_t length,
                     uint32_t reason);

/* Carry out the oldest frame. */
void dispatch(void);

#endif
