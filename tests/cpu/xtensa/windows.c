/* Windowed functions, called from those without windows. */
#include "say.h"

typedef uint32_t function(uint32_t);

void windows_on(void);
uint32_t windowed(uint32_t argument, function *function);
function fibonacci, turn4, direct, stack, forbidden, rotate;
extern uint32_t causes[16];

static void say_causes(void)
{
    for (uint32_t i = 1; i <= causes[0]; i++) {
        say_value("  cause", causes[i]);
    }
    causes[0] = 0;
}

int main(void)
{
    windows_on();
    for (uint32_t n = 0; n < 16; n++) {
        say_value("fibonacci", windowed(n, fibonacci));
    }
    for (uint32_t depth = 0; depth < 80; depth += 7) {
        say_value("turns", windowed(depth, turn4));
    }
    say_value("direct", windowed(5, direct));
    say_causes();
    say_value("stack", windowed(0, stack));
    say_causes();
    windowed(0, forbidden);
    say("forbidden\n");
    say_causes();
    say_value("rotate", windowed(0, rotate));
    say_causes();
    return 0;
}
