#include "mock.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "crc32.h"
#include "digest.h"
#include "flash.h"
#include "port.h"
#include "rx.h"
#include "session.h"
#include "spi.h"
#include "state.h"
#include "system.h"
#include "writer.h"

/* Turns without input after which the stub counts as waiting. More than the longest
 * operation of the flash takes. */
#define IDLE_TURNS 3000u

struct mock_flash mock_flash;
uint32_t mock_registers[64];
uint32_t mock_resets;
uint32_t mock_jump;
uint32_t mock_baud;
size_t mock_burst;

/* The stub runs in a thread of its own, but never at the same time as the test: each
 * waits for the other. */
static pthread_t thread;
static bool running;
static bool stopping;
static sem_t to_stub, to_test;

static const uint8_t *input;
static size_t input_left;
static uint32_t idle_turns;
static uint8_t *output_bytes;
static size_t output_length, output_room;

static void broken(const char *what)
{
    if (mock_flash.broken == NULL) {
        mock_flash.broken = what;
    }
}

/* The port. */

void port_receive(void)
{
    size_t n = mock_burst;

    if (input_left == 0) {
        idle_turns += 1;
        if (idle_turns >= IDLE_TURNS) {
            idle_turns = 0;
            sem_post(&to_test);
            sem_wait(&to_stub);
            if (stopping) {
                pthread_exit(NULL);
            }
        }
        return;
    }
    idle_turns = 0;
    for (n = n == 0 ? input_left : n; n != 0 && input_left != 0; n--) {
        input_left -= 1;
        rx_byte(*input++);
    }
}

bool port_idle(void)
{
    return true;
}

void port_put(uint8_t byte)
{
    if (output_length == output_room) {
        output_room = 2 * output_room + 1024;
        output_bytes = realloc(output_bytes, output_room);
        if (output_bytes == NULL) {
            abort();
        }
    }
    output_bytes[output_length++] = byte;
    idle_turns = 0;
}

void port_flush(void)
{
}

void port_drain(void)
{
}

void port_set_baud(uint32_t to, uint32_t from)
{
    (void)from;
    mock_baud = to;
}

void port_lock(void)
{
}

enum port port_current(void)
{
    return PORT_UART0;
}


/* The chip. */

uint32_t *native_register(uint32_t address)
{
    return &mock_registers[address / 4 % 64];
}

void system_delay(uint32_t microseconds)
{
    (void)microseconds;
}

/* A chip that is reset does not come back to the caller. */
static void stop_stub(void) __attribute__((noreturn));

static void stop_stub(void)
{
    running = false;
    sem_post(&to_test);
    pthread_exit(NULL);
}

void system_reset(void)
{
    mock_resets += 1;
    stop_stub();
}

void system_jump(uint32_t entry)
{
    mock_jump = entry;
    stop_stub();
}

uint32_t system_security_info(uint32_t *words)
{
    words[0] = 0x11223344;
    return 4;
}

/* The flash. */

static struct {
    uint8_t in[64];
    uint32_t selected; /* opcode of a transaction that goes on, or 0 */
    uint32_t address;
    uint32_t position; /* bytes of its data so far */
    uint8_t page[256];
    bool write_enabled;
    bool volatile_enabled;
    uint32_t busy;
} chip;

static uint32_t size_of_flash(void)
{
    return 1u << (mock_flash.id >> 16);
}

static bool busy(void)
{
    return chip.busy != 0 || (mock_flash.hangs && chip.busy != 0);
}

static void start_busy(void)
{
    chip.busy = mock_flash.busy_reads + 1;
    chip.write_enabled = false;
}

static void erase(uint32_t address, uint32_t bytes)
{
    if (!chip.write_enabled) {
        broken("erase without write enable");
        return;
    }
    if ((mock_flash.status & 0x1C) == 0) {
        address &= ~(bytes - 1);
        memset(mock_flash.bytes + address % size_of_flash(), 0xFF, bytes);
    }
    start_busy();
}

static void program(uint32_t address, const uint8_t *bytes, uint32_t length)
{
    uint32_t i;

    if (!chip.write_enabled) {
        broken("program without write enable");
        return;
    }
    if (address % 256 + length > 256) {
        broken("program beyond the page");
    }
    if ((mock_flash.status & 0x1C) == 0) {
        for (i = 0; i < length; i++) {
            mock_flash.bytes[(address + i) % size_of_flash()] &= bytes[i];
        }
    }
    mock_flash.programs += 1;
    start_busy();
}

static void set_status(uint8_t value)
{
    if (chip.write_enabled || (chip.volatile_enabled && mock_flash.volatile_status)) {
        mock_flash.status = (uint8_t)(value & 0xFC);
    }
    chip.volatile_enabled = chip.write_enabled = false;
}

static void receive(const uint8_t *from, uint32_t length)
{
    memcpy(chip.in, from, length);
}

