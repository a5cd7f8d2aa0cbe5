/* The chip around the stub: watchdogs, reset, ROM. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

/* Keep the watchdogs from biting: the RTC watchdog off, the super watchdog fed by
 * the hardware. */
void system_quiet_watchdogs(void);

/* Make settings. */
struct setting;
void system_set(const struct setting *setting, uint32_t count);

/* The port has a clock of its own: raise the CPU's, if the flash could be read at full
 * clock. */
void system_raise_clock(void);

/* Reset the chip; does not return. */
void system_reset(void) __attribute__((noreturn));

/* At least so many microseconds, whatever the clock. */
void system_delay(uint32_t microseconds);

/* The ROM's answer to GET_SECURITY_INFO: bytes, 0 if the ROM has none. */
uint32_t system_security_info(uint32_t *words);

/* Jump to an uploaded program, with the clocks as the ROM had them. */
void system_jump(uint32_t entry) __attribute__((noreturn));

#endif
