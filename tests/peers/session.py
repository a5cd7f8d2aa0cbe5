"""One session of esptool, through its public functions: identify, write,
verify, read, and with a stub erase. What it was told to do it does or fails.

    session.py PORT CONNECT BAUD STUB FIRMWARE READ

CONNECT is how it gets the chip into its loader (default-reset, no-reset), BAUD
the rate after that (0: as it is). STUB is own for esptool's own stub, older for
version 1 of it, none for the ROM, resident for one that runs already.
"""

import sys

import esptool
from esptool.loader import StubFlasher

ADDRESS = 0x10000


def main(port, connect, baud, stub, firmware, read):
    with open(firmware, "rb") as file:
        size = len(file.read())
    with esptool.detect_chip(port, connect_mode=connect) as esp:
        print("chip", esp.CHIP_NAME, "stub" if esp.IS_STUB else "rom")
        if stub == "older":
            StubFlasher.set_stub_subdir("1")
        if stub in ("own", "older"):
            esp = esptool.run_stub(esp)
        if int(baud):
            esp.change_baud(int(baud))
        esptool.attach_flash(esp)
        esptool.flash_id(esp)
        esptool.write_flash(esp, [(ADDRESS, firmware)])
        if esp.CHIP_NAME != "ESP8266" or stub != "none":
            esptool.verify_flash(esp, [(ADDRESS, firmware)])
            esptool.read_flash(esp, ADDRESS, size, read)
        if stub != "none":
            esptool.erase_region(esp, ADDRESS, 0x1000)
    print("done")


main(*sys.argv[1:])
