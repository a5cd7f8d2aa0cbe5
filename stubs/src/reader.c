#include "reader.h"

#include "flash.h"
#include "port.h"
#include "rx.h"
#include "spi.h"

uint32_t reader_block[BLOCK / 4];

static struct {
    uint32_t address; /* of the block under way */
    uint32_t left;    /* from there on */
} reader;

void reader_start(uint32_t address, uint32_t length)
{
    reader.address = address;
    reader.left = length;
    flash_start_read(address, length);
}

uint32_t reader_next(void)
{
    const uint32_t n = reader.left < BLOCK ? reader.left : BLOCK;

    spi_finish(reader_block, BLOCK);
    reader.address += n;
    reader.left -= n;
    if (rx_events.cancel && reader.left > BLOCK) {
        reader.left = BLOCK;
    }
    if (reader.left != 0) {
        flash_start_read(reader.address, reader.left);
    }
    port_receive();
    return n;
}

void reader_stop(void)
{
    rx_events.cancel = true;
    while (reader_next() != 0) {
    }
    rx_events.cancel = false;
}

void reader_digest(const struct region *region, struct digest *digest)
{
    uint32_t n;

    reader_start(region->address, region->length);
    while ((n = reader_next()) != 0) {
        digest_update(digest, reader_block, n);
    }
    digest_finish(digest);
}
