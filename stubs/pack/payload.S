/* The packed stub, behind the code that unpacks it. */
        .section .rodata, "a"
        .global packed_payload
        .align 4
packed_payload:
        .incbin PAYLOAD
