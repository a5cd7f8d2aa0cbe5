//! Flash of every size, and addresses past 16 MB.

use crate::boards::{Kind, Sort, on_every_chip};
use crate::commands::firmware;
use crate::host::{Host, op, words};
use crate::stub::{Encoding, Phase, Refusal, own};

on_every_chip!(stubs_of: every_size_to_its_end);

const FEATURE_32BIT: u8 = 1;
const ADDRESS: u8 = 0xca;
const MB: u32 = 1 << 20;

fn every_size_to_its_end(sort: Sort) {
    for size in [1, 2, 8, 16, 32] {
        let name = format!("{} {size} MB", sort.name());
        let builder = sort.builder(Kind::Modelled).unwrap();
        let mut host = Host::in_stub(&sort, builder.flash_size(size * MB));
        let capability = host.capability();
        assert_eq!(capability.flash_size, size * MB, "{name}");
        let wide = capability.features & FEATURE_32BIT != 0;
        let reach = if wide { size } else { size.min(16) } * MB;

        let bytes = firmware(5000);
        let address = reach - 0x2000;
        host.board
            .flash()
            .write(0xff_e000 % (size * MB), &[0x5a; 16]);
        let state = host.write(1, Encoding::Raw, &[(address, 5000)], &bytes);
        assert_eq!(state.phase, Phase::Done, "{name}: {state:?}");
        assert!(host.board.flash().read(address, 5000) == bytes, "{name}");
        if address > 16 * MB {
            assert_eq!(host.board.flash().read(0xff_e000, 16), [0x5a; 16], "{name}");
        }
        let digest = host.own(own::DIGEST, &words(&[address, 0x2000]));
        let bytes_there = host.board.flash().read(address, 0x2000);
        let expected = host.digest(&bytes_there);
        assert_eq!(digest, Ok(expected.to_vec()), "{name}");
        let read = host.own(own::READ, &words(&[address, 5000]));
        assert!(read == Ok(bytes), "{name}");
        let beyond = host.own(own::DIGEST, &words(&[reach - 1, 2]));
        let refused = Refusal {
            reason: ADDRESS,
            address: reach - 1,
        };
        assert_eq!(beyond, Err(refused), "{name}");
        if size == 1 {
            host.ask(op::ERASE_FLASH, &[]).ok();
            let all = host.board.flash().read(0, MB as usize);
            assert!(all.iter().all(|byte| *byte == 0xff), "{name}");
        }
    }
}
