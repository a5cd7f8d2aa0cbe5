/* A write session: data frames in, bytes for the writer out. While it lasts, it has
 * the CPU, and background() does everything else. */
#ifndef SESSION_H
#define SESSION_H

#include "inflate.h"
#include "protocol.h"
#include "types.h"

/* One turn of everything that goes on beside a command: receive, write, report. */
void background(void);

/* Open a session: `id` is its number, or 0 for FLASH_BEGIN and for commands that
 * need no data. */
void session_open(uint16_t id);

/* Run it on the writer's table, till it fails or another command has come. The flash
 * is free then. */
void session_run(enum encoding encoding);

/* Erase sectors, and wait for it. */
enum reason session_erase(uint32_t address, uint32_t length);

/* How the last FLASH_BEGIN session went, as long as FLASH_END has not come;
 * E_NO_SESSION after that. */
enum reason session_result(void);
enum reason session_end(void);

#endif
