//! Unsigned integers of one to nine bytes in tensors and frames.

/// The number of bytes of the integer that starts with this byte.
#[inline]
pub(crate) fn width(first: u8) -> usize {
    match first {
        255 => 9,
        254 => 5,
        253 => 3,
        _ => 1,
    }
}

/// Reads the integer at the start: its value and its number of bytes; `None` if the bytes end inside it.
#[inline]
pub(crate) fn read(bytes: &[u8]) -> Option<(u64, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let value = match first {
        255 => u64::from_be_bytes(*rest.first_chunk()?),
        254 => u32::from_be_bytes(*rest.first_chunk()?).into(),
        253 => u16::from_be_bytes(*rest.first_chunk()?).into(),
        small => small.into(),
    };
    Some((value, width(first)))
}

/// The number of bytes that [`write`] appends.
#[inline]
pub(crate) fn len(value: u64) -> usize {
    match value {
        0..=252 => 1,
        253..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}

/// Appends a value in its shortest form.
#[inline]
pub(crate) fn write(value: u64, out: &mut Vec<u8>) {
    match u8::try_from(value) {
        Ok(small @ 0..=252) => out.push(small),
        _ => write_long(value, out),
    }
}

fn write_long(value: u64, out: &mut Vec<u8>) {
    if let Ok(value) = u16::try_from(value) {
        out.push(253);
        out.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(value) = u32::try_from(value) {
        out.push(254);
        out.extend_from_slice(&value.to_be_bytes());
    } else {
        out.push(255);
        out.extend_from_slice(&value.to_be_bytes());
    }
}
