/* Data blocks of the common commands: FLASH_DATA, FLASH_DEFL_DATA, MEM_DATA. */
#ifndef BLOCK_H
#define BLOCK_H

#include "protocol.h"
#include "types.h"

#define BLOCK_HEADER 16u /* in front of the data: length, number, zeros */
#define BLOCK_MAX 0x4000u

/* Check the block that is the oldest frame, and take the headers off it, so that
 * the data is left. */
enum reason block_take(void);

/* Answer the block at hand as soon as there is room for the next. */
void block_answer_later(uint8_t opcode, enum reason reason);

/* Do so, if it is time. Not within a frame. */
void block_answer(void);

#endif
