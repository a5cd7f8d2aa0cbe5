/* The whole stub, over a mocked line and flash: commands, sessions, faults. */
#include <stdio.h>

#include "ask.h"

int main(void)
{
    test_common();
    test_own();
    test_sessions();
    printf("stub: %s\n", host_failures == 0 ? "ok" : "FAILED");
    return host_failures != 0;
}
