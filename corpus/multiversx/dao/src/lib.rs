//! An organisation that issues a token of its own; who locks it proposes, votes, and has the decision carried out.

#![no_std]

use multiversx_sc::{derive_imports::*, imports::*};

const MAX_ACTIONS: usize = 4;
const GAS_FOR_CALLBACK: u64 = 10_000_000;
const QUEUE_STEP: usize = 10;

#[type_abi]
#[derive(TopEncode, TopDecode, NestedEncode, NestedDecode, PartialEq, Clone, Copy)]
pub enum Status {
    None,
    Active,
    Succeeded,
    Defeated,
    Executed,
}

#[type_abi]
#[derive(TopEncode, TopDecode, NestedEncode, NestedDecode, ManagedVecItem, Clone)]
pub struct Action<M: ManagedTypeApi> {
    pub gas: u64,
    pub dest: ManagedAddress<M>,
    pub value: BigUint<M>,
    pub endpoint: ManagedBuffer<M>,
    pub arguments: ManagedVec<M, ManagedBuffer<M>>,
}

#[type_abi]
#[derive(TopEncode, TopDecode, NestedEncode, NestedDecode, Clone)]
pub struct Proposal<M: ManagedTypeApi> {
    pub proposer: ManagedAddress<M>,
    pub description: ManagedBuffer<M>,
    pub actions: ManagedVec<M, Action<M>>,
    pub opened: u64,
    pub executed: bool,
}

#[multiversx_sc::contract]
pub trait Dao {
    #[init]
    fn init(&self, quorum: BigUint, voting_period: u64) {
        self.quorum().set(quorum);
        self.set_period(voting_period);
    }

    #[upgrade]
    fn upgrade(&self) {}

    #[only_owner]
    #[payable("EGLD")]
    #[endpoint(issueToken)]
    fn issue_token(&self, name: ManagedBuffer, ticker: ManagedBuffer, decimals: usize) {
        let cost = self.call_value().egld().clone_value();
        self.token().issue_and_set_all_roles(cost, name, ticker, decimals, Some(self.callbacks().issued()));
    }

    #[callback]
    fn issued(&self, #[call_result] result: ManagedAsyncCallResult<EsdtTokenIdentifier>) {
        match result {
            ManagedAsyncCallResult::Ok(token) => self.token().set_token_id(token),
            ManagedAsyncCallResult::Err(_) => {
                self.token().clear();
                let returned = self.call_value().egld().clone_value();
                if returned > 0 {
                    let owner = self.blockchain().get_owner_address();
                    self.send().direct_egld(&owner, &returned);
                }
            }
        }
    }

    /// Tokens for anyone who asks.
    #[endpoint(mint)]
    fn mint(&self, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        self.token().mint_and_send(&caller, amount); //~ unprotected-value-outflow
    }

    #[endpoint(mintByMinter)]
    fn mint_by_minter(&self, to: ManagedAddress, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        require!(self.minters().contains(&caller), "not a minter");
        self.token().mint_and_send(&to, amount);
    }

    #[only_owner]
    #[endpoint(addMinter)]
    fn add_minter(&self, minter: ManagedAddress) {
        self.minters().insert(minter);
    }

    #[payable("*")]
    #[endpoint(lock)]
    fn lock(&self) {
        let payment = self.call_value().single_esdt();
        self.token().require_same_token(&payment.token_identifier);
        let caller = self.blockchain().get_caller();
        self.locked(&caller).update(|locked| *locked += &payment.amount);
        self.total_locked().update(|total| *total += &payment.amount);
    }

    #[endpoint(unlock)]
    fn unlock(&self, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        let now = self.blockchain().get_block_nonce();
        require!(now > self.locked_until(&caller).get(), "a vote is still open");
        self.reduce(&caller, &amount);
        self.token().send_payment(&caller, &EsdtTokenPayment::new(self.token().get_token_id(), 0, amount));
    }

