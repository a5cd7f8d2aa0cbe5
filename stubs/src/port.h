/* The port the stub talks over: UART0, or USB-Serial/JTAG where the chip has it.
 *
 * The stub greets on both, and stays with the one that brings the first whole
 * frame. */
#ifndef PORT_H
#define PORT_H

#include "types.h"

enum port { PORT_UART0 = 0, PORT_USB_SERIAL_JTAG = 1 };

/* Hand everything that has arrived to rx_byte(). */
void port_receive(void);

/* The same where what is not taken is lost. USB waits, and had better be served while
 * the flash is busy. */
void port_rescue(void);

/* Would a state report go out without a wait? */
bool port_idle(void);

/* Wait for room, receiving meanwhile, and send. */
void port_put(uint8_t byte);

/* End of a frame: let it go out. */
void port_flush(void);

/* Wait until all has left. */
void port_drain(void);

void port_set_baud(uint32_t to, uint32_t from);

/* Stay with the port that has been heard last. */
void port_lock(void);

/* Which is it? */
enum port port_current(void);

/* Send on USB too, once, when it takes something and nothing has been heard yet. */
void port_announce(void (*send)(void));

#endif
