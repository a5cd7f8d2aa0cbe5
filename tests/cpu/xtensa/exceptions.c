/* Exceptions that all cores have, in kernel and in user mode. */
#include "exceptions.h"

int main(void)
{
    uint32_t scratch, odd = 1, zero = 0;
    /* PS.UM */
    for (uint32_t ps = 0; ps <= 0x20; ps += 0x20) {
        exceptions_on(ps);
        TRAP("ill")
        TRAP("ill.n")
        TRAP("syscall")
        exceptions_on(ps | 3);
        TRAP("syscall")
    }
    return 0;
}
