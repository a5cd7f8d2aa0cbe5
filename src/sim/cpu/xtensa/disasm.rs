//! What a word is, for a person.

use super::decode::{Format, Operands, find, len, only};
use super::model::Model;
use super::special;
use crate::sim::cpu::numbers::signed;

/// An immediate with its sign.
fn number(value: u32) -> String {
    signed(value).to_string()
}

/// The instruction of this core that `word` is, or begins with, at `pc`.
#[must_use]
pub fn disassemble(word: u32, pc: u32, model: &Model) -> String {
    let Some(row) = find(word, model.tables) else {
        return match len(word) {
            2 => format!(".half {:#06x}", only(word)),
            _ => format!(".word {:#08x}", only(word)),
        };
    };
    let Operands {
        r,
        s,
        t,
        imm,
        constant,
        ..
    } = row.format.operands(word, pc);
    let signed = number(imm);
    let operands = match row.format {
        Format::Rst => format!("a{r}, a{s}, a{t}"),
        Format::Rt => format!("a{r}, a{t}"),
        Format::Rs => format!("a{r}, a{s}"),
        Format::Ts => format!("a{t}, a{s}"),
        Format::S | Format::JumpRegister | Format::CallRegister => format!("a{s}"),
        Format::ShiftLeft | Format::Bits | Format::NarrowAdd => format!("a{r}, a{s}, {signed}"),
        Format::ShiftRight | Format::ShiftRightFour => format!("a{r}, a{t}, {imm}"),
        Format::Extract => format!("a{r}, a{t}, {imm}, {}", constant.trailing_ones()),
        Format::Move => format!("a{t}, {signed}"),
        Format::Add
        | Format::AddHigh
        | Format::Offset1
        | Format::Offset2
        | Format::Offset4
        | Format::OffsetWindow
        | Format::NarrowOffset => format!("a{t}, a{s}, {signed}"),
        Format::Cache | Format::CacheLocked | Format::Entry => format!("a{s}, {imm}"),
        Format::Literal => format!("a{t}, {imm:#x}"),
        Format::Call | Format::Jump => format!("{imm:#x}"),
        Format::BranchZero | Format::NarrowBranch | Format::Loop => format!("a{s}, {imm:#x}"),
        Format::BranchConstant | Format::BranchConstantUnsigned => {
            format!("a{s}, {}, {imm:#x}", number(constant))
        }
        Format::Branch => format!("a{s}, a{t}, {imm:#x}"),
        Format::BranchBit => format!("a{s}, {}, {imm:#x}", constant.trailing_zeros()),
        Format::BranchBoolean => format!("b{s}, {imm:#x}"),
        Format::ShiftAmount | Format::Rotate | Format::Level | Format::BreakNarrow => signed,
        Format::Special | Format::UserWrite => format!("a{t}"),
        Format::UserRead => format!("a{r}"),
        Format::SetLevel => format!("a{t}, {imm}"),
        Format::Break => format!("{s}, {t}"),
        Format::Booleans => format!("b{r}, b{s}, b{t}"),
        Format::SomeBooleans => format!("b{t}, b{s}"),
        Format::MoveBoolean => format!("a{r}, a{s}, b{t}"),
        Format::NarrowMove => format!("a{s}, {signed}"),
        Format::None | Format::Barrier => String::new(),
    };
    let name = match row.format {
        Format::Special => {
            let number = imm.to_le_bytes()[0];
            let register = special::name(number).unwrap_or_else(|| number.to_string());
            format!("{}.{register}", row.name)
        }
        Format::UserRead | Format::UserWrite => {
            let known = model.user_registers.iter();
            let mut known = known.filter(|(number, _)| u32::from(*number) == imm);
            let register = known.next().map(|(_, name)| (*name).to_owned());
            format!(
                "{}.{}",
                row.name,
                register.unwrap_or_else(|| imm.to_string())
            )
        }
        _ => row.name.to_owned(),
    };
    format!("{name} {operands}").trim_end().to_owned()
}
