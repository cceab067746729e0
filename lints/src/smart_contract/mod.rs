//! Logic of the contract itself.

mod amounts;
pub mod async_failure_not_compensated;
pub mod async_state_race;
mod calls;
pub mod divide_before_multiply;
pub mod duplicate_batch_element;
pub mod external_call_in_loop;
pub mod ineffective_guard;
pub mod locked_value;
pub mod lost_state_update;
pub mod notification_stale_state;
pub mod read_only_reentrancy;
pub mod reentrancy_write_after_call;
pub mod reply_without_error_branch;
pub mod self_transfer_aliasing;
pub mod trap_in_callback;
pub mod unbounded_loop;
pub mod unchecked_arithmetic;
pub mod unchecked_call_result;
pub mod unhandled_async_result;
pub mod unsafe_reentry_configuration;
pub mod unvalidated_address_input;
