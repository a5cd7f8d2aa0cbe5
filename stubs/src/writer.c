#include "writer.h"

#include "chip.h"
#include "flash.h"
#include "reader.h"
#include "ring.h"
#include "state.h"

/* Bytes ahead of the programming that are plenty. */
#define PLENTY 0x1000u

/* An address behind all others. */
#define NONE 0xFFFFFFFFu

LARGE _Alignas(4) uint8_t output_ring[OUT_RING];
LARGE struct region writer_table[WRITER_SEGMENTS];
struct output output;

enum operation { NOTHING, ERASING, PROGRAMMING };

static struct {
    uint32_t segments;

    enum operation operation;
    uint32_t polls;

    /* Erase: next sector, within segment erase_index. */
    uint32_t erase_index;
    uint32_t erase_next;
    uint32_t erase_bytes;

    /* Program: next byte to be staged, within segment index. */
    uint32_t index;
    uint32_t offset;

    /* Staged: taken from the ring, to be programmed next; length 0: nothing. */
    uint32_t staged_address;
    uint32_t staged_length;

    /* What the flash is programming. */
    uint32_t flight_address;
    uint32_t flight_length;

    /* Read back, and not hashed yet. */
    uint32_t *back_next;
    uint32_t back_length;
} w;

static uint32_t page[FLASH_PAGE / 4];
static uint32_t back[FLASH_PAGE / 4];

static uint32_t start_of(uint32_t i)
{
    return writer_table[i].address & ~SEGMENT_KINDS;
}

static bool has_kind(uint32_t i, uint32_t kind)
{
    return (writer_table[i].address & kind) != 0;
}

/* End of the last sector that the segment touches. */
static uint32_t end_of(uint32_t i)
{
    return (start_of(i) + writer_table[i].length + FLASH_SECTOR - 1u) & ~(FLASH_SECTOR - 1u);
}

/* Let erase_next be a sector that is to be erased, or NONE; index and offset a byte
 * that is to be staged, or a blank segment that is not erased yet. */
static void settle(void)
{
    while (w.erase_index < w.segments &&
           (has_kind(w.erase_index, SEGMENT_KEEP) || w.erase_next >= end_of(w.erase_index))) {
        w.erase_index += 1;
    }
    if (w.erase_index == w.segments) {
        w.erase_next = NONE;
    } else if (w.erase_next < start_of(w.erase_index)) {
        w.erase_next = start_of(w.erase_index);
    }
    while (w.index < w.segments &&
           (has_kind(w.index, SEGMENT_BLANK) ? end_of(w.index) <= w.erase_next
                                             : w.offset == writer_table[w.index].length)) {
        w.index += 1;
        w.offset = 0;
    }
}

enum reason writer_start(uint32_t segments)
{
    uint32_t end = 0;
    uint32_t i;

    w = (__typeof__(w)){0};
    output = (struct output){0};
    for (i = 0; i < segments; i++) {
        failed_at = start_of(i);
        if (failed_at < end || writer_table[i].length == 0 ||
            has_kind(i, SEGMENT_KINDS & ~(SEGMENT_BLANK | SEGMENT_KEEP)) ||
            !flash_contains(failed_at, writer_table[i].length)) {
            return E_ADDRESS;
        }
        end = end_of(i);
        if (!has_kind(i, SEGMENT_BLANK)) {
            output.expected += writer_table[i].length;
        }
    }
    w.segments = segments;
    settle();
    return flash_unlock() ? OK : E_LOCKED;
}

void writer_skip(uint32_t bytes)
{
    w.offset = bytes;
    output.expected -= bytes;
}

uint32_t writer_address(void)
{
    if (w.flight_length != 0) {
        return w.flight_address;
    }
    if (w.staged_length != 0) {
        return w.staged_address;
    }
    return w.index < w.segments ? start_of(w.index) + w.offset : NONE;
}

bool writer_is_flushed(void)
{
    return output.made == output.taken && w.staged_length == 0 && w.operation == NOTHING;
}

bool writer_is_done(void)
{
    return writer_address() == NONE && w.erase_next == NONE && w.back_length == 0;
}

bool writer_is_pressed(void)
{
    return w.operation == PROGRAMMING && output.made - output.taken >= PLENTY;
}

/* The largest erase at erase_next that touches nothing but segments. */
static void start_erase(void)
{
    uint32_t i = w.erase_index;
    uint32_t run = end_of(i);

    while (++i < w.segments && start_of(i) == run && !has_kind(i, SEGMENT_KEEP)) {
        run = end_of(i);
    }
    run -= w.erase_next;
    w.erase_bytes = FLASH_BLOCK_64K;
    while (w.erase_bytes > run || (w.erase_next & (w.erase_bytes - 1)) != 0) {
        w.erase_bytes = w.erase_bytes == FLASH_BLOCK_64K ? FLASH_BLOCK_32K : FLASH_SECTOR;
    }
    flash_start_erase(w.erase_next, w.erase_bytes);
    w.operation = ERASING;
}

/* Take the next page's bytes out of the ring. */
static void stage(void)
{
    const uint32_t available = output.made - output.taken;
    uint32_t length;

    if (w.staged_length != 0 || available == 0 || w.index == w.segments ||
        has_kind(w.index, SEGMENT_BLANK)) {
        return;
    }
    w.staged_address = start_of(w.index) + w.offset;
    length = flash.unit - (w.staged_address & (flash.unit - 1));
    if (length > writer_table[w.index].length - w.offset) {
        length = writer_table[w.index].length - w.offset;
    }
    if (length > available) {
        if (!output.flush) {
            return;
        }
        length = available;
    }
    ring_copy(page, output_ring, OUT_RING - 1u, output.taken, length);
    output.taken += length;
    w.staged_length = length;
    w.offset += length;
    settle();
}

static void hash(void)
{
    const uint32_t n = w.back_length < BLOCK ? w.back_length : BLOCK;

    digest_update(&state.digest, w.back_next, n);
    w.back_next += BLOCK / 4;
    w.back_length -= n;
}

/* Programmed: read it back. */
static void read_back(void)
{
    while (w.back_length != 0) {
        hash();
    }
    flash_read(w.flight_address, back, w.flight_length);
    w.back_next = back;
    w.back_length = w.flight_length;
    state.programmed += w.flight_length;
    w.flight_length = 0;
}

void writer_step(void)
{
    if (w.operation != NOTHING) {
        if (flash_busy()) {
            if (++w.polls == FLASH_POLLS) {
                w.operation = NOTHING;
                fail(E_FLASH, writer_address());
            }
            stage();
            hash();
            return;
        }
        w.polls = 0;
        if (w.operation == ERASING) {
            w.erase_next += w.erase_bytes;
            settle();
            report_due();
        } else {
            read_back();
        }
        w.operation = NOTHING;
    }
    stage();
    if (w.staged_length != 0 && w.staged_address < w.erase_next) {
        w.flight_address = w.staged_address;
        w.flight_length = w.staged_length;
        w.staged_length = 0;
        flash_start_program(w.flight_address, page, w.flight_length);
        w.operation = PROGRAMMING;
    } else if (w.erase_next != NONE) {
        start_erase();
    }
    hash();
}

void writer_stop(void)
{
    if (w.operation != NOTHING) {
        flash_wait();
        w.operation = NOTHING;
    }
}
