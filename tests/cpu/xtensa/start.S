# Entry and end, the same with and without windows.
    .section .reset, "ax"
    .globl reset
reset:
    j 2f
    .balign 4
1:  .word start
2:  l32r a0, 1b
    jx a0

    .text
    .literal_position
start:
    movi a1, stack_top
    call0 main
    # QEMU's simulator calls: write what was said to 1, then end. Elsewhere
    # they do nothing, and the power switch ends it.
    movi a2, 4
    movi a3, 1
    movi a4, said
    movi a5, said_length
    l32i a5, a5, 0
    simcall
    movi a2, 1
    movi a3, 0
    simcall
    movi a2, 0x70000000
    movi a3, said_length
    l32i a3, a3, 0
    s32i a3, a2, 0
1:  j 1b

    .data
    .balign 4
    .globl said_length
said_length:
    .word 0

    .bss
    .balign 16
    .globl said
said:
    .space 0x8000
    .space 0x4000
stack_top:
    .space 0x100
