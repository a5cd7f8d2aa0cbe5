/* Entry of the packed image on the RISC-V chips: interrupts off, own stack. The stub
 * never returns. */
#include STUB_CHIP

        .section .text.start, "ax"
        .global packed_start
packed_start:
        csrci   mstatus, 8              /* MIE */
        la      sp, packed_stack
        j       unpack
