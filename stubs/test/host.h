/* The other end of the line, for the tests: frames out, frames in. */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One test failing does not keep the others from running. */
extern unsigned host_failures;
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                 \
            host_failures += 1;                                                                    \
        }                                                                                          \
    } while (0)
#define CHECK_EQUAL(found, expected)                                                               \
    do {                                                                                           \
        const unsigned long found_ = (unsigned long)(found);                                       \
        const unsigned long expected_ = (unsigned long)(expected);                                 \
        if (found_ != expected_) {                                                                 \
            printf("%s:%d: %s is %lx, not %lx\n", __FILE__, __LINE__, #found, found_, expected_);  \
            host_failures += 1;                                                                    \
        }                                                                                          \
    } while (0)

/* A response: the frame without its SLIP escapes. */
struct frame {
    uint8_t bytes[0x12000];
    size_t length;
};

void put16(uint8_t *to, uint32_t value);
void put32(uint8_t *to, uint32_t value);
uint32_t get16(const uint8_t *from);
uint32_t get32(const uint8_t *from);

/* Repeatable noise. */
uint32_t host_random(void);
void host_seed(uint32_t seed);
void host_fill(uint8_t *to, size_t length);

/* Append a frame to what host_flush() sends. */
void host_raw(const uint8_t *bytes, size_t length);
void host_common(uint8_t opcode, const void *payload, size_t length, uint32_t checksum);
void host_own(uint8_t opcode, uint32_t tag, const void *body, size_t length);
void host_block(uint8_t opcode, uint32_t number, const void *data, size_t length);

/* The next own frame is damaged on the way. */
void host_damage_next(void);

/* Send everything, and let the stub run until it waits. */
void host_flush(void);

/* The next frame that has come back; false if there is none. */
bool host_frame(struct frame *frame);

/* Send one request, and return the response to it: false if none came. Reports of
 * another opcode in between are skipped. */
bool host_ask_own(uint8_t opcode, const void *body, size_t length, struct frame *response);
bool host_ask(uint8_t opcode, const void *payload, size_t length, struct frame *response);

/* Status of a response of a common command: the reason, or 0. */
uint32_t host_status(const struct frame *response);

/* Is the frame's CRC right? */
bool host_crc_is_right(const struct frame *frame);

/* CRC-32 by the definition, bit by bit. */
uint32_t host_crc(const uint8_t *bytes, size_t length);

#endif
