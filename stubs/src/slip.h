/* SLIP (RFC 1055). */
#ifndef SLIP_H
#define SLIP_H

#define SLIP_END 0xC0u
#define SLIP_ESC 0xDBu
#define SLIP_ESC_END 0xDCu
#define SLIP_ESC_ESC 0xDDu

#endif
