//! Changing the rate.

use super::*;
use crate::transport::Transport;
use crate::wire::SpiAttach;

const NEW: u32 = 921_600;
const OLD: u32 = 115_200;

/// A ROM whose rates come out as `real` says.
fn with_rates(real: impl Fn(u32) -> u32 + Send + 'static) -> Connection<Scripted<Rom>> {
    connect(move |asked| match asked.opcode() {
        Opcode::SYNC => Answer::sync(),
        Opcode::CHANGE_BAUDRATE => {
            let told = asked.request.word(0).unwrap();
            // A few stray bytes follow the answer.
            let mut bytes = rom::response(Opcode::CHANGE_BAUDRATE, 0, &[0; 4]);
            bytes.extend_from_slice(b"\xf0\xc0\x00");
            Answer::Rate(bytes, real(told))
        }
        _ => Answer::ok(&asked.request),
    })
}

fn asked(connection: &mut Connection<Scripted<Rom>>, opcode: Opcode) -> usize {
    let asked = &connection.transport_mut().device().asked;
    asked.iter().filter(|op| **op == opcode).count()
}

#[test]
fn a_change_takes_one_command_besides_the_one_that_is_due() {
    let mut connection = with_rates(|told| told);
    let done = connection.change_baud(NEW, &SpiAttach::default()).unwrap();
    assert_eq!(done, BaudChange::Done);
    assert_eq!(connection.baud(), NEW);
    assert_eq!(connection.transport().settings().unwrap().baud, NEW);
    assert_eq!(connection.counters().commands, 2);
    assert_eq!(connection.transport().now(), Instant::ZERO);
    assert_eq!(asked(&mut connection, Opcode::SPI_ATTACH), 1);
}

#[test]
fn the_same_rate_is_no_change() {
    let mut connection = with_rates(|told| told);
    connection.change_baud(OLD, &SpiAttach::default()).unwrap();
    assert_eq!(asked(&mut connection, Opcode::CHANGE_BAUDRATE), 0);
    assert_eq!(asked(&mut connection, Opcode::SPI_ATTACH), 1);
}

#[test]
fn a_rate_that_the_host_cannot_set_is_refused_before_the_chip_is_told() {
    let mut connection = with_rates(|told| told);
    connection.transport_mut().device().bad_bauds = vec![NEW];
    let error = connection
        .change_baud(NEW, &SpiAttach::default())
        .unwrap_err();
    assert!(
        matches!(error, Error::Port(PortError::Baud { baud: NEW, .. })),
        "{error}"
    );
    assert_eq!(asked(&mut connection, Opcode::CHANGE_BAUDRATE), 0);
    connection.command(&read_reg(0), MS).unwrap();
}

#[test]
fn a_refused_change_leaves_both_at_the_old_rate() {
    let mut connection = connect(|asked| match asked.opcode() {
        Opcode::CHANGE_BAUDRATE => {
            Answer::bytes(rom::response(Opcode::CHANGE_BAUDRATE, 0, &[1, 6, 0, 0]))
        }
        _ => Answer::ok(&asked.request),
    });
    let outcome = connection.change_baud(NEW, &SpiAttach::default());
    assert_eq!(refused(outcome), (Opcode::CHANGE_BAUDRATE, Reason::FAILED));
    connection.command(&read_reg(0), MS).unwrap();
}

#[test]
fn a_chip_that_does_not_change_is_met_at_the_old_rate() {
    let mut connection = with_rates(|_| OLD);
    let outcome = connection.change_baud(NEW, &SpiAttach::default());
    assert_eq!(outcome.unwrap(), BaudChange::Failed);
    assert_eq!(connection.baud(), OLD);
    assert_eq!(asked(&mut connection, Opcode::SPI_ATTACH), 1);
    connection.command(&read_reg(0), MS).unwrap();
}

#[test]
fn a_chip_with_another_crystal_is_told_what_makes_up_for_it() {
    // Believed in 40 MHz and has 26; 48 for 40; 40 for 48.
    for (believed, real) in [(40, 26), (40, 48), (48, 40)] {
        let mut connection = with_rates(move |told| told / believed * real);
        let outcome = connection.change_baud(NEW, &SpiAttach::default());
        assert_eq!(outcome.unwrap(), BaudChange::Done, "{real} for {believed}");
        assert_eq!(connection.baud(), NEW);
        assert_eq!(asked(&mut connection, Opcode::CHANGE_BAUDRATE), 2);
        let chip = connection.transport_mut().device().baud;
        assert!(chip.abs_diff(NEW) * 100 < NEW, "{chip}");
    }
}

#[test]
fn a_lost_chip_is_an_error_and_the_host_is_back_at_the_old_rate() {
    let mut connection = with_rates(|_| 1_234_567);
    let (command, heard) = heard(connection.change_baud(NEW, &SpiAttach::default()));
    // The stray bytes.
    assert_eq!((command, heard), (Opcode::SYNC, Heard::Noise(2)));
    assert_eq!(connection.baud(), OLD);
    assert!(connection.transport().now() < Instant::ZERO + 3000 * MS);
}

#[test]
fn a_change_whose_answer_is_lost_is_noticed() {
    let mut connection = connect(|asked| match asked.opcode() {
        Opcode::SYNC => Answer::sync(),
        Opcode::CHANGE_BAUDRATE => Answer::Rate(vec![], NEW),
        _ => Answer::ok(&asked.request),
    });
    let outcome = connection.change_baud(NEW, &SpiAttach::default());
    assert_eq!(outcome.unwrap(), BaudChange::Done);
    connection.command(&read_reg(0), MS).unwrap();
}
