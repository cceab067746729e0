//! A DAO: anyone proposes for a bond, the council votes, and what passes is paid, called or changed.

use std::collections::HashMap;

use near_sdk::collections::UnorderedMap;
use near_sdk::json_types::{Base58CryptoHash, Base64VecU8, U128, U64};
use near_sdk::store::LookupMap;
use near_sdk::{
    env, log, near, require, AccountId, BorshStorageKey, CryptoHash, Gas, NearToken, PanicOnDefault,
    Promise, PromiseOrValue, PromiseResult,
};

const GAS_FOR_CALLBACK: Gas = Gas::from_tgas(10);

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Proposals,
    Blobs,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Policy {
    council: Vec<AccountId>,
    quorum: u64,
    bond: U128,
    period: U64,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct ActionCall {
    method_name: String,
    args: Base64VecU8,
    deposit: U128,
    gas: U64,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub enum Kind {
    ChangePolicy { policy: Policy },
    AddMember { member_id: AccountId },
    FunctionCall { receiver_id: AccountId, actions: Vec<ActionCall> },
    Transfer { receiver_id: AccountId, amount: U128, msg: Option<String> },
    UpgradeSelf { hash: Base58CryptoHash },
    Vote,
}

#[near(serializers = [borsh, json])]
#[derive(Clone, PartialEq)]
pub enum Status {
    InProgress,
    Approved,
    Rejected,
    Failed,
}

#[near(serializers = [borsh, json])]
#[derive(Clone, PartialEq)]
pub enum Vote {
    Approve,
    Reject,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Proposal {
    proposer: AccountId,
    description: String,
    kind: Kind,
    status: Status,
    votes: HashMap<AccountId, Vote>,
    submitted: U64,
    bond: U128,
}

#[near(serializers = [json])]
pub struct ProposalInput {
    description: String,
    kind: Kind,
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Dao {
    policy: Policy,
    guardian: Option<AccountId>,
    last_proposal_id: u64,
    locked: u128,
    proposals: UnorderedMap<u64, Proposal>,
    blobs: LookupMap<CryptoHash, AccountId>,
}

#[near] //~ arbitrary-call-target
impl Dao {
    #[init]
    pub fn new(policy: Policy, guardian: Option<AccountId>) -> Self {
        require!(!policy.council.is_empty(), "ERR_EMPTY_COUNCIL");
        Self {
            policy,
            guardian,
            last_proposal_id: 0,
            locked: 0,
            proposals: UnorderedMap::new(Key::Proposals),
            blobs: LookupMap::new(Key::Blobs),
        }
    }

    #[payable]
    pub fn add_proposal(&mut self, proposal: ProposalInput) -> u64 {
        let bond = env::attached_deposit().as_yoctonear();
        require!(bond >= self.policy.bond.0, "ERR_MIN_BOND");
        let id = self.last_proposal_id;
        self.proposals.insert(
            &id,
            &Proposal {
                proposer: env::predecessor_account_id(),
                description: proposal.description,
                kind: proposal.kind,
                status: Status::InProgress,
                votes: HashMap::new(),
                submitted: U64(env::block_timestamp()),
                bond: U128(bond),
            },
        );
        self.last_proposal_id += 1;
        self.locked += bond;
        id
    }

    /// The council votes, and the vote that reaches the quorum does what was proposed.
    pub fn act_proposal(&mut self, id: u64, vote: Vote, memo: Option<String>) -> PromiseOrValue<()> {
        let voter = env::predecessor_account_id();
        self.assert_member(&voter);
        let mut proposal = self.proposals.get(&id).expect("ERR_NO_PROPOSAL");
        require!(proposal.status == Status::InProgress, "ERR_PROPOSAL_NOT_READY");
        require!(
            env::block_timestamp() < proposal.submitted.0 + self.policy.period.0,
            "ERR_PROPOSAL_EXPIRED"
        );
        require!(proposal.votes.insert(voter, vote).is_none(), "ERR_ALREADY_VOTED");
        let approvals = proposal.votes.values().filter(|v| **v == Vote::Approve).count() as u64;
        let rejections = proposal.votes.len() as u64 - approvals;
        let result = if approvals >= self.policy.quorum {
            proposal.status = Status::Approved;
            self.execute(&proposal, id)
        } else if rejections >= self.policy.quorum {
            proposal.status = Status::Rejected;
            PromiseOrValue::Value(())
        } else {
            PromiseOrValue::Value(())
        };
        self.proposals.insert(&id, &proposal);
        if let Some(memo) = memo {
            log!("Memo: {}", memo);
        }
        result
    }

    /// Only the contract learns how what was decided ended.
    #[private]
    pub fn on_executed(&mut self, id: u64) {
        let mut proposal = self.proposals.get(&id).expect("ERR_NO_PROPOSAL");
        match env::promise_result(0) {
            PromiseResult::Successful(_) => {
                self.locked -= proposal.bond.0;
                Promise::new(proposal.proposer.clone())
                    .transfer(NearToken::from_yoctonear(proposal.bond.0))
                    .detach();
                proposal.bond = U128(0);
            }
            PromiseResult::Failed => proposal.status = Status::Failed,
        }
        self.proposals.insert(&id, &proposal);
    }

    /// The same, and anyone can say that it has ended.
    pub fn on_executed_open(&mut self, id: u64) {
        let mut proposal = self.proposals.get(&id).expect("ERR_NO_PROPOSAL");
        match env::promise_result(0) {
            PromiseResult::Successful(_) => proposal.status = Status::Approved,
            PromiseResult::Failed => proposal.status = Status::Failed,
        }
        self.proposals.insert(&id, &proposal); //~ public-callback
    }

    /// Anyone makes the rules.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy; //~ unprotected-privileged-write
    }

    pub fn set_policy_checked(&mut self, policy: Policy) {
        require!(env::predecessor_account_id() == env::current_account_id(), "ERR_NOT_SELF");
        self.policy = policy;
    }

    /// Anyone becomes the guardian.
    pub fn set_guardian(&mut self, guardian: Option<AccountId>) {
        self.guardian = guardian; //~ unprotected-privileged-write
    }

    pub fn set_guardian_checked(&mut self, guardian: Option<AccountId>) {
        self.assert_guardian();
        self.guardian = guardian;
    }

    /// Whatever contract a member of the council calls can change the quorum with the member's signature.
    pub fn set_quorum_by_signer(&mut self, quorum: u64) {
        self.assert_member(&env::signer_account_id());
        env::storage_write(b"quorum", &quorum.to_le_bytes()); //~ auth-by-origin
    }

    pub fn set_quorum_checked(&mut self, quorum: u64) {
        self.assert_member(&env::predecessor_account_id());
        env::storage_write(b"quorum", &quorum.to_le_bytes());
    }

    /// Anyone has the DAO call anything.
    pub fn call(&self, receiver_id: AccountId, action: ActionCall) -> Promise {
        Promise::new(receiver_id).function_call(
            action.method_name,
            action.args.0,
            NearToken::from_yoctonear(action.deposit.0),
            Gas::from_gas(action.gas.0),
        )
    }

    pub fn call_checked(&self, receiver_id: AccountId, action: ActionCall) -> Promise {
        self.assert_guardian();
        Promise::new(receiver_id).function_call(
            action.method_name,
            action.args.0,
            NearToken::from_yoctonear(action.deposit.0),
            Gas::from_gas(action.gas.0),
        )
    }

    /// Anyone is paid out of the treasury.
    pub fn grant(&mut self, receiver_id: AccountId, amount: Option<U128>) {
        let amount = amount.map_or_else(|| self.free(), |amount| amount.0);
        Promise::new(receiver_id).transfer(NearToken::from_yoctonear(amount)).detach(); //~ unprotected-value-outflow
    }

    pub fn grant_checked(&mut self, receiver_id: AccountId, amount: Option<U128>) {
        self.assert_guardian();
        let amount = amount.map_or_else(|| self.free(), |amount| amount.0);
        Promise::new(receiver_id).transfer(NearToken::from_yoctonear(amount)).detach();
    }

    /// Code is stored under its digest, and the one who paid for it remembered.
    #[payable]
    pub fn store_blob(&mut self) -> Base58CryptoHash {
        let before = env::storage_usage();
        let blob = env::input().expect("ERR_NO_INPUT");
        let hash = env::sha256_array(&blob);
        require!(!self.blobs.contains_key(&hash), "ERR_ALREADY_STORED");
        env::storage_write(&hash, &blob);
        self.blobs.insert(hash, env::predecessor_account_id());
        let cost = env::storage_byte_cost()
            .saturating_mul(u128::from(env::storage_usage() - before));
        require!(env::attached_deposit() >= cost, "ERR_NOT_ENOUGH_DEPOSIT");
        hash.into()
    }

    /// Anyone makes any blob the contract's code.
    pub fn upgrade(&self, hash: Base58CryptoHash) -> Promise { //~ unprotected-code-upgrade
        let code = env::storage_read(&CryptoHash::from(hash)).expect("ERR_NO_BLOB");
        Promise::new(env::current_account_id()).deploy_contract(code)
    }

    pub fn upgrade_checked(&self, hash: Base58CryptoHash) -> Promise {
        self.assert_guardian();
        let code = env::storage_read(&CryptoHash::from(hash)).expect("ERR_NO_BLOB");
        Promise::new(env::current_account_id()).deploy_contract(code)
    }

    pub fn get_proposal(&self, id: u64) -> Option<Proposal> {
        self.proposals.get(&id)
    }

    pub fn get_proposals(&self, from_index: Option<U64>, limit: Option<u64>) -> Vec<Proposal> {
        let start = from_index.map_or(0, |index| index.0);
        let end = (start + limit.unwrap_or(50)).min(self.last_proposal_id);
        (start..end).filter_map(|id| self.proposals.get(&id)).collect()
    }

    pub fn get_policy(&self) -> Policy {
        self.policy.clone()
    }
}

impl Dao {
    fn assert_member(&self, account: &AccountId) {
        require!(self.policy.council.contains(account), "ERR_PERMISSION_DENIED");
    }

    fn assert_guardian(&self) {
        let guardian = self.guardian.as_ref().expect("ERR_NO_GUARDIAN");
        require!(env::predecessor_account_id() == *guardian, "ERR_NOT_GUARDIAN");
    }

    fn free(&self) -> u128 {
        env::account_balance().as_yoctonear().saturating_sub(self.locked)
    }

    fn execute(&mut self, proposal: &Proposal, id: u64) -> PromiseOrValue<()> {
        let promise = match &proposal.kind {
            Kind::ChangePolicy { policy } => {
                self.policy = policy.clone();
                return PromiseOrValue::Value(());
            }
            Kind::AddMember { member_id } => {
                self.policy.council.push(member_id.clone());
                return PromiseOrValue::Value(());
            }
            Kind::FunctionCall { receiver_id, actions } => {
                let mut promise = Promise::new(receiver_id.clone());
                for action in actions {
                    promise = promise.function_call(
                        action.method_name.clone(),
                        action.args.0.clone(),
                        NearToken::from_yoctonear(action.deposit.0),
                        Gas::from_gas(action.gas.0),
                    );
                }
                promise
            }
            Kind::Transfer { receiver_id, amount, .. } => {
                Promise::new(receiver_id.clone()).transfer(NearToken::from_yoctonear(amount.0))
            }
            Kind::UpgradeSelf { hash } => {
                let code = env::storage_read(&CryptoHash::from(*hash)).expect("ERR_NO_BLOB");
                Promise::new(env::current_account_id()).deploy_contract(code)
            }
            Kind::Vote => return PromiseOrValue::Value(()),
        };
        promise
            .then(
                Self::ext(env::current_account_id())
                    .with_static_gas(GAS_FOR_CALLBACK)
                    .on_executed(id),
            )
            .into()
    }
}
