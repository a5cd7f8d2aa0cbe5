#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "mock.h"

unsigned host_failures;

static uint8_t line[0x200000];
static size_t line_length;
static bool damage;
static uint8_t received[0x400000];
static size_t received_length, received_at;
static uint32_t seed = 1;
static uint32_t next_tag = 0x1000;

void put16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

void put32(uint8_t *to, uint32_t value)
{
    put16(to, value);
    put16(to + 2, value >> 16);
}

uint32_t get16(const uint8_t *from)
{
    return from[0] | (uint32_t)from[1] << 8;
}

uint32_t get32(const uint8_t *from)
{
    return get16(from) | get16(from + 2) << 16;
}

void host_seed(uint32_t value)
{
    seed = value;
}

uint32_t host_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

void host_fill(uint8_t *to, size_t length)
{
    while (length-- != 0) {
        *to++ = (uint8_t)host_random();
    }
}

uint32_t host_crc(const uint8_t *bytes, size_t length)
{
    uint32_t crc = 0xFFFFFFFFu;
    unsigned bit;

    while (length-- != 0) {
        crc ^= *bytes++;
        for (bit = 0; bit < 8; bit++) {
            crc = (crc & 1u) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        }
    }
    return ~crc;
}

static void put_line(uint8_t byte)
{
    if (line_length == sizeof line) {
        abort();
    }
    line[line_length++] = byte;
}

void host_raw(const uint8_t *bytes, size_t length)
{
    put_line(0xC0);
    while (length-- != 0) {
        if (*bytes == 0xC0 || *bytes == 0xDB) {
            put_line(0xDB);
            put_line(*bytes == 0xC0 ? 0xDC : 0xDD);
        } else {
            put_line(*bytes);
        }
        bytes++;
    }
    put_line(0xC0);
}

void host_common(uint8_t opcode, const void *payload, size_t length, uint32_t checksum)
{
    static uint8_t frame[0x8000];

    frame[0] = 0;
    frame[1] = opcode;
    put16(frame + 2, (uint32_t)length);
    put32(frame + 4, checksum);
    if (length != 0) {
        memcpy(frame + 8, payload, length);
    }
    host_raw(frame, 8 + length);
}

void host_block(uint8_t opcode, uint32_t number, const void *data, size_t length)
{
    static uint8_t payload[0x8000];
    uint32_t sum = 0xEF;
    size_t i;

    put32(payload, (uint32_t)length);
    put32(payload + 4, number);
    put32(payload + 8, 0);
    put32(payload + 12, 0);
    memcpy(payload + 16, data, length);
    for (i = 0; i < length; i++) {
        sum ^= payload[16 + i];
    }
    host_common(opcode, payload, 16 + length, sum);
}

void host_own(uint8_t opcode, uint32_t tag, const void *body, size_t length)
{
    static uint8_t frame[0x12000];

    frame[0] = 0;
    frame[1] = opcode;
    put16(frame + 2, (uint32_t)length + 4);
    put32(frame + 4, tag);
    if (length != 0) {
        memcpy(frame + 8, body, length);
    }
    put32(frame + 8 + length, host_crc(frame, 8 + length));
    if (damage) {
        damage = false;
        frame[8 + length / 2] ^= 0x10;
    }
    host_raw(frame, 12 + length);
}

void host_damage_next(void)
{
    damage = true;
}

void host_flush(void)
{
    const uint8_t *bytes;
    size_t length;

    mock_send(line, line_length);
    line_length = 0;
    bytes = mock_sent(&length);
    if (received_at == received_length) {
        received_at = received_length = 0;
    }
    if (length > sizeof received - received_length) {
        abort();
    }
    if (length != 0) {
        memcpy(received + received_length, bytes, length);
    }
    received_length += length;
}

bool host_frame(struct frame *frame)
{
    frame->length = 0;
    while (received_at < received_length) {
        uint8_t byte = received[received_at++];

        if (byte == 0xC0) {
            if (frame->length != 0) {
                return true;
            }
            continue;
        }
        if (byte == 0xDB && received_at < received_length) {
            byte = received[received_at++] == 0xDC ? 0xC0 : 0xDB;
        }
        if (frame->length < sizeof frame->bytes) {
            frame->bytes[frame->length++] = byte;
        }
    }
    return false;
}

bool host_crc_is_right(const struct frame *frame)
{
    return frame->length >= 12 &&
           host_crc(frame->bytes, frame->length - 4) == get32(frame->bytes + frame->length - 4) &&
           get16(frame->bytes + 2) == frame->length - 8;
}

bool host_ask_own(uint8_t opcode, const void *body, size_t length, struct frame *response)
{
    const uint32_t tag = ++next_tag;

    host_own(opcode, tag, body, length);
    host_flush();
    while (host_frame(response)) {
        if (response->bytes[1] == opcode && get32(response->bytes + 4) == tag) {
            CHECK(host_crc_is_right(response));
            return true;
        }
    }
    return false;
}

bool host_ask(uint8_t opcode, const void *payload, size_t length, struct frame *response)
{
    host_common(opcode, payload, length, 0);
    host_flush();
    while (host_frame(response)) {
        if (response->bytes[0] == 1 && response->bytes[1] == opcode) {
            CHECK_EQUAL(get16(response->bytes + 2), response->length - 8);
            return true;
        }
    }
    return false;
}

uint32_t host_status(const struct frame *response)
{
    if (response->length < 10) {
        return 0x100;
    }
    if (response->bytes[response->length - 2] == 0) {
        CHECK_EQUAL(response->bytes[response->length - 1], 0);
        return 0;
    }
    return response->bytes[response->length - 1];
}
