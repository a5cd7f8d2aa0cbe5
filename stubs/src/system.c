#include "system.h"

#include "chip.h"

/* A loop of four cycles or more, at 400 MHz at most. */
#define LOOPS_PER_MICROSECOND 100u

void system_quiet_watchdogs(void)
{
#ifdef WDT_CONFIG0
    REG(WDT_PROTECT) = WDT_KEY;
    REG(WDT_CONFIG0) = 0;
    REG(WDT_PROTECT) = 0;
#endif
#ifdef SWD_CONFIG
    REG(SWD_PROTECT) = SWD_KEY;
    REG(SWD_CONFIG) |= SWD_AUTO_FEED;
    REG(SWD_PROTECT) = 0;
#endif
}

void system_jump(uint32_t entry)
{
    sync_instructions();
    /* Through a register: the target may be too far for a direct call. */
    __asm__ volatile("" : "+r"(entry));
    ((void (*)(void))(uintptr_t)entry)();
    for (;;) {
    }
}

void system_reset(void)
{
#ifdef ROM_SOFTWARE_RESET
    system_jump(ROM_SOFTWARE_RESET);
#else
    REG(RESET_REGISTER) |= RESET_BIT;
#endif
    for (;;) {
    }
}

void system_delay(uint32_t microseconds)
{
    uint32_t i;

    for (; microseconds != 0; microseconds--) {
        for (i = 0; i < LOOPS_PER_MICROSECOND; i++) {
            __asm__ volatile("");
        }
    }
}

#ifdef ROM_SECURITY_INFO
/* Defined in start_*.S: a call from here into the ROM. */
int rom_call(uintptr_t function, int *unused1, int *unused2, void *buffer);

uint32_t system_security_info(uint32_t *words)
{
    const uintptr_t function = ROM_SECURITY_INFO;

    if (function == 0) {
        return 0;
    }
    rom_call(function, 0, 0, words);
    return SECURITY_INFO_LENGTH;
}
#else
uint32_t system_security_info(uint32_t *words)
{
    (void)words;
    return 0;
}
#endif

