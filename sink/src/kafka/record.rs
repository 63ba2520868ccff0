//! A record, taken out of the consumer's memory.

use rdkafka::message::{BorrowedMessage, Headers, Message};

/// A record as it stands in a partition, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// The Kafka timestamp in epoch milliseconds, if it has one.
    pub timestamp_ms: Option<i64>,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value.
    pub value: Option<Vec<u8>>,
    /// The headers.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Record {
    /// Copies what the consumer lends.
    pub fn copy(message: &BorrowedMessage<'_>) -> Self {
        let headers = message.headers().map_or_else(Vec::new, |headers| {
            headers.iter().map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec))).collect()
        });
        Self {
            partition: message.partition(),
            offset: message.offset(),
            timestamp_ms: message.timestamp().to_millis(),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers,
        }
    }

    /// The text of a header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key == name)?;
        std::str::from_utf8(value.as_deref()?).ok()
    }

    /// CRC-32 of key and value, by which a checkpoint recognises its record.
    pub fn crc(&self) -> i64 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(self.key.as_deref().unwrap_or_default());
        // A separator, so that a byte that moves from key to value is noticed.
        hasher.update(&[u8::from(self.value.is_some())]);
        hasher.update(self.value.as_deref().unwrap_or_default());
        i64::from(hasher.finalize())
    }

    /// How much memory it holds, roughly.
    pub fn bytes(&self) -> usize {
        let headers: usize =
            self.headers.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum();
        self.key.as_ref().map_or(0, Vec::len) + self.value.as_ref().map_or(0, Vec::len) + headers + 64
    }
}
