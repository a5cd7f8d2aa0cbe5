//! Writing, reading and hashing through a made-up stub, in virtual time.

mod stub;

use super::*;
use crate::connection::Limits;
use crate::error::{DeviceError, Error, PortError};
use crate::flash::WriteStep;
use crate::transport::testing::Scripted;
use crate::wire::own::Features;
use crate::wire::{Dialect, Opcode, Reason};
use stub::{CAPABILITY, Made, Mischief};

const FLASH: usize = 1 << 20;

fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(len).collect()
}

/// A region; data with blank sectors in it.
fn region(address: u32, len: usize) -> Prepared<'static> {
    let mut data = noise(len, address.into());
    for sector in data.chunks_mut(SECTOR as usize).skip(3).step_by(7) {
        sector.fill(0xff);
    }
    Prepared::new("region", 0, address, data)
}

fn connect(stub: Made) -> Connection<Scripted<Made>> {
    let limits = Limits {
        cancel: stub.cancel.clone(),
        deadline: None,
    };
    let mut connection = Connection::new(Scripted::new(stub), limits).unwrap();
    connection.set_dialect(Dialect::STUB);
    connection.set_host_baud(921_600).unwrap();
    connection
}

/// A stub with old data in its flash.
fn used(script: impl FnMut(&Made, Opcode, usize) -> Mischief + Send + 'static) -> Made {
    Made::new(noise(FLASH, 1), script)
}

/// What stubs of each kind of digest say of their features.
const KINDS: [(DigestKind, Features); 2] = [
    (DigestKind::Md5, Features(Features::WHOLE_PAGE)),
    (
        DigestKind::Sha256,
        Features(Features::WHOLE_PAGE | Features::SHA256),
    ),
];

struct Written {
    outcome: Result<()>,
    steps: Vec<(usize, WriteStep)>,
    connection: Connection<Scripted<Made>>,
}

impl Written {
    fn stub(&mut self) -> &mut Made {
        self.connection.transport_mut().device()
    }

    fn asked(&mut self, opcode: Opcode) -> usize {
        let asked = &self.stub().asked;
        asked.iter().filter(|op| **op == opcode).count()
    }

