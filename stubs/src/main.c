/* What the start code jumps to. */
#include "command.h"
#include "crc32.h"
#include "digest.h"
#include "flash.h"
#include "port.h"
#include "rx.h"
#include "session.h"
#include "system.h"
#include "tx.h"

static void __attribute__((noinline)) greet(void)
{
    tx_start();
    tx_word(0x4941484Fu); /* "OHAI" */
    tx_end();
}

void stub_main(void) __attribute__((noreturn));

void stub_main(void)
{
    system_quiet_watchdogs();
    crc32_prepare();
    digest_prepare();
    rx_reset();
    flash_prepare();
    greet();
    for (;;) {
        port_announce(greet);
        background();
        dispatch();
    }
}
