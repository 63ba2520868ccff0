//! Everything that an embedded store holds, as text, read past the store itself.

use std::path::Path;

use rusqlite::{Connection, types::ValueRef};

/// What may differ is left out: how often partitions were taken over, and in which order the letters came.
const TABLES: [&str; 9] = [
    "SELECT * FROM user ORDER BY id",
    "SELECT * FROM product ORDER BY id",
    "SELECT * FROM purchase ORDER BY id",
    "SELECT * FROM bought ORDER BY user, product",
    "SELECT * FROM rated ORDER BY user, product",
    "SELECT * FROM reviewed ORDER BY id",
    "SELECT * FROM follows ORDER BY followed, follower",
    "SELECT id, next_offset, last_timestamp, last_crc, incarnation, read, stored, repeated, dead, updated, format \
     FROM checkpoint ORDER BY id",
    "SELECT id, connector, cluster, topic, partition, \"offset\", reason, message, key, value, headers, timestamp_ms, \
     recorded_at, claimed_at, replayed_at, failed_again_at, published FROM dead_letter ORDER BY id",
];

pub(crate) fn of(folder: &Path) -> Vec<String> {
    let connection = Connection::open(folder.join("sluice.db")).unwrap();
    let mut lines = Vec::new();
    for table in TABLES {
        lines.push(table.to_owned());
        let mut statement = connection.prepare(table).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..columns).map(|column| match row.get_ref(column).unwrap() {
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                other => format!("{other:?}"),
            });
            lines.push(cells.collect::<Vec<_>>().join(" | "));
        }
    }
    lines
}
