/* Packs a stub: pack IN OUT ARCHITECTURE. Runs where the images are built; its output depends on
 * its input alone.
 *
 * Format: the unpacked length (32 bits, little-endian), then a stream of bits and
 * bytes. Bits come from a byte, highest first, that is read when one is needed and
 * none is left; whole bytes stand where the reader has got to. Numbers from 1 on are
 * interleaved Elias gamma codes: for each binary digit behind the first a 0 and the
 * digit, then a 1.
 *
 *   literals: number of bytes, the bytes
 *   1, number (distance - 1) / 256 + 1, byte (distance - 1) % 256, number length - 1:
 *      a match at a new distance
 *   0 behind literals, number length: a match at the last distance
 *   0 behind a match: literals follow
 *
 * The stream starts with literals, and ends where the length is reached.
 *
 * In front of that, instructions that name the distance to their target are made to name
 * the target, so that calls of one function look alike: CALL0 and L32R of the Xtensa, JAL
 * of RISC-V. The code is walked through by the lengths of its instructions; what is none,
 * but looks like one, is changed likewise, and changed back.
 *
 * Chosen is the shortest stream that a search finds which keeps, for each position,
 * the cheapest ways to get there for a few different last distances. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_IN 0x8000
#define KEPT 12
#define LONGEST_LITERALS 512
#define LONGEST_MATCH 512

enum kind { LITERALS, REPEAT, MATCH };

/* One way to have encoded all bytes before a position. */
struct way {
    uint32_t bits;
    uint32_t distance; /* the last one */
    enum kind kind;    /* of the last step, */
    uint32_t length;   /* and its length */
    const struct way *before;
};

/* Ways that end in literals, and in a match. */
struct position {
    struct way literals[KEPT];
    struct way match[KEPT];
    size_t literals_count;
    size_t match_count;
};

static uint8_t in[SIZE_MAX_IN];
static size_t in_length;
static struct position *positions;

static uint8_t out[2 * SIZE_MAX_IN];
static size_t out_length;
static size_t bit_byte;
static unsigned bits_left;

static uint32_t number_bits(uint32_t n)
{
    uint32_t bits = 1;

    for (; n > 1; n >>= 1) {
        bits += 2;
    }
    return bits;
}

static void keep(size_t at, struct way way)
{
    struct position *p = &positions[at];
    struct way *ways = way.kind == LITERALS ? p->literals : p->match;
    size_t *count = way.kind == LITERALS ? &p->literals_count : &p->match_count;
    size_t i;

    for (i = 0; i < *count && ways[i].distance != way.distance; i++) {
    }
    if (i == *count) {
        if (*count < KEPT) {
            *count += 1;
        } else {
            i -= 1;
            if (ways[i].bits <= way.bits) {
                return;
            }
        }
    } else if (ways[i].bits <= way.bits) {
        return;
    }
    for (; i > 0 && ways[i - 1].bits > way.bits; i--) {
        ways[i] = ways[i - 1];
    }
    ways[i] = way;
}

static size_t match_length(size_t at, size_t distance)
{
    size_t length = 0;

    while (at + length < in_length && length < LONGEST_MATCH &&
           in[at + length] == in[at + length - distance]) {
        length += 1;
    }
    return length;
}

static void extend(size_t at, const struct way *way)
{
    uint32_t distance, length, most;

    if (way->kind != LITERALS) {
        /* The first run of literals has no bit in front. */
        const uint32_t bits = way->bits + (at == 0 ? 0 : 1);

        for (length = 1; length <= LONGEST_LITERALS && at + length <= in_length; length++) {
            keep(at + length, (struct way){bits + number_bits(length) + 8 * length, way->distance,
                                           LITERALS, length, way});
        }
    } else if (way->distance != 0) {
        most = (uint32_t)match_length(at, way->distance);
        for (length = 1; length <= most; length++) {
            keep(at + length, (struct way){way->bits + 1 + number_bits(length), way->distance,
                                           REPEAT, length, way});
        }
    }
    if (at == 0) {
        return;
    }
    for (distance = 1; distance <= at; distance++) {
        most = (uint32_t)match_length(at, distance);
        for (length = 2; length <= most; length++) {
            keep(at + length,
                 (struct way){way->bits + 1 + number_bits((distance - 1) / 256 + 1) + 8 +
                                  number_bits(length - 1),
                              distance, MATCH, length, way});
        }
    }
}

static void put_bit(unsigned bit)
{
    if (bits_left == 0) {
        bit_byte = out_length;
        out[out_length++] = 0;
        bits_left = 8;
    }
    bits_left -= 1;
    out[bit_byte] = (uint8_t)(out[bit_byte] | bit << bits_left);
}

static void put_number(uint32_t n)
{
    uint32_t mask = 1;

    while (mask <= n / 2) {
        mask *= 2;
    }
    for (mask /= 2; mask != 0; mask /= 2) {
        put_bit(0);
        put_bit((n & mask) != 0);
    }
    put_bit(1);
}

