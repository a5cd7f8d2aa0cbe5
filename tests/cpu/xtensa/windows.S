# Windowed calls: recursion that is deeper than the registers are many, with
# each size of call, registers that have to survive it, and the handlers that
# spill registers and fetch them back.
#include "encode.h"

    .section .vectors, "ax"
    # Each at its own offset from VECBASE: 4, 8 and 12 registers.
    .org 0x00
    s32e 0, 5, -16
    s32e 1, 5, -12
    s32e 2, 5, -8
    s32e 3, 5, -4
    rfwo
    .org 0x40
    l32e 0, 5, -16
    l32e 1, 5, -12
    l32e 2, 5, -8
    l32e 3, 5, -4
    rfwu
    .org 0x80
    s32e 0, 9, -16
    l32e 0, 1, -12
    s32e 1, 9, -12
    s32e 2, 9, -8
    s32e 3, 9, -4
    s32e 4, 0, -32
    s32e 5, 0, -28
    s32e 6, 0, -24
    s32e 7, 0, -20
    rfwo
    .org 0xc0
    l32e 0, 9, -16
    l32e 1, 9, -12
    l32e 2, 9, -8
    l32e 7, 1, -12
    l32e 3, 9, -4
    l32e 4, 7, -32
    l32e 5, 7, -28
    l32e 6, 7, -24
    l32e 7, 7, -20
    rfwu
    .org 0x100
    s32e 0, 13, -16
    l32e 0, 1, -12
    s32e 1, 13, -12
    s32e 2, 13, -8
    s32e 3, 13, -4
    s32e 4, 0, -48
    s32e 5, 0, -44
    s32e 6, 0, -40
    s32e 7, 0, -36
    s32e 8, 0, -32
    s32e 9, 0, -28
    s32e 10, 0, -24
    s32e 11, 0, -20
    rfwo
    .org 0x140
    l32e 0, 13, -16
    l32e 1, 13, -12
    l32e 2, 13, -8
    l32e 11, 1, -12
    l32e 3, 13, -4
    l32e 4, 11, -48
    l32e 5, 11, -44
    l32e 6, 11, -40
    l32e 7, 11, -36
    l32e 8, 11, -32
    l32e 9, 11, -28
    l32e 10, 11, -24
    l32e 11, 11, -20
    rfwu
    # Exceptions in kernel mode and in user mode: note the cause, go on behind
    # the instruction, which has three bytes.
    .org 0x300
    j exception
    .org 0x340
    j exception

    .text
    .literal_position
    .balign 4
exception:
    wsr.excsave1 a0
    movi a0, saved
    s32i a2, a0, 0
    s32i a3, a0, 4
    movi a2, causes
    l32i a3, a2, 0
    addi a3, a3, 1
    s32i a3, a2, 0
    addx4 a2, a3, a2
    rsr.exccause a3
    s32i a3, a2, 0
    rsr.epc1 a2
    addi a2, a2, 3
    wsr.epc1 a2
    l32i a2, a0, 0
    l32i a3, a0, 4
    rsr.excsave1 a0
    rfe

    # void windows_on(void): from now on windows work.
    .globl windows_on
    .balign 4
windows_on:
    movi a2, 0x60000000
    wsr_number 2, 231
    movi a2, 0
    wsr_number 2, 72
    movi a2, 1
    wsr_number 2, 73
    movi a2, 0x40000
    wsr.ps a2
    rsync
    ret

    # uint32_t windowed(uint32_t argument, function): a windowed function from
    # one without windows.
    .globl windowed
    .balign 4
windowed:
    addi a1, a1, -64
    s32i a0, a1, 0
    s32i a12, a1, 4
    s32i a13, a1, 8
    s32i a14, a1, 12
    s32i a15, a1, 16
    # Whoever spills a4 to a7 looks here for the stack pointer of the caller.
    addi a4, a1, 64
    addi a5, a1, -16
    s32i a4, a5, 4
    mov a10, a2
    callx8 3
    mov a2, a10
    l32i a0, a1, 0
    l32i a12, a1, 4
    l32i a13, a1, 8
    l32i a14, a1, 12
    l32i a15, a1, 16
    addi a1, a1, 64
    ret

    # Fibonacci, by calls of 8.
    .globl fibonacci
    .balign 4
