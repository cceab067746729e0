//! The code that findings are shown on.

use std::cell::OnceCell;

use super::listing::Listing;
use super::model::{Analysed, FileReport};
use super::source::Sources;

/// The code of one file, disassembled when the first finding needs it.
#[derive(Debug)]
pub(super) struct Code<'a> {
    pub(super) file: &'a FileReport,
    pub(super) analysed: &'a Analysed,
    /// The source files that lie near the contract.
    pub(super) sources: Sources,
    listing: OnceCell<Option<Listing>>,
}

impl<'a> Code<'a> {
    pub(super) fn new(file: &'a FileReport, analysed: &'a Analysed) -> Self {
        Self {
            file,
            analysed,
            sources: Sources::new(&file.path),
            listing: OnceCell::new(),
        }
    }

    pub(super) fn listing(&self) -> Option<&Listing> {
        self.listing
            .get_or_init(|| Listing::new(&self.analysed.module))
            .as_ref()
    }
}
