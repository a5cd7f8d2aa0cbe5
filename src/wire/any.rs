//! Any command at all.

use super::*;

/// One variant per command, all but WRITE_REG named as their types.
macro_rules! any_command {
    ($($name:ident $(<$lifetime:lifetime>)?,)*) => {
        /// Any command, as a device finds it in a request.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum AnyCommand<'a> {
            $(
                #[doc = concat!("See [`", stringify!($name), "`](super::", stringify!($name), ").")]
                $name($name $(<$lifetime>)?),
            )*
            /// The writes of a [`WriteReg`](super::WriteReg).
            WriteReg(Vec<RegWrite>),
            /// A command that this crate does not know.
            Unknown(Request<'a>),
        }

        impl<'a> AnyCommand<'a> {
            /// Makes a command of a request. The header's length field is not
            /// looked at.
            ///
            /// # Errors
            /// The payload's length does not fit, or the checksum of a block.
            pub fn decode(request: &Request<'a>, dialect: &Dialect) -> Result<Self, RequestError> {
                let mut payload = Payload::new(request.opcode, request.payload);
                let command = match request.opcode {
                    $(
                        $name::OPCODE => {
                            let command = $name::from_payload(&mut payload, dialect)?;
                            verify_checksum(&command, request)?;
                            Self::$name(command)
                        }
                    )*
                    Opcode::WRITE_REG => Self::WriteReg(reg::read_writes(&mut payload)?),
                    _ => return Ok(Self::Unknown(*request)),
                };
                payload.end()?;
                Ok(command)
            }

            /// Appends the request, header and payload, without SLIP.
            pub fn encode(&self, dialect: &Dialect, out: &mut Vec<u8>) {
                match self {
                    $(Self::$name(command) => encode(command, dialect, out),)*
                    Self::WriteReg(writes) => encode(&WriteReg { writes }, dialect, out),
                    Self::Unknown(request) => request.encode(out),
                }
            }
        }
    };
}

any_command! {
    FlashBegin,
    FlashData<'a>,
    FlashEnd,
    MemBegin,
    MemEnd,
    MemData<'a>,
    Sync,
    ReadReg,
    SpiSetParams,
    SpiAttach,
    ReadFlashSlow,
    ChangeBaudrate,
    FlashDeflBegin,
    FlashDeflData<'a>,
    FlashDeflEnd,
    FlashMd5,
    GetSecurityInfo,
    FlashSetAddressBits,
    EraseFlash,
    EraseRegion,
    ReadFlash,
    RunUserCode,
}

/// Only the `*_DATA` commands have a checksum that anybody looks at.
fn verify_checksum<C: Command>(command: &C, request: &Request<'_>) -> Result<(), RequestError> {
    match command.checksum() {
        Some(expected) if expected != request.checksum => Err(RequestError::Checksum {
            command: request.opcode,
            expected,
            found: request.checksum,
        }),
        _ => Ok(()),
    }
}
