#include "system.h"

#include "chip.h"
#include "flash.h"

/* A loop of four cycles or more, at 400 MHz at most. */
#define LOOPS_PER_MICROSECOND 100u

/* All of them are near CONFIG0, and behind it. */
#define WDT(register) (wdt[((register) - WDT_CONFIG0) / 4u])

void system_quiet_watchdogs(void)
{
#ifdef WDT_CONFIG0
    volatile uint32_t *const wdt = device(WDT_CONFIG0);

    WDT(WDT_PROTECT) = WDT_KEY;
    WDT(WDT_CONFIG0) = 0;
    WDT(WDT_PROTECT) = 0;
#endif
#ifdef SWD_CONFIG
    WDT(SWD_PROTECT) = SWD_KEY;
    WDT(SWD_CONFIG) |= SWD_AUTO_FEED;
    WDT(SWD_PROTECT) = 0;
#endif
}

static void set(const struct setting *setting, uint32_t bits)
{
    REG(setting->address) = (REG(setting->address) & ~setting->clear) | bits;
#ifdef CLOCKS_UPDATE
    REG(CLOCKS_UPDATE) = 1;
#endif
}

void system_set(const struct setting *setting, uint32_t count)
{
    for (; count != 0; count--, setting++) {
        set(setting, setting->set);
    }
}

#ifdef CLOCKS
static const struct setting clocks[] = {CLOCKS};
#define CLOCKS_COUNT (sizeof clocks / sizeof *clocks)

void system_raise_clock(void)
{
    if (flash.fast) {
        system_set(clocks, CLOCKS_COUNT);
    }
}

/* The last setting selects the source: 0 is the crystal, with which the others do not
 * matter. */
static void lower_clock(void)
{
    set(clocks + CLOCKS_COUNT - 1, 0);
}
#else
void system_raise_clock(void)
{
}

static void lower_clock(void)
{
}
#endif

void system_jump(uint32_t entry)
{
    flash_release();
    lower_clock();
    divide_crystal(1);
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

