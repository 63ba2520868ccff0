//! What a new status tells beside its numbers: the server was restarted or updated, or something answers again. Pure.

#[cfg(any(feature = "hydrate", test))]
use model::status::Status;

/// Worth a sentence for a while.
#[cfg_attr(not(any(feature = "hydrate", test)), allow(dead_code, reason = "the server only ever renders"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The server behind the page is another process, started at this time in epoch milliseconds.
    Restarted(i64),
    /// Broker or store, as people call it, answers again.
    Back(&'static str),
}

/// What there is to say about a status after the one before.
#[cfg(any(feature = "hydrate", test))]
pub(super) fn notice(before: &Status, now: &Status) -> Option<Notice> {
    if before.started_at != 0 && before.started_at != now.started_at {
        return Some(Notice::Restarted(now.started_at));
    }
    if before.graph.is_away() && now.graph.connected {
        return Some(Notice::Back(now.graph.called()));
    }
    (before.kafka.is_away() && now.kafka.connected).then(|| Notice::Back(now.kafka.called()))
}

/// Whether the server carries other pages than the one that was rendered first.
#[cfg(any(feature = "hydrate", test))]
pub(super) fn is_other_build(page: &Status, now: &Status) -> bool {
    !page.build.is_empty() && (page.build != now.build || page.version != now.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(started_at: i64, store: Option<&str>) -> Status {
        let mut status = Status { started_at, build: "a".into(), version: "1".into(), ..Status::default() };
        status.kafka.connected = true;
        status.graph.connected = store.is_none();
        status.graph.error = store.map(Into::into);
        status
    }

    #[test]
    fn a_page_notices_another_process_and_what_answers_again() {
        let (well, ill) = (status(1, None), status(1, Some("refused")));
        assert_eq!(notice(&well, &well), None);
        assert_eq!(notice(&well, &ill), None, "that is a banner of its own");
        assert_eq!(notice(&ill, &well), Some(Notice::Back("Neo4j")));
        assert_eq!(notice(&well, &status(2, None)), Some(Notice::Restarted(2)));
        assert_eq!(notice(&Status::default(), &well), None, "the page knew nothing before");
    }

    #[test]
    fn another_build_or_version_is_an_update_and_an_old_server_that_names_none_is_not() {
        let page = status(1, None);
        assert!(!is_other_build(&page, &status(2, None)));
        assert!(is_other_build(&page, &Status { build: "b".into(), ..status(2, None) }));
        assert!(is_other_build(&page, &Status { version: "2".into(), ..status(2, None) }));
        assert!(!is_other_build(&Status::default(), &page));
    }
}
