/* What compilers rely on, and what Debian's libgcc for this core leaves to the
 * ESP8266's ROM. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t len);
uint64_t __muldi3(uint64_t a, uint64_t b);
uint32_t __udivsi3(uint32_t dividend, uint32_t divisor);
uint32_t __umodsi3(uint32_t dividend, uint32_t divisor);

static uint32_t divide(uint32_t dividend, uint32_t divisor, uint32_t *rest)
{
    uint32_t quotient = 0;
    uint64_t remainder = 0;
    for (int bit = 31; bit >= 0; bit--) {
        remainder = remainder << 1 | (dividend >> bit & 1);
        quotient <<= 1;
        if (remainder >= divisor) {
            remainder -= divisor;
            quotient |= 1;
        }
    }
    *rest = (uint32_t)remainder;
    return quotient;
}

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor)
{
    uint32_t rest;
    return divide(dividend, divisor, &rest);
}

uint32_t __umodsi3(uint32_t dividend, uint32_t divisor)
{
    uint32_t rest;
    divide(dividend, divisor, &rest);
    return rest;
}

void *memcpy(void *to, const void *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

uint64_t __muldi3(uint64_t a, uint64_t b)
{
    uint64_t product = 0;
    for (; b != 0; a <<= 1, b >>= 1) {
        if (b & 1) {
            product += a;
        }
    }
    return product;
}
