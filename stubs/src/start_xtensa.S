/* Entry of the unpacked stub on the Xtensa chips; the stack is set up already. */
#include STUB_CHIP

        /* Literals come before the code that uses them, and this before them. */
        .section .text.entry, "ax"
        j       stub_start

        .section .text.start, "ax"
        .literal_position
        .global stub_start
        .align 4
stub_start:
        /* Initialised data lies behind the code; instruction RAM takes words only. */
        movi    a2, stub_data_load
        movi    a3, stub_data_start
        movi    a4, stub_data_end
        j       2f
1:      l32i    a5, a2, 0
        s32i    a5, a3, 0
        addi    a2, a2, 4
        addi    a3, a3, 4
2:      bltu    a3, a4, 1b

        movi    a2, stub_bss_start
        movi    a3, stub_bss_end
        movi    a4, 0
3:      s32i    a4, a2, 0
        addi    a2, a2, 4
        bltu    a2, a3, 3b

        j       stub_main

#ifdef ROM_SECURITY_INFO_WINDOWED
/* int rom_call(function a2, a3, a4, a5): call a windowed ROM function with the
 * arguments a3, a4, a5.
 *
 * Its ENTRY, and whatever it calls, may spill this frame's a0-a3 below the callee's
 * stack pointer, and a4-a7 below the stack pointer that it finds at [a1 - 12]: that
 * of a made-up parent, with room beneath. */
        .section .text.rom_call, "ax"
        .literal_position
        .global rom_call
        .align 4
rom_call:
        addi    a1, a1, -96
        s32i    a0, a1, 64
        s32i    a12, a1, 68
        s32i    a13, a1, 72
        s32i    a14, a1, 76
        s32i    a15, a1, 80
        addi    a8, a1, 48
        addi    a9, a1, -12
        s32i    a8, a9, 0
        mov     a8, a2
        mov     a10, a3
        mov     a11, a4
        mov     a12, a5
        .byte   0xE0, 0x08, 0x00        /* callx8 a8 */
        mov     a2, a10
        l32i    a0, a1, 64
        l32i    a12, a1, 68
        l32i    a13, a1, 72
        l32i    a14, a1, 76
        l32i    a15, a1, 80
        addi    a1, a1, 96
        ret
#endif
