/* The chip this image is for: its facts, from chips/CHIP.h, and what follows from
 * them. The build names the file in STUB_CHIP. */
#ifndef CHIP_H
#define CHIP_H

#include <stdint.h>

#include STUB_CHIP

#ifndef RX_RING
#define RX_RING 0x8000u /* receive ring; a power of two, takes a 16 KiB block */
#endif
#ifndef OUT_RING
#define OUT_RING 0x10000u /* bytes to be programmed, and inflate window; likewise */
#endif

/* What hashes by its accelerator needs MD5 for other hosts only: small before fast. */
#ifdef SHA_BASE
#define MD5_ROLLED
#endif

/* Key that opens a watchdog's registers. */
#define WDT_KEY 0x50D83AA1u

/* Behind all small variables, which are reached by a shorter way (RISC-V: gp), and not
 * cleared. */
#define LARGE __attribute__((section(".bss.large")))

#ifndef REG
#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))
#endif

/* A device's registers, counted in words. The compiler is kept from knowing the
 * address, so that it uses one base and offsets instead of an address each. */
static inline volatile uint32_t *device(uint32_t base)
{
    __asm__("" : "+r"(base));
    return (volatile uint32_t *)(uintptr_t)base;
}

/* A register, bits to clear in it, bits to set then. */
struct setting {
    uint32_t address;
    uint32_t clear;
    uint32_t set;
};

/* The ROM's loader runs with a divided crystal on some chips. Undivided it is as safe,
 * as long as the UART has its clock from the crystal itself (UART_CLK_CONF). */
static inline void divide_crystal(uint32_t less_one)
{
#ifdef CRYSTAL_DIVIDER
    if ((REG(UART_BASE + 0x78u) >> 20 & 3u) == 3u) {
        REG(CRYSTAL_DIVIDER) = (REG(CRYSTAL_DIVIDER) & ~0x3FFu) | less_one;
    }
#else
    (void)less_one;
#endif
}

/* Let instructions that have just been written be seen as such: only chips with a
 * cache in front of their RAM need more than nothing. */
static inline void sync_instructions(void)
{
#ifdef CACHE_SYNC
    /* Write back the data cache, invalidate the instruction caches; address and
     * length 0 are everything. */
    REG(CACHE_SYNC + 0x08) = 0;
    REG(CACHE_SYNC + 0x0C) = 0;
    REG(CACHE_SYNC + 0x04) = CACHE_SYNC_L1_DATA;
    REG(CACHE_SYNC) = CACHE_SYNC_WRITE_BACK;
    while ((REG(CACHE_SYNC) & CACHE_SYNC_DONE) == 0) {
    }
    REG(CACHE_SYNC + 0x04) = CACHE_SYNC_L1_INSTRUCTIONS;
    REG(CACHE_SYNC) = CACHE_SYNC_INVALIDATE;
    while ((REG(CACHE_SYNC) & CACHE_SYNC_DONE) == 0) {
    }
#endif
#ifdef __riscv
    __asm__ volatile(".word 0x100F" : : : "memory"); /* FENCE.I, which the link-time
                                                        assembler is not told of */
#endif
}

#endif
