/* Requests to the stub, and what the tests of its commands and sessions share. */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"

/* The last response. */
extern struct frame response;

void digest_of(const uint8_t *bytes, size_t length, uint8_t *digest);

/* MD5, whatever the stub has for its own commands. */
void md5_of(const uint8_t *bytes, size_t length, uint8_t *digest);

/* Is the flash blank there? */
bool is_blank(uint32_t address, uint32_t length);

/* Nothing was done to the flash that it does not forgive. */
void no_harm_done(void);

/* Send a request of words; false if no response comes. */
bool ask_words(uint8_t opcode, const uint32_t *words, size_t count);
bool own_words(uint8_t opcode, const uint32_t *words, size_t count);

#define ASK(opcode, ...)                                                                           \
    ask_words(opcode, (const uint32_t[]){__VA_ARGS__},                                             \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
#define OWN(opcode, ...)                                                                           \
    own_words(opcode, (const uint32_t[]){__VA_ARGS__},                                             \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* The response of an own command that failed. */
void own_failed(uint32_t reason, uint32_t address);

/* One stored block, with the header of zlib if asked for. */
size_t store(const uint8_t *data, size_t length, bool zlib, uint8_t *to);

/* All tests of one subject. */
void test_common(void);
void test_own(void);
void test_sessions(void);

#endif
