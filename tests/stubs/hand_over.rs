//! What uploaded code finds when it begins, from a ROM that is executed and
//! from one that is modelled.

use crate::boards::{Kind, Sort, on_every_chip};
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

/// Xtensa with windows: sends a1, a8 (which is the callee's a0), VECBASE and PS
/// in the same way; the code begins behind the first word.
fn xtensa(uart: u32) -> Vec<u8> {
    const VECBASE: u32 = 231;
    const PS: u32 = 230;
    let mut code = uart.to_le_bytes().to_vec();
    let mut put = |word: u32| code.extend_from_slice(&word.to_le_bytes()[..3]);
    // l32r a2, the first word
    put(0xff_ff21);
    // rsr a4, VECBASE; rsr a5, PS
    put(VECBASE << 8 | 4 << 4 | 0x03_0000);
    put(PS << 8 | 5 << 4 | 0x03_0000);
    for register in [1, 8, 4, 5] {
        for shift in [0, 8, 16, 24] {
            // extui a3, register, shift, 8
            let low = shift & 0xf;
            put(7 << 20 | (4 | shift >> 4) << 16 | 3 << 12 | low << 8 | register << 4);
            // s32i a3, a2, 0
            put(6 << 12 | 2 << 8 | 3 << 4 | 2);
        }
    }
    // j .
    put(0xff_ff06);
    // Instruction RAM takes words only.
    code.resize(code.len().next_multiple_of(4), 0);
    code
}

/// What a program reports that was uploaded to where the stub would be.
fn report(host: &mut Host, sort: &Sort) -> Vec<u32> {
    /// CALLINC, WOE, UM, EXCM and INTLEVEL; the owner of older windows is left
    /// out.
    const PS: u32 = 0x7_003f;
    let load = sort.image.load;
    host.status_len = sort.chip.rom.dialect.status_len;
    let uart = sort.chip.uart.base;
    let is_riscv = sort.image.entry == load;
    if is_riscv {
        host.upload(load, &words(&riscv(uart)), load);
    } else {
        host.upload(load, &xtensa(uart), load + 4);
    }
    let heard = host.listen(SOON);
    let mut words: Vec<u32> = heard.chunks_exact(4).map(word).collect();
    if let (false, Some(status)) = (is_riscv, words.get_mut(3)) {
        *status &= PS;
    }
    words
}

on_every_chip!(of: the_model_hands_over_what_the_rom_hands_over,
    the_model_sets_the_clocks_that_the_rom_sets
);

fn the_model_hands_over_what_the_rom_hands_over(sort: Sort) {
    let [modelled, real] = [Kind::Modelled, Kind::Real].map(|kind| {
        let mut host = Host::in_loader(sort.builder(kind)?);
        Some(report(&mut host, &sort))
    });
    if let Some(real) = real {
        assert_eq!(modelled, Some(real), "{}", sort.name());
    }
}

fn the_model_sets_the_clocks_that_the_rom_sets(sort: Sort) {
    // UART_CLK_CONF of the older layout; SPI_CLOCK, which stands before USER.
    let spi = &sort.chip.spi;
    let registers = [sort.chip.uart.base + 0x78, spi.base + spi.layout.user - 4];
    let [modelled, real] = [Kind::Modelled, Kind::Real].map(|kind| {
        let mut host = Host::in_loader(sort.builder(kind)?);
        host.attach(&sort);
        Some(registers.map(|address| host.register(address)))
    });
    if let Some(real) = real {
        assert_eq!(modelled, Some(real), "{}", sort.name());
    }
}
