//! Text elements.

use crate::varint;

/// How many bytes are checked to be UTF-8 at once.
const RUN: usize = 4096;
/// Up to this length, the length before a text is an ASCII character.
const SHORT: u8 = 127;

/// The texts of a payload. It ends early where there is no text whose length is written in its shortest form.
///
/// Checking many short texts one by one takes several times as long as checking them together. So a run of bytes is
/// checked at once, with the lengths between the texts, and short texts are cut out of it.
#[derive(Clone)]
pub(super) struct Texts<'a> {
    payload: &'a [u8],
    /// The next elements, as far as they are known to be UTF-8.
    run: &'a str,
    /// Where the run ends.
    end: usize,
    left: usize,
}

impl<'a> Texts<'a> {
    /// Takes bytes that should hold this many texts.
    pub(super) fn new(payload: &'a [u8], count: usize) -> Self {
        Self { payload, run: "", end: 0, left: count }
    }

    /// Whether there are as many texts as there should be, and nothing after them.
    pub(super) fn are_valid(mut self) -> bool {
        self.by_ref().for_each(drop);
        self.left == 0 && self.rest().is_empty()
    }

    fn rest(&self) -> &'a [u8] {
        self.payload.get(self.end.saturating_sub(self.run.len())..).unwrap_or_default()
    }

    /// The next text, if it is short and within the run.
    fn in_run(&mut self) -> Option<&'a str> {
        let len = *self.run.as_bytes().first().filter(|len| **len <= SHORT)?;
        let (text, run) = self.run.get(1..)?.split_at_checked(usize::from(len))?;
        self.run = run;
        Some(text)
    }

    /// The next text, if it is long or the run ends before it does.
    fn beyond_run(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let (len, width) = varint::read(rest)?;
        if len <= SHORT.into() {
            self.start_run(rest);
            return self.in_run();
        }
        let text = rest.get(width..)?.get(..usize::try_from(len).ok()?)?;
        if width != varint::len(len) {
            return None;
        }
        self.end = self.end.saturating_sub(self.run.len()).saturating_add(width).saturating_add(text.len());
        self.run = "";
        std::str::from_utf8(text).ok()
    }

    /// Checks the next bytes, and keeps as many as are UTF-8.
    #[cold]
    fn start_run(&mut self, rest: &'a [u8]) {
        let start = self.payload.len().saturating_sub(rest.len());
        let mut len = RUN.min(rest.len());
        // No character is cut in half.
        while len > 0 && rest.get(len).is_some_and(|byte| (0x80..0xc0).contains(byte)) {
            len = len.saturating_sub(1);
        }
        let run = rest.get(..len).unwrap_or_default();
        self.run = match std::str::from_utf8(run) {
            Ok(run) => run,
            Err(error) => {
                run.get(..error.valid_up_to()).and_then(|run| std::str::from_utf8(run).ok()).unwrap_or_default()
            }
        };
        self.end = start.saturating_add(self.run.len());
    }
}

impl<'a> Iterator for Texts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let left = self.left.checked_sub(1)?;
        let text = self.in_run().or_else(|| self.beyond_run())?;
        self.left = left;
        Some(text)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Texts<'_> {}

/// The text of a single element that is known to be UTF-8.
pub(super) fn text(part: &[u8]) -> &str {
    std::str::from_utf8(part).unwrap_or_default()
}
