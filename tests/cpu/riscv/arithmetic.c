/* Every instruction on two registers and every shift by an immediate, with
 * thousands of operands: a checksum of the results of each. */
#include "say.h"

#define ROUNDS 3000

#define TWO_REGISTERS(name)                                                        \
    {                                                                              \
        uint32_t sum = 0;                                                          \
        for (int i = 0; i < ROUNDS; i++) {                                         \
            uint32_t a = number(), b = number(), result;                           \
            __asm__ volatile(name " %0, %1, %2" : "=r"(result) : "r"(a), "r"(b)); \
            sum = (sum << 1 | sum >> 31) ^ result;                                 \
        }                                                                          \
        say_value(name, sum);                                                      \
    }

#define IMMEDIATE(name, imm)                                                        \
    {                                                                               \
        uint32_t sum = 0;                                                           \
        for (int i = 0; i < ROUNDS / 10; i++) {                                     \
            uint32_t a = number(), result;                                          \
            __asm__ volatile(name " %0, %1, " #imm : "=r"(result) : "r"(a));       \
            sum = (sum << 1 | sum >> 31) ^ result;                                  \
        }                                                                           \
        say_value(name " " #imm, sum);                                              \
    }

int main(void)
{
    TWO_REGISTERS("add") TWO_REGISTERS("sub") TWO_REGISTERS("sll") TWO_REGISTERS("slt")
    TWO_REGISTERS("sltu") TWO_REGISTERS("xor") TWO_REGISTERS("srl") TWO_REGISTERS("sra")
    TWO_REGISTERS("or") TWO_REGISTERS("and")
    TWO_REGISTERS("mul") TWO_REGISTERS("mulh") TWO_REGISTERS("mulhsu") TWO_REGISTERS("mulhu")
    TWO_REGISTERS("div") TWO_REGISTERS("divu") TWO_REGISTERS("rem") TWO_REGISTERS("remu")
    IMMEDIATE("addi", -2048) IMMEDIATE("addi", 2047) IMMEDIATE("slti", -1) IMMEDIATE("sltiu", -1)
    IMMEDIATE("slti", 1) IMMEDIATE("sltiu", 1) IMMEDIATE("xori", -1) IMMEDIATE("ori", 1365)
    IMMEDIATE("andi", -256) IMMEDIATE("slli", 0) IMMEDIATE("slli", 1) IMMEDIATE("slli", 31)
    IMMEDIATE("srli", 1) IMMEDIATE("srli", 31) IMMEDIATE("srai", 1) IMMEDIATE("srai", 31)
    return 0;
}