fibonacci:
    entry 1, 32
    bltui a2, 2, 1f
    movi a8, fibonacci
    addi a10, a2, -1
    callx8 8
    mov a3, a10
    movi a8, fibonacci
    addi a10, a2, -2
    callx8 8
    add a2, a10, a3
1:  retw

    # Three functions that call each other in turn, each in its own way, with
    # something in every register that must survive the call.
    .globl turn4
    .balign 4
turn4:
    entry 1, 48
    beqz a2, 1f
    slli a3, a2, 5
    movi a4, turn8
    addi a6, a2, -1
    callx4 4
    add a2, a2, a3
    xor a2, a2, a6
1:  retw_n
    .balign 4
turn8:
    entry 1, 48
    beqz a2, 1f
    slli a3, a2, 7
    addi a4, a3, 11
    addi a5, a3, 22
    addi a6, a3, 33
    addi a7, a3, 44
    movi a8, turn12
    addi a10, a2, -1
    callx8 8
    add a2, a2, a3
    xor a2, a2, a4
    add a2, a2, a5
    xor a2, a2, a6
    add a2, a2, a7
    xor a2, a2, a10
1:  retw
    .balign 4
turn12:
    entry 1, 64
    beqz a2, 1f
    slli a3, a2, 9
    addi a4, a3, 1
    addi a5, a3, 2
    addi a6, a3, 3
    addi a7, a3, 4
    addi a8, a3, 5
    addi a9, a3, 6
    addi a10, a3, 7
    addi a11, a3, 8
    movi a12, turn4
    addi a14, a2, -1
    callx12 12
    add a2, a2, a3
    xor a2, a2, a4
    add a2, a2, a5
    xor a2, a2, a6
    add a2, a2, a7
    xor a2, a2, a8
    add a2, a2, a9
    xor a2, a2, a10
    add a2, a2, a11
    xor a2, a2, a14
1:  retw

    # Calls to places, all three sizes: the callee adds what is at its a3, and
    # what its return address says about the size.
    .globl direct
    .balign 4
direct:
    entry 1, 48
    mov a6, a2
    movi a7, 1
    j 1f
    .balign 4
1:  call4 13
    mov a2, a6
    mov a10, a2
    movi a11, 2
    j 1f
    .balign 4
1:  call8 10
    mov a2, a10
    mov a14, a2
    movi a15, 3
    j 1f
    .balign 4
1:  call12 7
    mov a2, a14
    retw
    .balign 4
    .org direct + 0x44
    entry 1, 32
    slli a2, a2, 2
    add a2, a2, a3
    extui a4, a0, 30, 2
    slli a4, a4, 16
    add a2, a2, a4
    retw

    # MOVSP, in a function whose caller's registers are in their place, and in
    # one whose caller's are spilled: an exception.
    .globl stack
    .balign 4
stack:
    entry 1, 64
    addi a3, a1, -32
    movsp 1, 3
    addi a3, a1, 32
    movsp 1, 3
    rsr_number 4, 73
    # No group but this one: all others are spilled.
    rsr_number 5, 72
    movi a6, 1
    ssl a5
    sll a6, a6
    wsr_number 6, 73
    rsync
    addi a3, a1, -16
    movsp 1, 3
    sub a2, a3, a1
    wsr_number 4, 73
    rsync
    retw

    # What windows forbid: RETW to nowhere, ENTRY on a register beyond a3.
    .globl forbidden
    .balign 4
forbidden:
    entry 1, 32
    mov a3, a0
    movi a0, 0x100
    retw
    mov a0, a3
    entry 4, 32
    retw

    # ROTW: another group in view and back.
    .globl rotate
    .balign 4
rotate:
    entry 1, 32
    rsil a8, 15
    mov a9, a8
    movi a6, 0x10
    or a9, a9, a6
    # With EXCM nobody looks after windows.
    wsr.ps a9
    rsync
    movi a6, 0x123
    rotw 1
    addi a2, a2, 1
    rotw -1
    wsr.ps a8
    rsync
    mov a2, a6
    retw

    .bss
    .balign 4
saved:
    .space 8
    .globl causes
causes:
    .space 64
