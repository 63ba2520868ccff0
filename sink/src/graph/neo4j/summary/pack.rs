//! Numbers as bytes: each as few as it takes, seven bits in each, the lowest first; small ones of either sign are short.

/// Numbers as bytes.
pub(super) fn pack(numbers: impl IntoIterator<Item = i64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in numbers {
        // The sign goes to the lowest bit.
        let mut rest = (number << 1 ^ number >> 63) as u64;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    bytes
}

/// The numbers again; none where the bytes are no numbers.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<i64>> {
    let mut numbers = Vec::with_capacity(bytes.len());
    let (mut number, mut shift) = (0_u64, 0);
    for byte in bytes {
        let bits = u64::from(byte & 0x7F);
        if shift > 63 || bits << shift >> shift != bits {
            return None;
        }
        number |= bits << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            numbers.push((number >> 1) as i64 ^ -((number & 1) as i64));
            (number, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_numbers_take_a_byte_and_the_greatest_ten() {
        assert_eq!(pack([0, -1, 1, 63, -64]), [0, 1, 2, 126, 127]);
        assert_eq!(pack([64]).len(), 2);
        assert_eq!(pack([i64::MIN]).len(), 10);
        assert_eq!(unpack(&pack([i64::MIN, i64::MAX, 0])), Some(vec![i64::MIN, i64::MAX, 0]));
    }

    #[test]
    fn what_breaks_off_or_is_too_great_is_no_number() {
        assert_eq!(unpack(&[0x80]), None);
        assert_eq!(unpack(&[0xFF; 11]), None);
        assert_eq!(unpack(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02]), None);
        assert_eq!(unpack(&[]), Some(vec![]));
    }

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(any::<i64>(), 0..50)) {
            prop_assert_eq!(unpack(&pack(numbers.iter().copied())), Some(numbers));
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
            unpack(&bytes);
        }
    }
}
