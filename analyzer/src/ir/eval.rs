//! Evaluation of numeric operators over constants.
