/* Entry of the unpacked stub on the RISC-V chips; the stack is set up already. */
#include STUB_CHIP

        .section .text.start, "ax"
        .global stub_start
stub_start:
        .option push
        .option norelax
        la      gp, __global_pointer$
        .option pop

        /* Where instructions and data have different addresses, initialised data
         * lies behind the code; the instruction side takes words only. */
        la      a0, stub_data_load
        la      a1, stub_data_start
        la      a2, stub_data_end
        j       2f
1:      lw      a3, 0(a0)
        sw      a3, 0(a1)
        addi    a0, a0, 4
        addi    a1, a1, 4
2:      bltu    a1, a2, 1b

        la      a0, stub_bss_start
        la      a1, stub_bss_end
3:      sw      zero, 0(a0)
        addi    a0, a0, 4
        bltu    a0, a1, 3b

        j       stub_main

/* int rom_call(function, a1, a2, a3): call a ROM function with the arguments a1,
 * a2, a3. */
        .section .text.rom_call, "ax"
        .global rom_call
rom_call:
        mv      t0, a0
        mv      a0, a1
        mv      a1, a2
        mv      a2, a3
        jr      t0
