//! What uploaded code finds when it begins, from a ROM that is executed and
//! from one that is modelled.

use crate::boards::{self, Kind, Sort};
use crate::host::{Host, SOON, word, words};

/// RISC-V: sends `sp`, `ra`, `mtvec` over the UART, lowest byte first, and
/// stays.
fn riscv(uart: u32) -> Vec<u32> {
    const RA: u32 = 1;
    const SP: u32 = 2;
    const T0: u32 = 5;
    const T1: u32 = 6;
    const T2: u32 = 7;
    let mut code = vec![
        // lui t0, uart
        uart & 0xffff_f000 | T0 << 7 | 0x37,
        // csrr t2, mtvec
        0x305 << 20 | 0b010 << 12 | T2 << 7 | 0x73,
    ];
    for register in [SP, RA, T2] {
        for byte in 0..4 {
            // srli t1, register, 8 * byte
            code.push((8 * byte) << 20 | register << 15 | 0b101 << 12 | T1 << 7 | 0x13);
            // sw t1, 0(t0)
            code.push(T1 << 20 | T0 << 15 | 0b010 << 12 | 0x23);
        }
    }
    // j .
    code.push(0x6f);
    code
}

fn report(host: &mut Host, sort: &Sort) -> Vec<u32> {
    let load = sort.image.load;
    host.status_len = sort.chip.rom.dialect.status_len;
    host.upload(load, &words(&riscv(sort.chip.uart.base)), load);
    let heard = host.listen(SOON);
    heard.chunks_exact(4).map(word).collect()
}

#[test]
fn the_model_hands_over_what_the_rom_hands_over() {
    for sort in boards::all() {
        let [modelled, real] = [Kind::Modelled, Kind::Real].map(|kind| {
            let mut host = Host::in_loader(sort.builder(kind)?);
            Some(report(&mut host, &sort))
        });
        if let Some(real) = real {
            assert_eq!(modelled, Some(real), "{}", sort.name());
        }
    }
}

#[test]
fn the_model_sets_the_clocks_that_the_rom_sets() {
    for sort in boards::all() {
        // UART_CLK_CONF of the older layout; SPI_MEM_CLOCK.
        let registers = [sort.chip.uart.base + 0x78, sort.chip.spi.base + 0x14];
        let [modelled, real] = [Kind::Modelled, Kind::Real].map(|kind| {
            let mut host = Host::in_loader(sort.builder(kind)?);
            host.attach(&sort);
            Some(registers.map(|address| host.register(address)))
        });
        if let Some(real) = real {
            assert_eq!(modelled, Some(real), "{}", sort.name());
        }
    }
}