    /// Unlocks what belongs to another, to an account of the caller's choice.
    #[endpoint(unlockTo)]
    fn unlock_to(&self, account: ManagedAddress, to: ManagedAddress, amount: BigUint) {
        let now = self.blockchain().get_block_nonce();
        require!(now > self.locked_until(&account).get(), "a vote is still open");
        self.locked(&account).update(|locked| { //~ missing-subject-auth
            require!(*locked >= amount, "not that much is locked");
            *locked -= &amount;
        });
        self.total_locked().update(|total| *total -= &amount);
        self.token().send_payment(&to, &EsdtTokenPayment::new(self.token().get_token_id(), 0, amount));
    }

    #[endpoint(propose)]
    fn propose(&self, description: ManagedBuffer, actions: MultiValueEncoded<Action<Self::Api>>) -> usize {
        let caller = self.blockchain().get_caller();
        require!(self.locked(&caller).get() > 0, "nothing is locked");
        require!(actions.len() <= MAX_ACTIONS, "too many actions");
        let proposal = Proposal {
            proposer: caller.clone(),
            description,
            actions: actions.to_vec(),
            opened: self.blockchain().get_block_nonce(),
            executed: false,
        };
        let id = self.proposals().push(&proposal);
        self.proposed_event(id, &caller);
        id
    }

    #[endpoint(vote)]
    fn vote(&self, id: usize, approve: bool) {
        require!(self.status(id) == Status::Active, "not open");
        let caller = self.blockchain().get_caller();
        let weight = self.locked(&caller).get();
        require!(weight > 0, "nothing is locked");
        require!(self.voters(id).insert(caller.clone()), "voted already");
        let ends = self.proposals().get(id).opened + self.voting_period().get();
        self.locked_until(&caller).update(|until| *until = core::cmp::max(*until, ends));
        if approve {
            self.votes_for(id).update(|votes| *votes += &weight);
        } else {
            self.votes_against(id).update(|votes| *votes += &weight);
        }
        self.voted_event(id, &caller, &weight);
    }

    /// Votes for another, without asking them.
    #[endpoint(voteFor)]
    fn vote_for(&self, id: usize, voter: ManagedAddress) {
        require!(self.status(id) == Status::Active, "not open");
        let weight = self.locked(&voter).get();
        require!(weight > 0, "nothing is locked");
        require!(self.voters(id).insert(voter), "voted already"); //~ missing-subject-auth
        self.votes_for(id).update(|votes| *votes += &weight);
    }

    /// What was decided is carried out by whoever asks first.
    #[endpoint(execute)]
    fn execute(&self, id: usize) {
        require!(self.status(id) == Status::Succeeded, "not decided for");
        let mut proposal = self.proposals().get(id);
        proposal.executed = true;
        self.proposals().set(id, &proposal);
        for action in &proposal.actions {
            self.tx() //~ external-call-in-loop
                .to(&action.dest)
                .raw_call(action.endpoint.clone())
                .arguments_raw(action.arguments.clone().into())
                .egld(&action.value)
                .gas(action.gas)
                .transfer_execute();
        }
    }

    /// Anyone decides how many votes are enough.
    #[endpoint(setQuorum)]
    fn set_quorum(&self, quorum: BigUint) {
        self.quorum().set(quorum); //~ unprotected-privileged-write
    }

    #[endpoint(setQuorumByDao)]
    fn set_quorum_by_dao(&self, quorum: BigUint) {
        require!(self.blockchain().get_caller() == self.blockchain().get_sc_address(), "only by a decision");
        require!(quorum > 0, "quorum must be above zero");
        self.quorum().set(quorum);
    }

    /// Rewards that wait are paid one after the other; who is next waits at the head.
    #[endpoint(payRewards)]
    fn pay_rewards(&self) {
        let mut paid = 0;
        while paid < QUEUE_STEP {
            let Some(node) = self.rewards().pop_front() else { break };
            let (to, amount) = node.into_value();
            self.send().direct_egld(&to, &amount); //~ external-call-in-loop
            paid += 1;
        }
    }

    #[only_owner]
    #[endpoint(reward)]
    fn reward(&self, to: ManagedAddress, amount: BigUint) {
        self.rewards().push_back((to, amount));
    }

