/* What the registers say about exceptions. */
#include "say.h"

void exceptions_on(uint32_t ps);
uint32_t handler(void);

static const char *doing;
static uint32_t resume;

#define REGISTER(name)                                           \
    ({                                                           \
        uint32_t value;                                          \
        __asm__ volatile("rsr." name " %0" : "=r"(value));       \
        value;                                                   \
    })

uint32_t handler(void)
{
    say_value(doing, REGISTER("exccause"));
    say_value("  at", REGISTER("epc1") - resume);
    say_value("  ps", REGISTER("ps"));
    return resume;
}

/* Does something that ends in an exception, and goes on behind it. */
#define TRAP(text)                                                                  \
    doing = text;                                                                   \
    __asm__ volatile("movi %0, 1f\n s32i %0, %2, 0\n" text "\n 1:"                    \
                     : "=&r"(scratch) : "r"(odd), "r"(&resume), "r"(zero) : "memory", "a12");
