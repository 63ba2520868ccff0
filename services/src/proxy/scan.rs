//! Finds bytes in what goes by, wherever the pieces are cut. Pure.

/// How far a connection is in the script of the trap.
#[derive(Debug, Default)]
pub(super) struct Scan {
    step: usize,
    /// The end of what was seen, in which the next bytes of the script may have begun.
    seen: Vec<u8>,
    /// The script has been seen, and the next answer is the one to catch.
    pub(super) awaits_answer: bool,
}

impl Scan {
    /// Goes on in the script; whether this chunk ends it.
    pub(super) fn finds(&mut self, script: &[Vec<u8>], chunk: &[u8]) -> bool {
        if self.awaits_answer {
            return false;
        }
        self.seen.extend_from_slice(chunk);
        while let Some(wanted) = script.get(self.step) {
            let Some(at) = self.seen.windows(wanted.len()).position(|window| window == wanted) else {
                let kept = self.seen.len().min(wanted.len() - 1);
                self.seen.drain(..self.seen.len() - kept);
                return false;
            };
            self.seen.drain(..at + wanted.len());
            self.step += 1;
        }
        true
    }
}
