# Zero-overhead loops, each with a count in a2 and a result in a2.
#include "encode.h"

    .text
    .literal_position

    # A body of one instruction.
    .globl loop_shortest
    .balign 4
loop_shortest:
    movi a3, 0
    loop 2, 3
    _addi a3, a3, 7
    mov a2, a3
    ret

    # A body with a branch that skips its last instruction, and so does not come
    # to the loop's end, and one that leaves the loop.
    .globl loop_branches
    .balign 4
loop_branches:
    movi a3, 0
    movi a4, 0
    loopnez 2, 21
1:  _addi a3, a3, 1
    _bbci a3, 0, 2f
    _addi a4, a4, 16
    _beqi a3, 12, 3f
2:  _slli a5, a3, 8
    _add a4, a4, a5
    _add a4, a4, a3
3:  slli a3, a3, 24
    add a2, a3, a4
    ret

    # A loop within a loop, whose registers are saved.
    .globl loop_nested
    .balign 4
loop_nested:
    movi a3, 0
    loopgtz 2, 33
    rsr_number 4, 0
    rsr_number 5, 1
    rsr_number 6, 2
    _movi a7, 5
    loop 7, 3
    _addi a3, a3, 3
    wsr_number 4, 0
    wsr_number 5, 1
    wsr_number 6, 2
    _addi a3, a3, 100
    rsr_number 4, 2
    slli a4, a4, 20
    add a2, a3, a4
    ret

    # A loop whose body calls a function.
    .globl loop_calls
    .balign 4
loop_calls:
    mov a6, a0
    movi a3, 0
    movi a4, 1f
    loopnez 2, 6
    _callx0 a4
    _addi a3, a3, 1
    mov a2, a3
    mov a0, a6
    ret
    .balign 4
1:  addi a3, a3, 10
    ret

    # A branch to the loop's end from without does not go round again.
    .globl loop_jump
    .balign 4
loop_jump:
    mov a3, a2
    loop 2, 12
    _addi a3, a3, 1
    _addi a3, a3, 2
    _j 1f
    _addi a3, a3, 4
1:  rsr_number 4, 2
    slli a4, a4, 16
    add a2, a3, a4
    movi a4, 0
    wsr_number 4, 2
    ret