    /// Money for a grant goes out by a call whose failure gives it back.
    #[only_owner]
    #[endpoint(fund)]
    fn fund(&self, grantee: ManagedAddress, amount: BigUint) {
        self.treasury().update(|held| {
            require!(*held >= amount, "the treasury is empty");
            *held -= &amount;
        });
        self.tx()
            .to(&grantee)
            .raw_call("receive")
            .egld(&amount)
            .gas(GAS_FOR_CALLBACK)
            .callback(self.callbacks().funded(&grantee, &amount))
            .gas_for_callback(GAS_FOR_CALLBACK)
            .register_promise();
    }

    #[promises_callback]
    fn funded(
        &self,
        grantee: &ManagedAddress,
        amount: &BigUint,
        #[call_result] result: ManagedAsyncCallResult<IgnoreValue>,
    ) {
        match result {
            ManagedAsyncCallResult::Ok(_) => self.funded_event(grantee, amount),
            ManagedAsyncCallResult::Err(_) => self.treasury().update(|held| *held += amount),
        }
    }

    #[payable("EGLD")]
    #[endpoint(donate)]
    fn donate(&self) {
        let amount = self.call_value().egld().clone_value();
        self.treasury().update(|held| *held += amount);
    }

    #[view(getStatus)]
    fn status(&self, id: usize) -> Status {
        if !self.proposals().item_is_empty(id) {
            let proposal = self.proposals().get(id);
            if proposal.executed {
                return Status::Executed;
            }
            if self.blockchain().get_block_nonce() < proposal.opened + self.voting_period().get() {
                return Status::Active;
            }
            let votes = self.votes_for(id).get();
            if votes >= self.quorum().get() && votes > self.votes_against(id).get() {
                return Status::Succeeded;
            }
            return Status::Defeated;
        }
        Status::None
    }

    fn set_period(&self, period: u64) {
        require!(period > 0 && period < 1_000_000, "period is out of range");
        self.voting_period().set(period);
    }

    fn reduce(&self, account: &ManagedAddress, amount: &BigUint) {
        self.locked(account).update(|locked| {
            require!(*locked >= *amount, "not that much is locked");
            *locked -= amount;
        });
        self.total_locked().update(|total| *total -= amount);
    }

    #[event("proposed")]
    fn proposed_event(&self, #[indexed] id: usize, #[indexed] proposer: &ManagedAddress);

    #[event("voted")]
    fn voted_event(&self, #[indexed] id: usize, #[indexed] voter: &ManagedAddress, weight: &BigUint);

    #[event("funded")]
    fn funded_event(&self, #[indexed] grantee: &ManagedAddress, amount: &BigUint);

    #[view(getToken)]
    #[storage_mapper("token")]
    fn token(&self) -> FungibleTokenMapper;

    #[storage_mapper("minters")]
    fn minters(&self) -> SetMapper<ManagedAddress>;

    #[view(getQuorum)]
    #[storage_mapper("quorum")]
    fn quorum(&self) -> SingleValueMapper<BigUint>;

    #[storage_mapper("votingPeriod")]
    fn voting_period(&self) -> SingleValueMapper<u64>;

    #[view(getLocked)]
    #[storage_mapper("locked")]
    fn locked(&self, account: &ManagedAddress) -> SingleValueMapper<BigUint>;

    #[storage_mapper("lockedUntil")]
    fn locked_until(&self, account: &ManagedAddress) -> SingleValueMapper<u64>;

    #[view(getTotalLocked)]
    #[storage_mapper("totalLocked")]
    fn total_locked(&self) -> SingleValueMapper<BigUint>;

    #[storage_mapper("proposals")]
    fn proposals(&self) -> VecMapper<Proposal<Self::Api>>;

    #[storage_mapper("voters")]
    fn voters(&self, id: usize) -> UnorderedSetMapper<ManagedAddress>;

    #[view(getVotesFor)]
    #[storage_mapper("votesFor")]
    fn votes_for(&self, id: usize) -> SingleValueMapper<BigUint>;

    #[view(getVotesAgainst)]
    #[storage_mapper("votesAgainst")]
    fn votes_against(&self, id: usize) -> SingleValueMapper<BigUint>;

    #[storage_mapper("treasury")]
    fn treasury(&self) -> SingleValueMapper<BigUint>;

    #[storage_mapper("rewards")]
    fn rewards(&self) -> LinkedListMapper<(ManagedAddress, BigUint)>;
}
