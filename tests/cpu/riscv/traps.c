/* Exceptions and what the registers say about them. */
#include "say.h"

static const char *doing;
static uint32_t resume;

__attribute__((interrupt("machine"), aligned(256))) static void handler(void)
{
    uint32_t cause, epc, status;
    __asm__ volatile("csrr %0, mcause" : "=r"(cause));
    __asm__ volatile("csrr %0, mepc" : "=r"(epc));
    __asm__ volatile("csrr %0, mstatus" : "=r"(status));
    say_value(doing, cause);
    say_value("  at", epc - resume);
    /* MIE, MPIE, MPP. */
    say_value("  status", status & 0x1888);
    __asm__ volatile("csrw mepc, %0" : : "r"(resume));
}

/* Does something that traps, and goes on behind it. */
#define TRAP(text)                                                  \
    doing = text;                                                   \
    __asm__ volatile("la %0, 1f\n sw %0, %1\n .balign 4\n" text "\n .balign 4\n 1:" \
                     : "=&r"(scratch), "=m"(resume) : "r"(bad) : "memory", "a0");

int main(void)
{
    uint32_t scratch, bad = 0x0f000000;
    __asm__ volatile("csrw mtvec, %0" : : "r"(handler));
    __asm__ volatile("csrsi mstatus, 8");
    TRAP("ecall")
    TRAP("ebreak")
    TRAP("c.ebreak")
    TRAP(".word 0xffffffff")
    TRAP("csrw mhartid, zero")
    TRAP("lw a0, 0(%2)")
    TRAP("lbu a0, 3(%2)")
    TRAP("sw zero, 4(%2)")

    uint32_t before, after;
    __asm__ volatile("csrrw %0, mscratch, %1" : "=r"(before) : "r"(0xf0f0f0f0));
    __asm__ volatile("csrrs %0, mscratch, %1" : "=r"(before) : "r"(0x0000ffff));
    say_value("csrrs", before);
    __asm__ volatile("csrrc %0, mscratch, %1" : "=r"(before) : "r"(0xff000000));
    say_value("csrrc", before);
    __asm__ volatile("csrrwi %0, mscratch, 21" : "=r"(before));
    say_value("csrrwi", before);
    __asm__ volatile("csrrsi %0, mscratch, 8" : "=r"(before));
    say_value("csrrsi", before);
    __asm__ volatile("csrrci %0, mscratch, 1" : "=r"(before));
    say_value("csrrci", before);
    __asm__ volatile("csrr %0, mscratch" : "=r"(after));
    say_value("mscratch", after);

    /* Code that is written while the program runs. */
    static uint32_t code[2] = { 0x00150513, 0x00008067 }; /* addi a0, a0, 1; ret */
    uint32_t (*function)(uint32_t) = (uint32_t (*)(uint32_t))code;
    __asm__ volatile("fence.i" : : : "memory");
    say_value("function", function(5));
    code[0] = 0x06450513; /* addi a0, a0, 100 */
    __asm__ volatile("fence.i" : : : "memory");
    say_value("function", function(5));
    return 0;
}
