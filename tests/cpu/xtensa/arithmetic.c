/* Every instruction on registers and many by an immediate, with thousands of
 * operands: a checksum of the results of each. */
#include "say.h"

#define ROUNDS 2000

#define SUM(result) sum = (sum << 1 | sum >> 31) ^ (result)

#define THREE_REGISTERS(name)                                                      \
    {                                                                              \
        uint32_t sum = 0;                                                          \
        for (int i = 0; i < ROUNDS; i++) {                                         \
            uint32_t a = number(), b = number(), result = number();                \
            __asm__ volatile(name " %0, %1, %2" : "+r"(result) : "r"(a), "r"(b)); \
            SUM(result);                                                           \
        }                                                                          \
        say_value(name, sum);                                                      \
    }

#define TWO_REGISTERS(name)                                                  \
    {                                                                        \
        uint32_t sum = 0;                                                    \
        for (int i = 0; i < ROUNDS; i++) {                                   \
            uint32_t a = number(), result;                                   \
            __asm__ volatile(name " %0, %1" : "=r"(result) : "r"(a));       \
            SUM(result);                                                     \
        }                                                                    \
        say_value(name, sum);                                                \
    }

#define IMMEDIATE(name, imm) IMMEDIATE_TEXT(name, #imm)

#define IMMEDIATE_TEXT(name, imm)                                             \
    {                                                                         \
        uint32_t sum = 0;                                                     \
        for (int i = 0; i < ROUNDS / 10; i++) {                               \
            uint32_t a = number(), result;                                    \
            __asm__ volatile(name " %0, %1, " imm : "=r"(result) : "r"(a));  \
            SUM(result);                                                      \
        }                                                                     \
        say_value(name " " imm, sum);                                         \
    }

#define IMMEDIATE_TWO(name, one, two) IMMEDIATE_TEXT(name, #one ", " #two)

/* A shift whose distance another instruction has set. */
#define SHIFT(set, name)                                                              \
    {                                                                                 \
        uint32_t sum = 0;                                                             \
        for (int i = 0; i < ROUNDS; i++) {                                            \
            uint32_t a = number(), b = number(), result, sar;                         \
            __asm__ volatile(set " %3\n" name " %0, %2\n rsr.sar %1"                 \
                             : "=&r"(result), "=&r"(sar) : "r"(a), "r"(b));           \
            SUM(result);                                                              \
            SUM(sar);                                                                 \
        }                                                                             \
        say_value(set " " name, sum);                                                 \
    }

/* How often a branch is taken, and when. */
#define BRANCH(name)                                                                  \
    {                                                                                 \
        uint32_t sum = 0;                                                             \
        for (int i = 0; i < ROUNDS; i++) {                                            \
            uint32_t a = number(), b = i % 3 ? number() : a, taken = 1;               \
            __asm__ volatile(name " %1, %2, 1f\n movi %0, 0\n 1:"                    \
                             : "+r"(taken) : "r"(a), "r"(b));                         \
            SUM(taken);                                                               \
        }                                                                             \
        say_value(name, sum);                                                         \
    }

#define BRANCH_IMMEDIATE(name, imm)                                                   \
    {                                                                                 \
        uint32_t sum = 0;                                                             \
        for (int i = 0; i < ROUNDS / 10; i++) {                                       \
            uint32_t a = i % 2 ? number() : number() % 300 - 20, taken = 1;           \
            __asm__ volatile(name " %1, " #imm ", 1f\n movi %0, 0\n 1:"              \
                             : "+r"(taken) : "r"(a));                                 \
            SUM(taken);                                                               \
        }                                                                             \
        say_value(name " " #imm, sum);                                                \
    }

#define BRANCH_ZERO(name)                                                             \
    {                                                                                 \
        uint32_t sum = 0;                                                             \
        for (int i = 0; i < ROUNDS / 10; i++) {                                       \
            uint32_t a = number(), taken = 1;                                         \
            __asm__ volatile(name " %1, 1f\n movi %0, 0\n 1:" : "+r"(taken) : "r"(a));\
            SUM(taken);                                                               \
        }                                                                             \
        say_value(name, sum);                                                         \
    }

static void shifts(void)
{
    /* QEMU 7.2 does not shift at all where SRA finds the 32 that SSL has set. */
    SHIFT("ssr", "srl") SHIFT("ssr", "sra") SHIFT("ssl", "sll") SHIFT("ssr", "sll")
    SHIFT("ssa8l", "srl") SHIFT("ssa8b", "sll") SHIFT("ssl", "src %0,")
    IMMEDIATE("slli", 1) IMMEDIATE("slli", 15) IMMEDIATE("slli", 16) IMMEDIATE("slli", 31)
    IMMEDIATE("srli", 0) IMMEDIATE("srli", 15) IMMEDIATE("srai", 0) IMMEDIATE("srai", 17) IMMEDIATE("srai", 31)
}

static void branches(void)
{
    BRANCH("beq") BRANCH("bne") BRANCH("blt") BRANCH("bge") BRANCH("bltu") BRANCH("bgeu")
    BRANCH("bany") BRANCH("bnone") BRANCH("ball") BRANCH("bnall") BRANCH("bbc") BRANCH("bbs")
    BRANCH_IMMEDIATE("beqi", -1) BRANCH_IMMEDIATE("bnei", 10) BRANCH_IMMEDIATE("blti", -1)
    BRANCH_IMMEDIATE("bgei", 256) BRANCH_IMMEDIATE("bltui", 32768) BRANCH_IMMEDIATE("bltui", 65536)
    BRANCH_IMMEDIATE("bgeui", 12) BRANCH_IMMEDIATE("bbci", 0) BRANCH_IMMEDIATE("bbci", 31)
    BRANCH_IMMEDIATE("bbsi", 15) BRANCH_IMMEDIATE("bbsi", 16)
    BRANCH_ZERO("beqz") BRANCH_ZERO("bnez") BRANCH_ZERO("bltz") BRANCH_ZERO("bgez")
    BRANCH_ZERO("beqz.n") BRANCH_ZERO("bnez.n")
}

int main(void)
{
    THREE_REGISTERS("add") THREE_REGISTERS("addx2") THREE_REGISTERS("addx4") THREE_REGISTERS("addx8")
    THREE_REGISTERS("sub") THREE_REGISTERS("subx2") THREE_REGISTERS("subx4") THREE_REGISTERS("subx8")
    THREE_REGISTERS("and") THREE_REGISTERS("or") THREE_REGISTERS("xor") THREE_REGISTERS("add.n")
    THREE_REGISTERS("moveqz") THREE_REGISTERS("movnez") THREE_REGISTERS("movltz") THREE_REGISTERS("movgez")
    THREE_REGISTERS("mull") THREE_REGISTERS("mul16u") THREE_REGISTERS("mul16s")
    TWO_REGISTERS("neg") TWO_REGISTERS("abs") TWO_REGISTERS("nsa") TWO_REGISTERS("nsau") TWO_REGISTERS("mov.n")
    IMMEDIATE("addi", -128) IMMEDIATE("addi", 127) IMMEDIATE("addmi", -32768) IMMEDIATE("addmi", 32512)
    IMMEDIATE("addi.n", -1) IMMEDIATE("addi.n", 15)
    IMMEDIATE_TWO("extui", 0, 1) IMMEDIATE_TWO("extui", 15, 16) IMMEDIATE_TWO("extui", 16, 8)
    IMMEDIATE_TWO("extui", 31, 1)
    shifts();
    branches();
    return 0;
}
