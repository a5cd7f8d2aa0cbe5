/* Entry of the packed image on the Xtensa chips. The ROM calls with a windowed call
 * (the ESP8266 with a plain one); the stub never returns, and runs with the plain
 * (call0) convention: interrupts off, older register windows forgotten, own stack.
 *
 * The assembler knows the ESP8266's core, which has no register windows; WindowBase
 * and WindowStart are written as bytes (Xtensa ISA: RSR, WSR). */
#include STUB_CHIP

        .section .text.start, "ax"
        .literal_position
        .global packed_start
        .align 4
packed_start:
        rsil    a2, 15
#ifdef XTENSA_WINDOWED
        .byte   0x30, 0x48, 0x03        /* rsr a3, WindowBase */
        ssl     a3
        movi    a2, 1
        sll     a2, a2
        .byte   0x20, 0x49, 0x13        /* wsr a2, WindowStart */
        rsync
#endif
        movi    a1, packed_stack
        movi    a0, 0
        j       unpack
