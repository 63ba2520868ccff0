//! Which version of a store this program writes, and what it does with another one. Pure.
//!
//! | version | what it is |
//! | --- | --- |
//! | 1 | the first; in Neo4j without a version of its own, and a checkpoint's lock was its property `version` |
//! | 2 | versions in the store and on each checkpoint; claims of replays |
//! | 3 | connectors are defined in the store; the embedded one keeps any nodes and relationships |
//! | 4 | a connector's active topics can be forgotten |
//!
//! Whoever changes what a store holds raises [`VERSION`], and writes the step from the version before for both stores
//! (`migrate_<version>`, named in their [`Migrations`]). No step is ever taken back: a program refuses what is newer than itself.

/// What this program writes: into the store, and on each checkpoint as its format.
pub(super) const VERSION: i64 = 4;

/// What a store or a checkpoint is that has no version.
pub(super) const UNVERSIONED: i64 = 1;

/// A store's own steps forward: the first leads from version 1 to 2. One that is missing does not compile.
pub(super) type Migrations = [&'static str; (VERSION - UNVERSIONED) as usize];

/// What to do with a store.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is up to date.
    Keep,
    /// It is older: bring it up to date, from so many [`Migrations`] on.
    Migrate(usize),
    /// Leave it alone; a sentence says why, and what to do.
    Refuse(String),
}

/// Decides by the version that a store has.
pub(super) fn step(found: i64) -> Step {
    match found {
        VERSION => Step::Keep,
        UNVERSIONED..VERSION => Step::Migrate((found - UNVERSIONED) as usize),
        newer if newer > VERSION => Step::Refuse(format!(
            "the store has version {found} and this program knows versions up to {VERSION}: a newer Sluice wrote it; run \
             that one, or give this one a store of its own"
        )),
        _ => Step::Refuse(format!(
            "the store has version {found}, which no Sluice writes: put a copy of it back, or give this one a store of \
             its own"
        )),
    }
}

/// Why a checkpoint can't be used, if it can't.
pub(super) fn refuse_format(checkpoint: &str, format: i64) -> Option<String> {
    (format > VERSION).then(|| {
        format!(
            "the checkpoint {checkpoint} has format {format} and this program knows formats up to {VERSION}: a newer \
             Sluice works with this store; run that one, or give this one a store of its own"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_is_migrated_newer_and_nonsense_are_refused() {
        for (found, expected) in
            [(VERSION, Step::Keep), (1, Step::Migrate(0)), (2, Step::Migrate(1)), (3, Step::Migrate(2))]
        {
            assert_eq!(step(found), expected, "{found}");
        }
        for (found, words) in [(VERSION + 1, "a newer Sluice"), (0, "no Sluice writes"), (-5, "no Sluice writes")] {
            let Step::Refuse(sentence) = step(found) else { panic!("{found} was taken") };
            assert!(sentence.contains(&format!("version {found}")) && sentence.contains(words), "{sentence}");
        }
    }

    #[test]
    fn only_a_newer_format_is_refused() {
        assert_eq!(refuse_format("c", VERSION), None);
        assert_eq!(refuse_format("c", UNVERSIONED), None);
        assert!(refuse_format("c", VERSION + 1).is_some_and(|sentence| sentence.contains("checkpoint c has format 5")));
    }
}
