/* Zero-overhead loops of all kinds. */
#include "say.h"

typedef uint32_t function(uint32_t);

function loop_shortest, loop_branches, loop_nested, loop_calls, loop_jump;

int main(void)
{
    static const struct {
        const char *name;
        function *function;
        uint32_t counts[5];
    } loops[] = {
        { "shortest", loop_shortest, { 1, 2, 3, 100, 1000 } },
        { "branches", loop_branches, { 0, 1, 2, 11, 40 } },
        { "nested", loop_nested, { 0, 1, 2, 30, 0x80000000 } },
        { "calls", loop_calls, { 0, 1, 2, 9, 70 } },
        { "jump", loop_jump, { 1, 2, 3, 4, 5 } },
    };
    /* EXCM keeps loops from going round. */
    __asm__ volatile("movi a2, 0\n wsr.ps a2\n rsync" : : : "a2");
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        for (int j = 0; j < 5; j++) {
            say_value(loops[i].name, loops[i].function(loops[i].counts[j]));
        }
    }
    return 0;
}
