# Exceptions go to C, with the offsets of both kinds of core from VECBASE.
    .section .vectors, "ax"
    # The ESP8266's: kernel and user mode.
    .org 0x30
    j exception
    .org 0x50
    j exception
    .org 0x300
    j exception
    .org 0x340
    j exception

    .text
    .literal_position
    .balign 4
exception:
    addi a1, a1, -80
    s32i a0, a1, 0
    s32i a2, a1, 8
    s32i a3, a1, 12
    s32i a4, a1, 16
    s32i a5, a1, 20
    s32i a6, a1, 24
    s32i a7, a1, 28
    s32i a8, a1, 32
    s32i a9, a1, 36
    s32i a10, a1, 40
    s32i a11, a1, 44
    call0 handler
    wsr.epc1 a2
    l32i a0, a1, 0
    l32i a2, a1, 8
    l32i a3, a1, 12
    l32i a4, a1, 16
    l32i a5, a1, 20
    l32i a6, a1, 24
    l32i a7, a1, 28
    l32i a8, a1, 32
    l32i a9, a1, 36
    l32i a10, a1, 40
    l32i a11, a1, 44
    addi a1, a1, 80
    rfe

    # void exceptions_on(uint32_t ps): from now on they lead here.
    .globl exceptions_on
    .balign 4
exceptions_on:
    movi a3, 0x60000000
    wsr.vecbase a3
    wsr.ps a2
    rsync
    ret