/* Write the way from its beginning; returns the position behind it. */
static size_t put_way(const struct way *way)
{
    size_t at;

    if (way->before == NULL) {
        return 0;
    }
    at = put_way(way->before);
    switch (way->kind) {
    case LITERALS:
        if (at != 0) {
            put_bit(0);
        }
        put_number(way->length);
        memcpy(out + out_length, in + at, way->length);
        out_length += way->length;
        break;
    case REPEAT:
        put_bit(0);
        put_number(way->length);
        break;
    case MATCH:
        put_bit(1);
        put_number((way->distance - 1) / 256 + 1);
        out[out_length++] = (uint8_t)(way->distance - 1);
        put_number(way->length - 1);
        break;
    }
    return at + way->length;
}

static uint32_t get(size_t at, size_t bytes)
{
    uint32_t word = 0;

    while (bytes-- != 0) {
        word = word << 8 | in[at + bytes];
    }
    return word;
}

static void put(size_t at, size_t bytes, uint32_t word)
{
    for (; bytes-- != 0; word >>= 8) {
        in[at++] = (uint8_t)word;
    }
}

/* Two bytes if bit 3 is set, else three. CALL0: 000101 in the lowest bits, above them the
 * distance in words from the word it starts in. L32R: 0001, a register, the distance from
 * the word behind. */
static void name_targets_xtensa(void)
{
    size_t at, length;
    uint32_t word;

    for (at = 0; at + 3 <= in_length; at += length) {
        length = (in[at] & 8) != 0 ? 2 : 3;
        word = get(at, length);
        if ((word & 0x3F) == 5) {
            word += (uint32_t)(at / 4) << 6;
        } else if ((word & 0xF) == 1) {
            word += (uint32_t)((at + 3) / 4) << 8;
        }
        put(at, length, word);
    }
}

/* Four bytes if the lowest two bits are set, else two. JAL: 1101111, a register, and of
 * the distance in half words the bits 18-11, 10, 9-0, 19. Put there in order. */
static void name_targets_riscv(void)
{
    size_t at, length;
    uint32_t word, n;

    for (at = 0; at + 4 <= in_length; at += length) {
        length = (in[at] & 3) == 3 ? 4 : 2;
        word = get(at, length);
        if ((word & 0x7F) == 0x6F) {
            n = word >> 1 & 0x7F800;
            n |= word >> 10 & 0x400;
            n |= word >> 21 & 0x3FF;
            n |= word >> 12 & 0x80000;
            n += (uint32_t)(at / 2);
            word = (word & 0xFFF) | n << 12;
        }
        put(at, length, word);
    }
}

static const struct {
    const char *name;
    void (*name_targets)(void);
} architectures[] = {
    {"xtensa", name_targets_xtensa},
    {"riscv", name_targets_riscv},
};
#define ARCHITECTURES (sizeof architectures / sizeof *architectures)

int main(int argc, char **argv)
{
    const struct way *best;
    struct position *end;
    FILE *file;
    size_t at, i, architecture;

    file = argc == 4 ? fopen(argv[1], "rb") : NULL;
    for (architecture = 0; architecture < ARCHITECTURES; architecture++) {
        if (argc == 4 && strcmp(argv[3], architectures[architecture].name) == 0) {
            break;
        }
    }
    if (file == NULL || architecture == ARCHITECTURES) {
        fprintf(stderr, "usage: pack IN OUT xtensa|riscv\n");
        return 2;
    }
    in_length = fread(in, 1, sizeof in, file);
    fclose(file);
    positions = calloc(in_length + 1, sizeof *positions);
    if (positions == NULL || in_length == 0 || in_length == sizeof in) {
        fprintf(stderr, "pack: %s is empty or too long\n", argv[1]);
        return 2;
    }

    architectures[architecture].name_targets();
    keep(0, (struct way){0, 0, MATCH, 0, NULL});
    for (at = 0; at < in_length; at++) {
        struct position *p = &positions[at];

        for (i = 0; i < p->literals_count; i++) {
            extend(at, &p->literals[i]);
        }
        for (i = 0; i < p->match_count; i++) {
            extend(at, &p->match[i]);
        }
    }
    end = &positions[in_length];
    best = end->literals_count != 0 ? &end->literals[0] : &end->match[0];
    if (end->match_count != 0 && end->match[0].bits < best->bits) {
        best = &end->match[0];
    }

    for (i = 0; i < 4; i++) {
        out[out_length++] = (uint8_t)(in_length >> 8 * i);
    }
    put_way(best);

    file = fopen(argv[2], "wb");
    if (file == NULL || fwrite(out, 1, out_length, file) != out_length || fclose(file) != 0) {
        fprintf(stderr, "pack: cannot write %s\n", argv[2]);
        return 2;
    }
    free(positions);
    return 0;
}