static void transact(uint32_t opcode, uint32_t bits, const uint8_t *out, uint32_t send,
                     uint32_t length, bool keep)
{
    const uint32_t size = size_of_flash();
    const uint32_t address = chip.address;
    const bool wide = bits == 32;
    uint8_t byte;
    uint8_t id[3];
    uint32_t i;

    if (busy() && opcode != 0x05) {
        broken("transaction while busy");
        return;
    }
    switch (opcode) {
    case 0x01:
        set_status(out[0]);
        return;
    case 0x05:
        byte = (uint8_t)(mock_flash.status | (chip.busy != 0) | chip.write_enabled << 1);
        if (chip.busy != 0 && !mock_flash.hangs) {
            chip.busy -= 1;
            if (chip.busy == 0) {
                idle_turns = 0;
            }
        }
        receive(&byte, 1);
        return;
    case 0x06:
        chip.write_enabled = true;
        return;
    case 0x50:
        chip.volatile_enabled = true;
        return;
    case 0x9F:
        for (i = 0; i < 3; i++) {
            id[i] = (uint8_t)(mock_flash.id >> 8 * i);
        }
        if (chip.position + length > 3) {
            broken("id read too far");
            return;
        }
        receive(id + chip.position, length);
        chip.position += length;
        return;
    case 0x03:
    case 0x13:
        if (wide != (opcode == 0x13) && chip.position == 0) {
            broken("read with the wrong length of address");
        }
        mock_flash.reads += 1;
        for (i = 0; i < length; i++) {
            chip.in[i] = mock_flash.bytes[(address + chip.position++) % size];
        }
        return;
    case 0x02:
    case 0x12:
        if (wide != (opcode == 0x12) && chip.position == 0) {
            broken("program with the wrong length of address");
        }
        if (chip.position + send > sizeof chip.page) {
            broken("program of more than a page");
            return;
        }
        memcpy(chip.page + chip.position, out, send);
        chip.position += send;
        if (!keep) {
            program(address, chip.page, chip.position);
        }
        return;
    case 0x20:
    case 0x21:
        mock_flash.erases_4k += 1;
        erase(address, 0x1000);
        return;
    case 0x52:
    case 0x5C:
        mock_flash.erases_32k += 1;
        erase(address, 0x8000);
        return;
    case 0xD8:
    case 0xDC:
        mock_flash.erases_64k += 1;
        erase(address, 0x10000);
        return;
    default:
        broken("unknown opcode");
        return;
    }
}

void spi_prepare(void)
{
    chip.selected = 0;
}

void spi_start(uint32_t what, uint32_t address, const uint32_t *out)
{
    const uint32_t send = what >> 8 & 0xFFu;
    const bool keep = (what & SPI_KEEP_SELECTED) != 0 && mock_flash.holds_select;
    uint32_t opcode = what & 0xFFu;
    uint8_t bytes[64] = {0};

    if (send > sizeof bytes || (what >> 16 & 0xFFu) > sizeof bytes) {
        broken("more than 64 bytes at once");
        return;
    }
    if (send != 0) {
        memcpy(bytes, out, send);
    }
    memset(chip.in, 0xEE, sizeof chip.in);
    if (opcode != 0) {
        if (chip.selected != 0) {
            broken("opcode in the middle of a transaction");
        }
        chip.address = address;
        chip.position = 0;
    } else if (chip.selected == 0) {
        return; /* nobody is selected */
    } else {
        opcode = chip.selected;
    }
    chip.selected = keep ? opcode : 0;
    transact(opcode, what >> 24 & 0x3Fu, bytes, send, what >> 16 & 0xFFu, keep);
}

void spi_finish(uint32_t *in, uint32_t length)
{
    if (length != 0) {
        memcpy(in, chip.in, (length + 3u) & ~3u);
    }
}

/* Running the stub. */

static void *run(void *unused)
{
    (void)unused;
    sem_wait(&to_stub);
    for (;;) {
        background();
        dispatch();
    }
    return NULL;
}

static void wait_for_stub(void)
{
    sem_post(&to_stub);
    sem_wait(&to_test);
    if (!running) {
        pthread_join(thread, NULL);
    }
}

void mock_start(void)
{
    if (running) {
        stopping = true;
        sem_post(&to_stub);
        pthread_join(thread, NULL);
        stopping = false;
    }
    crc32_prepare();
    digest_prepare();
    state = (struct state){0};
    rx_events = (struct rx_events){0};
    rx_reset();
    flash_prepare();
    sem_init(&to_stub, 0, 0);
    sem_init(&to_test, 0, 0);
    running = true;
    idle_turns = 0;
    input_left = 0;
    if (pthread_create(&thread, NULL, run, NULL) != 0) {
        abort();
    }
    wait_for_stub();
}

void mock_reset(void)
{
    uint8_t *bytes = mock_flash.bytes;

    if (bytes == NULL) {
        bytes = malloc(MOCK_FLASH_SIZE);
    }
    if (bytes == NULL) {
        abort();
    }
    memset(bytes, 0xFF, MOCK_FLASH_SIZE);
    mock_flash = (struct mock_flash){.bytes = bytes,
                                     .id = 0x1640EF,
                                     .holds_select = true,
                                     .volatile_status = true,
                                     .busy_reads = 3};
    memset(&chip, 0, sizeof chip);
    memset(mock_registers, 0, sizeof mock_registers);
    mock_resets = mock_jump = mock_baud = 0;
    mock_burst = 0;
    output_length = 0;
    mock_start();
}

void mock_send(const uint8_t *bytes, size_t length)
{
    if (!running) {
        return;
    }
    input = bytes;
    input_left = length;
    wait_for_stub();
}

const uint8_t *mock_sent(size_t *length)
{
    *length = output_length;
    output_length = 0;
    return output_bytes;
}
