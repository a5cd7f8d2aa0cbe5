/* What the assembler for the ESP8266's core does not know: an instruction by
 * its three bytes, lowest first. Registers by their numbers. */
    .macro word value
    .byte (\value) & 0xff, ((\value) >> 8) & 0xff, ((\value) >> 16) & 0xff
    .endm

    .macro rst op2, op1, r, s, t
    word (\op2) << 20 | (\op1) << 16 | (\r) << 12 | (\s) << 8 | (\t) << 4
    .endm

    /* Windows. The offset of s32e and l32e is -64 to -4, the size of a frame
     * a multiple of 8, the target of a call in words from the next one on. */
    .macro entry s, size
    word 0x36 | (\s) << 8 | (\size) / 8 << 12
    .endm
    .macro retw
    word 0x000090
    .endm
    .macro retw_n
    .byte 0x1d, 0xf0
    .endm
    .macro callx4 s
    word 0x0000d0 | (\s) << 8
    .endm
    .macro callx8 s
    word 0x0000e0 | (\s) << 8
    .endm
    .macro callx12 s
    word 0x0000f0 | (\s) << 8
    .endm
    .macro call4 words
    word 0x15 | ((\words) & 0x3ffff) << 6
    .endm
    .macro call8 words
    word 0x25 | ((\words) & 0x3ffff) << 6
    .endm
    .macro call12 words
    word 0x35 | ((\words) & 0x3ffff) << 6
    .endm
    .macro movsp t, s
    word 0x001000 | (\s) << 8 | (\t) << 4
    .endm
    .macro rotw n
    word 0x408000 | ((\n) & 15) << 4
    .endm
    .macro l32e t, s, offset
    word 0x090000 | ((\offset) + 64) / 4 << 12 | (\s) << 8 | (\t) << 4
    .endm
    .macro s32e t, s, offset
    word 0x490000 | ((\offset) + 64) / 4 << 12 | (\s) << 8 | (\t) << 4
    .endm
    .macro rfwo
    word 0x003400
    .endm
    .macro rfwu
    word 0x003500
    .endm

    /* Loops; so many bytes from behind the instruction on. */
    .macro loop s, bytes
    word 0x8076 | (\s) << 8 | ((\bytes) - 1) << 16
    .endm
    .macro loopnez s, bytes
    word 0x9076 | (\s) << 8 | ((\bytes) - 1) << 16
    .endm
    .macro loopgtz s, bytes
    word 0xa076 | (\s) << 8 | ((\bytes) - 1) << 16
    .endm

    /* Special registers by their numbers. */
    .macro rsr_number t, number
    word 0x030000 | (\number) << 8 | (\t) << 4
    .endm
    .macro wsr_number t, number
    word 0x130000 | (\number) << 8 | (\t) << 4
    .endm
