#include "inflate.h"

#include "chip.h"
#include "libc.h"

#define MAX_BITS 15u
#define LITERALS 288u
#define DISTANCES 32u
#define CODE_LENGTHS 19u
#define END_OF_BLOCK 256u
#define LAST_LENGTH 285u
#define WINDOW 32768u

/* A canonical Huffman code. Most symbols are found by the next bits at once; those with
 * long codes bit by bit, which takes a quarter of the room that a whole table would. */
#define QUICK_BITS 9u
#define QUICK_SYMBOL 0x1FFu /* in an entry: the symbol, and its length above it */
#define QUICK_LENGTH 9u

struct huffman {
    uint16_t quick[1u << QUICK_BITS];
    uint16_t count[MAX_BITS + 1]; /* codes of each length */
    uint16_t symbol[LITERALS];    /* in the order of their codes */
};

static struct {
    const uint8_t *in;
    uint32_t left;  /* bytes at `in` */
    uint32_t bits;  /* taken from there, not used yet; lowest first */
    uint32_t count;
    uint32_t pause; /* there is room up to here */
    bool stopped;   /* no more input, or no more room: what is used now is made up */
} z;

LARGE static uint8_t lengths[LITERALS + DISTANCES];
LARGE static struct huffman literal;
LARGE static struct huffman distance;

/* One more byte of input into `bits`. */
static void pull(void)
{
    struct span span;

    if (z.left == 0) {
        span = inflate_span();
        z.in = span.start;
        z.left = span.length;
    }
    z.count += 8;
    if (z.left == 0) {
        z.stopped = true;
        return;
    }
    z.left -= 1;
    z.bits |= (uint32_t)*z.in++ << (z.count - 8);
}

/* The next n bits, 16 at most. */
static uint32_t take(uint32_t n)
{
    uint32_t value;

    while (z.count < n) {
        pull();
    }
    value = z.bits & ((1u << n) - 1u);
    z.bits >>= n;
    z.count -= n;
    return value;
}

/* Decode a symbol bit by bit, which asks for no more input than its code needs: there
 * may be none. A code that does not exist gives a symbol that does not. */
static __attribute__((noinline)) uint32_t decode_slowly(const struct huffman *h)
{
    const uint16_t *count = h->count;
    const uint16_t *symbol = h->symbol;
    uint32_t code = 0; /* relative to the first code of its length */
    uint32_t n;

    while (count != h->count + MAX_BITS) {
        code = code << 1 | take(1);
        n = *++count;
        if (code < n) {
            return symbol[code];
        }
        code -= n;
        symbol += n;
    }
    return LITERALS;
}

/* Decode a symbol, at once if its code is short and at hand. */
static __attribute__((noinline)) uint32_t decode(const struct huffman *h)
{
    const uint8_t *in = z.in;
    uint32_t left = z.left;
    uint32_t bits = z.bits;
    uint32_t count = z.count;
    uint32_t code, n;

    for (; count <= 24u && left != 0; left--) {
        bits |= (uint32_t)*in++ << count;
        count += 8;
    }
    code = h->quick[bits & ((1u << QUICK_BITS) - 1u)];
    n = code >> QUICK_LENGTH;
    z.in = in;
    z.left = left;
    z.bits = bits;
    z.count = count;
    if (n == 0 || n > count) {
        return decode_slowly(h);
    }
    z.bits = bits >> n;
    z.count = count - n;
    return code & QUICK_SYMBOL;
}

/* Sort the symbols of `n` code lengths. False if these are over-subscribed, or
 * incomplete with more than one code. */
static bool build(struct huffman *h, const uint8_t *from, uint32_t n)
{
    uint32_t i, j, length, bit;
    uint32_t sorted = 0;
    uint32_t code = 0; /* as it comes from the stream: its first bit is the lowest */
    int32_t left = 1;

    memset(h->quick, 0, sizeof h->quick);
    for (length = 1; length <= MAX_BITS; length++) {
        const uint32_t before = sorted;

        inflate_breathe();
        for (i = 0; i < n; i++) {
            if (from[i] != length) {
                continue;
            }
            h->symbol[sorted++] = (uint16_t)i;
            for (j = code; length <= QUICK_BITS && j < 1u << QUICK_BITS; j += 1u << length) {
                h->quick[j] = (uint16_t)(i | length << QUICK_LENGTH);
            }
            for (bit = 1u << (length - 1u); (code & bit) != 0; bit >>= 1) {
                code ^= bit;
            }
            code |= bit;
        }
        h->count[length] = (uint16_t)(sorted - before);
        left = 2 * left - (int32_t)(sorted - before);
        if (left < 0) {
            return false;
        }
    }
    return left == 0 || sorted <= 1;
}

