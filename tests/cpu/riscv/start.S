# Entry: a stack, no .bss to clear that the loader has not cleared.
    .section .text.start
    .globl _start
_start:
    la sp, stack_top
    call main
    # The machine's power switch.
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
1:  j 1b

    .bss
    .balign 16
    .space 0x4000
stack_top:
