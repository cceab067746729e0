//! Members of a DAO propose what its treasury pays and whom it calls, vote, and have it done.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod dao {
    use ink::env::call::{build_call, ExecutionInput, Selector};
    use ink::env::{CallFlags, DefaultEnvironment};
    use ink::prelude::string::String;
    use ink::prelude::vec::Vec;
    use ink::storage::Mapping;

    pub type ProposalId = u32;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub enum Status {
        Open,
        Executed,
        Cancelled,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub struct Proposal {
        proposer: AccountId,
        description: String,
        recipient: AccountId,
        amount: Balance,
        yes: u32,
        no: u32,
        ends: Timestamp,
        status: Status,
    }

    // What is no mapping is one value under one key. Messages that may change it write it back when they are done, be it
    // after a call in which others have changed it.
    #[ink(storage)] //~ reentrancy-write-after-call, unprotected-privileged-write
    pub struct Dao {
        owner: AccountId,
        members: Mapping<AccountId, u32>,
        member_count: u32,
        proposals: Mapping<ProposalId, Proposal>,
        votes: Mapping<(ProposalId, AccountId), bool>,
        next: ProposalId,
        quorum: u32,
        period: Timestamp,
    }

    #[ink(event)]
    pub struct Proposed {
        #[ink(topic)]
        id: ProposalId,
        #[ink(topic)]
        proposer: AccountId,
        recipient: AccountId,
        amount: Balance,
    }

    #[ink(event)]
    pub struct Executed {
        #[ink(topic)]
        id: ProposalId,
    }

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Error {
        NotOwner,
        NotMember,
        UnknownProposal,
        Closed,
        StillOpen,
        Rejected,
        AlreadyVoted,
        Overflow,
        PaymentFailed,
        CallFailed,
        UpgradeFailed,
    }

    pub type Result<T> = core::result::Result<T, Error>;

    impl Dao {
        #[ink(constructor)]
        pub fn new(members: Vec<AccountId>, quorum: u32, period: Timestamp) -> Self {
            let mut weights = Mapping::default();
            for member in &members {
                weights.insert(member, &1);
            }
            Self {
                owner: Self::env().caller(),
                members: weights,
                member_count: members.len() as u32,
                proposals: Mapping::default(),
                votes: Mapping::default(),
                next: 0,
                quorum,
                period,
            }
        }

        /// Whoever wants gives the treasury something.
        #[ink(message, payable)]
        pub fn donate(&mut self) {}

        #[ink(message)]
        pub fn propose(
            &mut self,
            description: String,
            recipient: AccountId,
            amount: Balance,
        ) -> Result<ProposalId> {
            let proposer = self.env().caller();
            self.weight(&proposer)?;
            let id = self.next;
            self.next = id.checked_add(1).ok_or(Error::Overflow)?;
            let ends = self.env().block_timestamp().checked_add(self.period).ok_or(Error::Overflow)?;
            let proposal = Proposal {
                proposer,
                description,
                recipient,
                amount,
                yes: 0,
                no: 0,
                ends,
                status: Status::Open,
            };
            self.proposals.insert(id, &proposal);
            self.env().emit_event(Proposed { id, proposer, recipient, amount });
            Ok(id)
        }

        #[ink(message)]
        pub fn vote(&mut self, id: ProposalId, support: bool) -> Result<()> {
            let voter = self.env().caller();
            self.cast(id, voter, support)
        }

        /// Votes for any member without asking it.
        #[ink(message)]
        pub fn vote_for(&mut self, voter: AccountId, id: ProposalId, support: bool) -> Result<()> {
            let weight = self.weight(&voter)?;
            let mut proposal = self.open(id)?;
            if self.votes.contains((id, voter)) {
                return Err(Error::AlreadyVoted);
            }
            self.votes.insert((id, voter), &support); //~ missing-subject-auth
            if support {
                proposal.yes = proposal.yes.checked_add(weight).ok_or(Error::Overflow)?;
            } else {
                proposal.no = proposal.no.checked_add(weight).ok_or(Error::Overflow)?;
            }
            self.proposals.insert(id, &proposal);
            Ok(())
        }

        /// The recipient runs before the proposal is marked, and can have it executed again.
        #[ink(message)]
        pub fn execute(&mut self, id: ProposalId) -> Result<()> {
            let mut proposal = self.accepted(id)?;
            self.pay_and_tell(proposal.recipient, proposal.amount, id)?;
            proposal.status = Status::Executed;
            self.proposals.insert(id, &proposal); //~ reentrancy-write-after-call
            self.env().emit_event(Executed { id });
            Ok(())
        }

        /// The proposal is marked in time; the counters are not (see [`Dao`]).
        #[ink(message)]
        pub fn execute_checked(&mut self, id: ProposalId) -> Result<()> {
            let mut proposal = self.accepted(id)?;
            proposal.status = Status::Executed;
            self.proposals.insert(id, &proposal);
            self.pay_and_tell(proposal.recipient, proposal.amount, id)?;
            self.env().emit_event(Executed { id });
            Ok(())
        }

        #[ink(message)]
        pub fn cancel(&mut self, id: ProposalId) -> Result<()> {
            let mut proposal = self.open(id)?;
            if proposal.proposer != self.env().caller() {
                return Err(Error::NotMember);
            }
            proposal.status = Status::Cancelled;
            self.proposals.insert(id, &proposal);
            Ok(())
        }

        /// Anyone lets anyone in.
        #[ink(message)]
        pub fn add_member(&mut self, member: AccountId, weight: u32) -> Result<()> {
            self.members.insert(member, &weight); //~ unprotected-privileged-write
            self.member_count = self.member_count.checked_add(1).ok_or(Error::Overflow)?;
            Ok(())
        }

        #[ink(message)]
        pub fn add_member_checked(&mut self, member: AccountId, weight: u32) -> Result<()> {
            self.ensure_owner()?;
            self.members.insert(member, &weight);
            self.member_count = self.member_count.checked_add(1).ok_or(Error::Overflow)?;
            Ok(())
        }

        #[ink(message)]
        pub fn leave(&mut self) -> Result<()> {
            let member = self.env().caller();
            self.weight(&member)?;
            self.members.remove(member);
            self.member_count = self.member_count.saturating_sub(1);
            Ok(())
        }

        /// Anyone says how many votes are enough.
        #[ink(message)]
        pub fn set_quorum(&mut self, quorum: u32) {
            self.quorum = quorum;
        }

        #[ink(message)]
        pub fn set_quorum_checked(&mut self, quorum: u32) -> Result<()> {
            self.ensure_owner()?;
            self.quorum = quorum;
            Ok(())
        }

        /// The DAO calls whatever anyone wants, with all that it has.
        #[ink(message)]
        pub fn forward(
            &mut self,
            callee: AccountId,
            selector: [u8; 4],
            input: Vec<u8>,
            value: Balance,
        ) -> Result<()> {
            build_call::<DefaultEnvironment>() //~ arbitrary-call-target
                .call(callee)
                .transferred_value(value)
                .exec_input(ExecutionInput::new(Selector::new(selector)).push_arg(CallInput(&input)))
                .returns::<()>()
                .try_invoke()
                .map_err(|_| Error::CallFailed)?
                .map_err(|_| Error::CallFailed)
        }

        #[ink(message)]
        pub fn forward_checked(
            &mut self,
            callee: AccountId,
            selector: [u8; 4],
            input: Vec<u8>,
            value: Balance,
        ) -> Result<()> {
            self.ensure_owner()?;
            build_call::<DefaultEnvironment>()
                .call(callee)
                .transferred_value(value)
                .exec_input(ExecutionInput::new(Selector::new(selector)).push_arg(CallInput(&input)))
                .returns::<()>()
                .try_invoke()
                .map_err(|_| Error::CallFailed)?
                .map_err(|_| Error::CallFailed)
        }

        /// Runs the code of anyone on the state of the DAO.
        #[ink(message)]
        pub fn delegate(&mut self, code: Hash) -> Result<()> {
            build_call::<DefaultEnvironment>() //~ arbitrary-call-target
                .delegate(code)
                .exec_input(ExecutionInput::new(Selector::new(ink::selector_bytes!("run"))))
                .returns::<()>()
                .try_invoke()
                .map_err(|_| Error::CallFailed)?
                .map_err(|_| Error::CallFailed)
        }

        #[ink(message)]
        pub fn upgrade(&mut self, code: Hash) -> Result<()> {
            self.env().set_code_hash(&code).map_err(|_| Error::UpgradeFailed) //~ unprotected-code-upgrade
        }

        #[ink(message)]
        pub fn upgrade_checked(&mut self, code: Hash) -> Result<()> {
            self.ensure_owner()?;
            self.env().set_code_hash(&code).map_err(|_| Error::UpgradeFailed)
        }

        /// Anyone ends the DAO, and has its treasury.
        #[ink(message)]
        pub fn dissolve(&mut self, beneficiary: AccountId) {
            self.env().terminate_contract(beneficiary) //~ unprotected-destruction
        }

        #[ink(message)]
        pub fn dissolve_checked(&mut self, beneficiary: AccountId) -> Result<()> {
            self.ensure_owner()?;
            self.env().terminate_contract(beneficiary)
        }

        #[ink(message)]
        pub fn transfer_ownership(&mut self, owner: AccountId) -> Result<()> {
            self.ensure_owner()?;
            self.owner = owner;
            Ok(())
        }

        #[ink(message)]
        pub fn proposal(&self, id: ProposalId) -> Option<Proposal> {
            self.proposals.get(id)
        }

        #[ink(message)]
        pub fn has_voted(&self, id: ProposalId, voter: AccountId) -> bool {
            self.votes.contains((id, voter))
        }

        fn ensure_owner(&self) -> Result<()> {
            if self.env().caller() != self.owner {
                return Err(Error::NotOwner);
            }
            Ok(())
        }

        fn weight(&self, member: &AccountId) -> Result<u32> {
            self.members.get(member).ok_or(Error::NotMember)
        }

        fn open(&self, id: ProposalId) -> Result<Proposal> {
            let proposal = self.proposals.get(id).ok_or(Error::UnknownProposal)?;
            if proposal.status != Status::Open || self.env().block_timestamp() > proposal.ends {
                return Err(Error::Closed);
            }
            Ok(proposal)
        }

        fn accepted(&self, id: ProposalId) -> Result<Proposal> {
            let proposal = self.proposals.get(id).ok_or(Error::UnknownProposal)?;
            if proposal.status != Status::Open {
                return Err(Error::Closed);
            }
            if self.env().block_timestamp() <= proposal.ends {
                return Err(Error::StillOpen);
            }
            if proposal.yes <= proposal.no || proposal.yes < self.quorum {
                return Err(Error::Rejected);
            }
            Ok(proposal)
        }

        fn cast(&mut self, id: ProposalId, voter: AccountId, support: bool) -> Result<()> {
            let weight = self.weight(&voter)?;
            let mut proposal = self.open(id)?;
            if self.votes.contains((id, voter)) {
                return Err(Error::AlreadyVoted);
            }
            self.votes.insert((id, voter), &support);
            if support {
                proposal.yes = proposal.yes.checked_add(weight).ok_or(Error::Overflow)?;
            } else {
                proposal.no = proposal.no.checked_add(weight).ok_or(Error::Overflow)?;
            }
            self.proposals.insert(id, &proposal);
            Ok(())
        }

        fn pay_and_tell(&self, recipient: AccountId, amount: Balance, id: ProposalId) -> Result<()> {
            build_call::<DefaultEnvironment>()
                .call(recipient)
                .transferred_value(amount)
                .call_flags(CallFlags::ALLOW_REENTRY)
                .exec_input(ExecutionInput::new(Selector::new(ink::selector_bytes!("on_paid"))).push_arg(id))
                .returns::<()>()
                .try_invoke()
                .map_err(|_| Error::PaymentFailed)?
                .map_err(|_| Error::PaymentFailed)
        }
    }

    /// The arguments of a call, encoded already.
    struct CallInput<'a>(&'a [u8]);

    impl ink::scale::Encode for CallInput<'_> {
        fn encode_to<T: ink::scale::Output + ?Sized>(&self, dest: &mut T) {
            dest.write(self.0);
        }
    }
}
