/* Division by zero. */
#include "exceptions.h"

int main(void)
{
    uint32_t scratch, odd = 1, zero = 0;
    exceptions_on(0);
    /* quou, quos, remu, rems a12, a12, %3, with a12 as the divisor too. */
    TRAP("movi a12, 0\n .byte 0xc0, 0xcc, 0xc2")
    TRAP("movi a12, 0\n .byte 0xc0, 0xcc, 0xd2")
    TRAP("movi a12, 0\n .byte 0xc0, 0xcc, 0xe2")
    TRAP("movi a12, 0\n .byte 0xc0, 0xcc, 0xf2")
    return 0;
}