/* Code lengths of a dynamic block, and their codes. */
static bool read_codes(void)
{
    static const uint8_t order[CODE_LENGTHS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
    const uint32_t literals = take(5) + 257u;
    const uint32_t all = literals + take(5) + 1u;
    const uint32_t codes = take(4) + 4u;
    uint32_t i, symbol, repeat;

    for (i = 0; i < CODE_LENGTHS; i++) {
        lengths[order[i]] = i < codes ? (uint8_t)take(3) : 0;
    }
    if (!build(&distance, lengths, CODE_LENGTHS)) {
        return false;
    }
    for (i = 0; i < all;) {
        symbol = decode(&distance);
        repeat = 1;
        if (symbol >= 16) {
            repeat = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
            symbol = symbol == 16 && i != 0 ? lengths[i - 1] : 0;
        }
        do {
            if (i == all) {
                return false;
            }
            lengths[i++] = (uint8_t)symbol;
        } while (--repeat != 0);
    }
    return build(&literal, lengths, literals) &&
           build(&distance, lengths + literals, all - literals);
}

static void fixed_codes(void)
{
    memset(lengths, 8, LITERALS);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    memset(lengths + LITERALS, 5, DISTANCES);
    build(&literal, lengths, LITERALS);
    build(&distance, lengths + LITERALS, DISTANCES);
}

/* Length and distance codes come in groups of 2^k codes, each group with one more
 * extra bit, after two groups that have none. */
static uint32_t extra(uint32_t code, uint32_t k)
{
    const uint32_t bits = (code >> k) - 1u;

    if ((int32_t)bits <= 0) {
        return code;
    }
    if (bits > 13) {
        return WINDOW; /* no such distance */
    }
    return ((code - (bits << k)) << bits) + take(bits);
}

enum reason inflate(uint8_t *ring, uint32_t mask, enum encoding encoding, uint32_t length)
{
    uint32_t made = 0;
    uint32_t last = 1; /* raw data is one stored block */
    uint32_t kind = 0;
    uint32_t symbol, back;

    z = (__typeof__(z)){0};
    /* Deflate, no dictionary. */
    if (encoding == ENCODING_ZLIB && (take(16) & 0x200Fu) != 8) {
        return z.stopped ? E_SHORT : E_INFLATE;
    }
    do {
        if (encoding != ENCODING_RAW) {
            last = take(1);
            kind = take(2);
            if (kind == 0) {
                take(z.count & 7u);
                length = take(16);
                kind = (take(16) ^ 0xFFFFu) == length ? 0 : 3;
            } else if (kind == 1) {
                fixed_codes();
            } else if (kind == 2 && !read_codes()) {
                kind = 3;
            }
        }
        for (;;) {
            if (made >= z.pause) {
                z.pause = made + INFLATE_STEP;
                z.stopped |= !inflate_room(made);
            }
            if (z.stopped) {
                return E_SHORT;
            }
            if (kind == 3) {
                return E_INFLATE;
            }
            if (kind == 0) {
                if (length-- == 0) {
                    break;
                }
                symbol = take(8);
            } else {
                symbol = decode(&literal);
            }
            if (symbol < END_OF_BLOCK) {
                ring[made++ & mask] = (uint8_t)symbol;
                continue;
            }
            if (symbol == END_OF_BLOCK) {
                break;
            }
            length = symbol == LAST_LENGTH ? 258u : extra(symbol - END_OF_BLOCK - 1u, 2) + 3u;
            back = extra(decode(&distance), 1) + 1u;
            if (symbol > LAST_LENGTH || back > WINDOW || back > made) {
                kind = 3;
                continue;
            }
            while (length-- != 0) {
                ring[made & mask] = ring[(made - back) & mask];
                made += 1;
            }
        }
    } while (last == 0);
    inflate_room(made);
    return z.stopped ? E_SHORT : OK; /* the end may have been made up, too */
}