    #[track_caller]
    fn holds(&mut self, regions: &[Prepared<'_>]) {
        self.outcome.as_ref().unwrap();
        let flash = &self.stub().flash;
        for region in regions {
            let start = region.address as usize;
            assert!(flash[start..start + region.size() as usize] == *region.data());
        }
        for (index, region) in regions.iter().enumerate() {
            let last = self.steps.iter().rev().find_map(|(at, step)| match step {
                WriteStep::Certain(bytes) if *at == index => Some(*bytes),
                _ => None,
            });
            assert_eq!(last, Some(region.size()));
        }
    }
}

fn write(stub: Made, regions: &[Prepared<'_>], held: Held) -> Written {
    let capability = stub.capability();
    let mut connection = connect(stub);
    let mut steps = vec![];
    let all: Vec<_> = regions.iter().collect();
    let outcome =
        FastFlasher::new(&mut connection, capability)
            .write(&all, held, &mut |index, step| steps.push((index, step)));
    Written {
        outcome,
        steps,
        connection,
    }
}

/// Regions in the order of a caller, which need not be that of their addresses.
fn regions() -> Vec<Prepared<'static>> {
    vec![
        region(0x4_0000, 300_004),
        region(0x1000, 20_000),
        region(0x8000, 3072),
    ]
}

#[test]
fn what_was_written_is_in_flash_and_nothing_else_was_touched() {
    for (_, features) in KINDS {
        let stub = used(|_, _, _| Mischief::None);
        writes_exactly(stub.with(features));
    }
}

fn writes_exactly(stub: Made) {
    let regions = regions();
    let mut written = write(stub, &regions, Held::Nothing);
    written.holds(&regions);
    let stub = written.stub();
    let inside = |sector: u32| {
        let address = sector * SECTOR;
        let end = |it: &Prepared<'_>| it.end().next_multiple_of(SECTOR);
        regions
            .iter()
            .any(|it| (it.address..end(it)).contains(&address))
    };
    for (sector, erased) in (0..).zip(&stub.erased) {
        assert_eq!(*erased, u32::from(inside(sector)), "{sector}");
    }
    // Segments: more than the stub takes at once. Blank ones are looked at in
    // the end; the rest is proven by the sessions themselves.
    assert!(written.asked(Opcode::WRITE_BEGIN) > 3);
    assert_eq!(written.asked(Opcode::DIGEST), 0);
    assert!(written.asked(Opcode::MAP) > 0);
    assert_eq!(written.asked(Opcode::STATE), 0);
}

#[test]
fn sectors_that_are_there_are_left_alone() {
    for (_, features) in KINDS {
        let stub = used(|_, _, _| Mischief::None);
        leaves_alone(stub.with(features));
    }
}

fn leaves_alone(mut stub: Made) {
    let regions = regions();
    for region in &regions {
        let start = region.address as usize;
        stub.flash[start..start + region.size() as usize].copy_from_slice(region.data());
    }
    let address = 0x4_0000 + 5 * SECTOR;
    stub.flash[address as usize + 77] ^= 1;
    let mut written = write(stub, &regions, Held::Matching);
    written.holds(&regions);
    let erased: Vec<usize> = (0..)
        .zip(&written.stub().erased)
        .filter_map(|(sector, times)| (*times > 0).then_some(sector))
        .collect();
    assert_eq!(erased, [(address / SECTOR) as usize]);
    assert_eq!(written.asked(Opcode::DIGEST), 1);
}

#[test]
fn a_session_that_is_gone_goes_on_where_it_was() {
    let regions = [region(0x1_0000, 400_000)];
    for mischief in [Mischief::Ended, Mischief::Lost] {
        let script = move |_: &Made, opcode, nth| match (opcode, nth) {
            (Opcode::WRITE_DATA, 40) => mischief,
            _ => Mischief::None,
        };
        let mut written = write(used(script), &regions, Held::Nothing);
        written.holds(&regions);
        let twice = written
            .stub()
            .erased
            .iter()
            .filter(|times| **times > 1)
            .count();
        assert!(twice < 100, "{twice} of 98 sectors were erased again");
        // Sessions that were cut short prove nothing by themselves.
        let digests = written.asked(Opcode::DIGEST);
        assert_eq!(digests, usize::from(mischief == Mischief::Ended));
    }
}

#[test]
fn flash_that_does_not_hold_what_was_written_is_written_again_once() {
    let regions = [region(0x1_0000, 100_000)];
    // Behind the stub's back, but for the last time.
    let once = |_: &Made, opcode, nth| match (opcode, nth) {
        (Opcode::MAP, 0) => Mischief::Spoils(0x1_0000 + 3 * SECTOR),
        _ => Mischief::None,
    };
    let mut written = write(used(once), &regions, Held::Nothing);
    written.holds(&regions);
    let sector = 16 + 3;
    assert_eq!(written.stub().erased[sector], 2);
    assert_eq!(written.stub().erased[sector + 1], 1);

    let always = |_: &Made, opcode, _| match opcode {
        Opcode::MAP | Opcode::DIGEST => Mischief::Spoils(0x1_0000 + 3 * SECTOR),
        _ => Mischief::None,
    };
    for (expected, features) in KINDS {
        let stub = used(always);
        let written = write(stub.with(features), &regions, Held::Nothing);
        match written.outcome {
            Err(Error::Mismatch { address, kind, .. }) => {
                assert_eq!((address, kind), (0x1_0000, expected));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_failure_says_where_at_once() {
    let regions = [region(0x1_0000, 400_000)];
    let script = |_: &Made, opcode, nth| match (opcode, nth) {
        (Opcode::WRITE_DATA, 10) => Mischief::Fails(0x1_5000),
        _ => Mischief::None,
    };
    let mut written = write(used(script), &regions, Held::Nothing);
    match &written.outcome {
        Err(Error::Device(DeviceError {
            reason, address, ..
        })) => assert_eq!((*reason, *address), (Reason::STUB_SPI, Some(0x1_5000))),
        other => panic!("{other:?}"),
    }
    // No more than was under way.
    assert!(written.asked(Opcode::WRITE_DATA) < 11 + 32);
}

#[test]
fn a_lost_port_leaves_word_of_what_is_certain() {
    let regions = [region(0x1_0000, 400_000)];
    for at in [0, 1, 30, 60] {
        let script = move |_: &Made, opcode, nth| match (opcode, nth) {
            (Opcode::WRITE_DATA, nth) if nth == at => Mischief::Unplugged,
            _ => Mischief::None,
        };
        let mut written = write(used(script), &regions, Held::Nothing);
        assert!(matches!(
            written.outcome,
            Err(Error::Port(PortError::Gone(_)))
        ));
        let certain = written.steps.iter().rev().find_map(|(_, step)| match step {
            WriteStep::Certain(bytes) => Some(*bytes as usize),
            _ => None,
        });
        let certain = certain.unwrap_or(0);
        assert!(certain > 0 || at < 30);
        let start = regions[0].address as usize;
        let flash = &written.stub().flash[start..start + certain];
        assert!(flash == &regions[0].data()[..certain]);
        let touched = written.steps.iter().rev().find_map(|(_, step)| match step {
            WriteStep::Touching(bytes) => Some(*bytes as usize),
            _ => None,
        });
        let behind = start + touched.unwrap();
        let flash = &written.stub().flash;
        assert!(flash[behind..] == noise(FLASH, 1)[behind..]);
    }
}

#[test]
fn cancelling_ends_a_write_and_its_thread() {
    let regions = [region(0x1_0000, 400_000)];
    let script = |_: &Made, opcode, nth| match (opcode, nth) {
        (Opcode::WRITE_DATA, 20) => Mischief::Cancels,
        _ => Mischief::None,
    };
    let mut written = write(used(script), &regions, Held::Nothing);
    assert!(matches!(written.outcome, Err(Error::Cancelled)));
    assert_eq!(written.asked(Opcode::WRITE_DATA), 21);
}

#[test]
fn a_rate_that_is_too_high_is_left() {
    let regions = [region(0x1_0000, 300_000)];
    let script = |stub: &Made, opcode, nth| match opcode {
        // Two of three frames are lost.
        Opcode::WRITE_DATA if stub.baud > 230_400 && nth % 3 != 0 => Mischief::Lost,
        _ => Mischief::None,
    };
    let mut written = write(used(script), &regions, Held::Nothing);
    written.holds(&regions);
    assert_eq!(written.stub().baud, 230_400);
    assert_eq!(written.connection.baud(), 230_400);
}

#[test]
fn nobody_there_is_no_answer() {
    let regions = [region(0x1_0000, 100_000)];
    let mut died = false;
    let script = move |_: &Made, opcode, nth| {
        died |= opcode == Opcode::WRITE_DATA && nth == 5;
        if died { Mischief::Lost } else { Mischief::None }
    };
    let written = write(used(script), &regions, Held::Nothing);
    assert!(
        matches!(written.outcome, Err(Error::NoAnswer(_))),
        "{:?}",
        written.outcome
    );
    let seconds = written.connection.transport().now().as_nanos() / 1_000_000_000;
    assert!(seconds < 10, "{seconds}");
}

#[test]
fn erasing_and_hashing() {
    for (kind, features) in KINDS {
        let stub = used(|_, _, _| Mischief::None);
        erases_and_hashes(stub.with(features), kind);
    }
}

fn erases_and_hashes(stub: Made, kind: DigestKind) {
    let capability = stub.capability();
    let mut connection = connect(stub);
    let mut flasher = FastFlasher::new(&mut connection, capability);
    assert_eq!(flasher.digest_kind(), kind);
    let digest = flasher.erase(0x3000, 0x8_1000, &mut |_, _| {}).unwrap();
    assert_eq!(digest, crate::flash::blank_digest(kind, 0x8_1000));
    let stub = connection.transport_mut().device();
    let erased: u32 = stub.erased.iter().sum();
    assert_eq!(erased, 0x81);
    assert!(
        stub.flash[0x3000..0x8_4000]
            .iter()
            .all(|byte| *byte == 0xff)
    );

    // More regions than the stub takes at once.
    let parts: Vec<_> = (0..6).map(|at| region(at * 0x1_0000 + 4, 5000)).collect();
    let all: Vec<_> = parts.iter().collect();
    let digests = FastFlasher::new(&mut connection, capability)
        .digests(&all)
        .unwrap();
    let flash = &connection.transport_mut().device().flash;
    for (part, digest) in parts.iter().zip(digests) {
        let start = part.address as usize;
        assert_eq!(digest, kind.of(&flash[start..start + 5000]));
    }
}

/// A stub whose digests are of another kind than it says matches nothing.
#[test]
fn digests_of_the_other_kind_are_no_match() {
    for (said, done) in [(KINDS[0].1, KINDS[1].1), (KINDS[1].1, KINDS[0].1)] {
        let stub = used(|_, _, _| Mischief::None);
        let mut connection = connect(stub.with(done));
        let capability = Capability {
            features: said,
            ..CAPABILITY
        };
        let regions = [region(0x1_0000, 20_000)];
        let outcome = FastFlasher::new(&mut connection, capability).write(
            &[&regions[0]],
            Held::Nothing,
            &mut |_, _| {},
        );
        assert!(
            matches!(outcome, Err(Error::Mismatch { .. })),
            "{outcome:?}"
        );
    }
}

#[test]
fn the_first_sector_that_differs() {
    let whole = region(0x1_0100, 50_000);
    for at in [None, Some(0), Some(4095), Some(4096), Some(49_999)] {
        let mut stub = used(|_, _, _| Mischief::None);
        stub.flash[0x1_0100..0x1_0100 + 50_000].copy_from_slice(whole.data());
        if let Some(at) = at {
            stub.flash[0x1_0100 + at] ^= 1;
        }
        let mut connection = connect(stub);
        let found = FastFlasher::new(&mut connection, CAPABILITY)
            .first_difference(&whole)
            .unwrap();
        let sector = at.map(|at| 0x1_0100 + u32::try_from(at).unwrap() / SECTOR * SECTOR);
        assert_eq!(found, sector);
    }
}

#[test]
fn what_is_read_is_what_is_there() {
    for lost in [None, Some(0), Some(20), Some(60)] {
        let script = move |_: &Made, opcode, nth| match opcode {
            Opcode::READ if Some(nth) == lost => Mischief::Lost,
            _ => Mischief::None,
        };
        let mut stub = used(script);
        stub.flash[0x6_0000..0xc_0000].fill(0xff);
        let flash = stub.flash.clone();
        let mut connection = connect(stub);
        let mut read: Vec<u8> = vec![];
        let mut sink = |bytes: &[u8]| {
            read.extend(bytes);
            Ok(())
        };
        FastFlasher::new(&mut connection, CAPABILITY)
            .read(5, 1_000_000, &mut sink)
            .unwrap();
        assert!(read == flash[5..1_000_005]);
    }
    let mut connection = connect(used(|_, _, _| Mischief::None));
    let outcome =
        FastFlasher::new(&mut connection, CAPABILITY).read(0, 4096, &mut |_| Err(Error::Cancelled));
    assert!(matches!(outcome, Err(Error::Cancelled)));
}

#[test]
fn requests_fit_the_stub() {
    let range = |address, sectors: u32| Range {
        address,
        length: sectors * SECTOR,
    };
    let short = Range {
        address: 5,
        length: 7,
    };
    for (ranges, expected) in [
        (vec![], vec![]),
        (vec![range(0, 0)], vec![]),
        (vec![short, range(0, 1)], vec![vec![short, range(0, 1)]]),
        (
            vec![range(0, 3), range(0, 1), short],
            vec![vec![range(0, 3), range(0, 1)], vec![short]],
        ),
        (
            vec![range(0, 4000), short],
            vec![vec![range(0, 3072)], vec![range(3072 * SECTOR, 928), short]],
        ),
        (
            vec![range(0, 3072), short],
            vec![vec![range(0, 3072)], vec![short]],
        ),
    ] {
        assert_eq!(parts(&ranges, 2), expected);
    }
}
