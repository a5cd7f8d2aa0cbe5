//! Ways out of uploaded code: a watchdog, and the ROM.

use crate::boards::{Kind, Sort, on_every_chip};
use crate::host::{Host, SOON, op};
use espwire::flash::controller;
use espwire::sim::{ResetCause, Running, Strapping};

on_every_chip!(stubs_of: a_watchdog_brings_the_rom_back, unknown_code_of_the_rom_stops_the_core);

fn a_watchdog_brings_the_rom_back(sort: Sort) {
    let Some(watchdogs) = &sort.chip.watchdogs else {
        return;
    };
    let name = sort.name();
    let mut host = Host::in_stub(&sort, sort.builder(Kind::Modelled).unwrap());
    let writes = controller::let_watchdog_bite(&watchdogs.rtc);
    let writes: Vec<u32> = writes
        .iter()
        .flat_map(|it| [it.address, it.value, it.mask, it.delay_us])
        .collect();
    host.ask_words(op::WRITE_REG, &writes).ok();
    host.board.run_for(SOON);
    let resets = host.board.record().resets;
    let bitten: Vec<_> = resets.iter().map(|it| (it.cause, it.strapping)).collect();
    assert_eq!(bitten, [(ResetCause::Watchdog, Strapping::Flash)], "{name}");
    assert_eq!(host.board.running(), Running::Application, "{name}");
}

fn unknown_code_of_the_rom_stops_the_core(sort: Sort) {
    let name = sort.name();
    let mut host = Host::in_loader(sort.builder(Kind::Modelled).unwrap());
    host.status_len = sort.chip.rom.dialect.status_len;
    // Where the ROM begins, and where its caller would go on.
    let vectors = sort.variant.hand_over.caller.vectors;
    for entry in [vectors & !0xff, sort.variant.hand_over.caller.back] {
        host.ask_words(op::MEM_END, &[0, entry]).ok();
        host.listen(SOON);
        assert_eq!(host.board.running(), Running::Nothing, "{name}");
        host.board.press_reset(Strapping::Download);
        host.listen(SOON);
        host.sync();
        assert_eq!(host.board.running(), Running::Loader, "{name}");
    }
}
