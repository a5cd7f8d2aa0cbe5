/* Opcodes and reasons on the wire (docs/stubs.md). */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#define PROTOCOL_VERSION 1u

enum common_opcode {
    FLASH_BEGIN = 0x02,
    FLASH_DATA = 0x03,
    FLASH_END = 0x04,
    MEM_BEGIN = 0x05,
    MEM_END = 0x06,
    MEM_DATA = 0x07,
    SYNC = 0x08,
    WRITE_REG = 0x09,
    READ_REG = 0x0A,
    SPI_SET_PARAMS = 0x0B,
    SPI_ATTACH = 0x0D,
    CHANGE_BAUDRATE = 0x0F,
    FLASH_DEFL_BEGIN = 0x10,
    FLASH_DEFL_DATA = 0x11,
    FLASH_DEFL_END = 0x12,
    FLASH_MD5SUM = 0x13,
    GET_SECURITY_INFO = 0x14,
    ERASE_FLASH = 0xD0,
    ERASE_REGION = 0xD1,
    READ_FLASH = 0xD2,
    RUN_USER_CODE = 0xD3,
};

enum own_opcode {
    OWN_FIRST = 0xF0,
    OWN_CAPABILITY = 0xF0,
    OWN_DIGEST = 0xF1,
    OWN_MAP = 0xF2,
    OWN_READ = 0xF3,
    OWN_WRITE_BEGIN = 0xF4,
    OWN_WRITE_DATA = 0xF5,
    OWN_STATE = 0xF6,
    OWN_FLASH_COMMAND = 0xF7,
    OWN_CANCEL = 0xF9,
};

enum reason {
    OK = 0,
    E_LENGTH = 0xC0,
    E_CHECKSUM = 0xC1,
    E_SIZE = 0xC2,
    E_COMMAND = 0xC3,
    E_FLASH = 0xC4,
    E_LOCKED = 0xC5,
    E_NO_SESSION = 0xC6,
    E_INFLATE = 0xC7,
    E_SHORT = 0xC8,
    E_LONG = 0xC9,
    E_ADDRESS = 0xCA,
    E_CANCELLED = 0xCB,
    E_UNIMPLEMENTED = 0xFF,
};

#endif
