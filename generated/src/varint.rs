//! Unsigned integers of one to nine bytes, as tensors and frames write them.

/// How many bytes the integer takes that starts with this byte.
#[inline]
pub(crate) fn width(first: u8) -> usize {
    match first {
        255 => 9,
        254 => 5,
        253 => 3,
        _ => 1,
    }
}

/// Reads the integer that `bytes` starts with: its value and how many bytes it takes.
///
/// `None` means that the bytes end before the integer does. Longer forms than needed are fine.
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

/// How many bytes [`write`] takes for this value.
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

#[cfg(test)]
mod tests {
    use super::{len, read, write};

    #[test]
    fn the_shortest_form_is_written_and_every_form_is_read() {
        let cases: [(u64, &[u8]); 8] = [
            (0, &[0]),
            (252, &[252]),
            (253, &[253, 0, 253]),
            (0xffff, &[253, 255, 255]),
            (0x1_0000, &[254, 0, 1, 0, 0]),
            (0xffff_ffff, &[254, 255, 255, 255, 255]),
            (0x1_0000_0000, &[255, 0, 0, 0, 1, 0, 0, 0, 0]),
            (u64::MAX, &[255; 9]),
        ];
        for (value, bytes) in cases {
            let mut out = Vec::new();
            write(value, &mut out);
            assert_eq!(out, bytes);
            assert_eq!(len(value), bytes.len());
            assert_eq!(read(bytes), Some((value, bytes.len())));
            for end in 0..bytes.len() {
                assert_eq!(read(&bytes[..end]), None);
            }
        }
        assert_eq!(read(&[255, 0, 0, 0, 0, 0, 0, 0, 7]), Some((7, 9)));
        assert_eq!(read(&[253, 0, 7, 1]), Some((7, 3)));
    }
}
