/* Misaligned loads and stores, which this core refuses. */
#include "exceptions.h"

static uint32_t words[4];

int main(void)
{
    uint32_t scratch, odd = (uint32_t)words + 1, zero = 0;
    exceptions_on(0);
    TRAP("l32i a12, %1, 4")
    say_value("  address", REGISTER("excvaddr") - odd);
    TRAP("l16ui a12, %1, 2")
    say_value("  address", REGISTER("excvaddr") - odd);
    TRAP("l16si a12, %1, 4")
    TRAP("s32i %1, %1, 0")
    TRAP("s16i %1, %1, 6")
    say_value("  address", REGISTER("excvaddr") - odd);
    say_value("words", words[0] | words[1] | words[2] | words[3]);
    return 0;
}
