//! Members of a DAO propose what its treasury pays and whom it calls, vote, and have it done.

#![no_std]

use soroban_sdk::{
    contract, contracterror, contractevent, contractimpl, contracttype, symbol_short, token, vec, Address,
    Env, IntoVal, Map, String, Symbol, Val, Vec,
};

const GUARDIAN: Symbol = symbol_short!("GUARDIAN");
const MEMBERS: Symbol = symbol_short!("MEMBERS");
const TREASURY: Symbol = symbol_short!("TREASURY");
const QUORUM: Symbol = symbol_short!("QUORUM");
const COUNT: Symbol = symbol_short!("COUNT");

#[contracttype]
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Nothing,
    Pay(Address, i128),
    Call(Address, Symbol, Vec<Val>),
}

#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    Open = 0,
    Executed = 1,
    Cancelled = 2,
}

#[contracttype]
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub proposer: Address,
    pub title: String,
    pub action: Action,
    pub yes: u32,
    pub no: u32,
    pub deadline: u64,
    pub status: Status,
}

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Proposal(u32),
    Voted(u32, Address),
}

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    NotMember = 1,
    UnknownProposal = 2,
    Closed = 3,
    AlreadyVoted = 4,
    StillOpen = 5,
    Rejected = 6,
    NotProposer = 7,
    TooMany = 8,
}

#[contractevent]
pub struct Proposed {
    #[topic]
    pub id: u32,
    #[topic]
    pub proposer: Address,
    pub title: String,
}

#[contractevent]
pub struct Voted {
    #[topic]
    pub id: u32,
    pub voter: Address,
    pub support: bool,
}

#[contract]
pub struct Dao;

#[contractimpl]
impl Dao {
    pub fn __constructor(env: Env, guardian: Address, members: Vec<Address>, treasury: Address, quorum: u32) {
        let mut weights: Map<Address, u32> = Map::new(&env);
        for member in members.iter() {
            weights.set(member, 1);
        }
        let store = env.storage().instance();
        store.set(&GUARDIAN, &guardian);
        store.set(&MEMBERS, &weights);
        store.set(&TREASURY, &treasury);
        store.set(&QUORUM, &quorum);
    }

    pub fn propose(
        env: Env,
        proposer: Address,
        title: String,
        action: Action,
        period: u64,
    ) -> Result<u32, Error> {
        proposer.require_auth();
        weight(&env, &proposer)?;
        let id: u32 = env.storage().instance().get(&COUNT).unwrap_or(0) + 1;
        env.storage().instance().set(&COUNT, &id);
        let deadline = env.ledger().timestamp() + period;
        let proposal = Proposal {
            proposer: proposer.clone(),
            title: title.clone(),
            action,
            yes: 0,
            no: 0,
            deadline,
            status: Status::Open,
        };
        env.storage().persistent().set(&DataKey::Proposal(id), &proposal);
        Proposed { id, proposer, title }.publish(&env);
        Ok(id)
    }

    pub fn vote(env: Env, voter: Address, id: u32, support: bool) -> Result<(), Error> {
        voter.require_auth();
        let weight = weight(&env, &voter)?;
        let mut proposal = open_proposal(&env, id)?;
        let key = DataKey::Voted(id, voter.clone());
        if env.storage().temporary().has(&key) {
            return Err(Error::AlreadyVoted);
        }
        env.storage().temporary().set(&key, &true);
        if support {
            proposal.yes += weight;
        } else {
            proposal.no += weight;
        }
        env.storage().persistent().set(&DataKey::Proposal(id), &proposal);
        Voted { id, voter, support }.publish(&env);
        Ok(())
    }

    /// Votes for any member without asking it.
    pub fn vote_for(env: Env, voter: Address, id: u32, support: bool) -> Result<(), Error> {
        let weight = weight(&env, &voter)?;
        let mut proposal = open_proposal(&env, id)?;
        let key = DataKey::Voted(id, voter.clone());
        if env.storage().temporary().has(&key) {
            return Err(Error::AlreadyVoted);
        }
        env.storage().temporary().set(&key, &true); //~ missing-subject-auth
        if support {
            proposal.yes += weight;
        } else {
            proposal.no += weight;
        }
        env.storage().persistent().set(&DataKey::Proposal(id), &proposal);
        Voted { id, voter, support }.publish(&env);
        Ok(())
    }

    /// Whoever asks: what counts is what the members have decided.
    pub fn execute(env: Env, id: u32) -> Result<(), Error> {
        let mut proposal = open_proposal_after_deadline(&env, id)?;
        let quorum: u32 = env.storage().instance().get(&QUORUM).unwrap();
        if proposal.yes < quorum || proposal.yes <= proposal.no {
            return Err(Error::Rejected);
        }
        proposal.status = Status::Executed;
        env.storage().persistent().set(&DataKey::Proposal(id), &proposal);
        match proposal.action {
            Action::Nothing => {}
            Action::Pay(to, amount) => treasury(&env).transfer(&env.current_contract_address(), &to, &amount),
            Action::Call(target, function, args) => {
                env.invoke_contract::<Val>(&target, &function, args);
            }
        }
        Ok(())
    }

    pub fn cancel(env: Env, id: u32) -> Result<(), Error> {
        let mut proposal = proposal(&env, id)?;
        proposal.proposer.require_auth();
        if proposal.status != Status::Open {
            return Err(Error::Closed);
        }
        proposal.status = Status::Cancelled;
        env.storage().persistent().set(&DataKey::Proposal(id), &proposal);
        Ok(())
    }

    /// The DAO calls whatever anyone wants, with what it may do itself.
    pub fn forward(env: Env, target: Address, function: Symbol, args: Vec<Val>) -> Val {
        env.invoke_contract(&target, &function, args) //~ arbitrary-call-target
    }

    pub fn forward_checked(env: Env, target: Address, function: Symbol, args: Vec<Val>) -> Val {
        guardian(&env).require_auth();
        env.invoke_contract(&target, &function, args)
    }

    /// Anyone says how many votes are enough.
    pub fn set_quorum(env: Env, quorum: u32) {
        env.storage().instance().set(&QUORUM, &quorum); //~ unprotected-privileged-write
    }

    /// The DAO itself does, by a proposal.
    pub fn set_quorum_checked(env: Env, quorum: u32) {
        env.current_contract_address().require_auth();
        env.storage().instance().set(&QUORUM, &quorum);
    }

    /// Anyone lets anyone in.
    pub fn add_member(env: Env, member: Address) {
        let mut members = members(&env);
        members.set(member, 1);
        env.storage().instance().set(&MEMBERS, &members); //~ unprotected-privileged-write
    }

    pub fn add_member_checked(env: Env, member: Address) {
        guardian(&env).require_auth();
        let mut members = members(&env);
        members.set(member, 1);
        env.storage().instance().set(&MEMBERS, &members);
    }

    pub fn leave(env: Env, member: Address) -> Result<(), Error> {
        member.require_auth();
        let mut members = members(&env);
        members.remove(member).ok_or(Error::NotMember)?;
        env.storage().instance().set(&MEMBERS, &members);
        Ok(())
    }

    /// One recipient that refuses is enough, and nobody is paid.
    pub fn pay_all(env: Env, recipients: Vec<Address>, amount: i128) {
        guardian(&env).require_auth();
        let dao = env.current_contract_address();
        for recipient in recipients.iter() {
            treasury(&env).transfer(&dao, &recipient, &amount); //~ external-call-in-loop
        }
    }

    /// Who is drawn depends on nothing but the time that the proposer of the block chooses.
    pub fn draw(env: Env, prize: i128) {
        guardian(&env).require_auth();
        let members = members(&env).keys();
        let index = env.ledger().timestamp() % u64::from(members.len()); //~ block-data-randomness
        let winner = members.get(index as u32).unwrap();
        treasury(&env).transfer(&env.current_contract_address(), &winner, &prize);
    }

    pub fn set_guardian(env: Env, guardian_next: Address) {
        guardian(&env).require_auth();
        env.storage().instance().set(&GUARDIAN, &guardian_next);
    }

    pub fn allowance_for(env: Env, spender: Address, amount: i128, until: u32) {
        guardian(&env).require_auth();
        let dao = env.current_contract_address();
        let token: Address = env.storage().instance().get(&TREASURY).unwrap();
        let args: Vec<Val> = vec![
            &env,
            dao.into_val(&env),
            spender.into_val(&env),
            amount.into_val(&env),
            until.into_val(&env),
        ];
        env.invoke_contract::<()>(&token, &symbol_short!("approve"), args);
    }

    pub fn get_proposal(env: Env, id: u32) -> Result<Proposal, Error> {
        proposal(&env, id)
    }

    pub fn is_member(env: Env, account: Address) -> bool {
        members(&env).contains_key(account)
    }
}

fn guardian(env: &Env) -> Address {
    env.storage().instance().get(&GUARDIAN).unwrap()
}

fn members(env: &Env) -> Map<Address, u32> {
    env.storage().instance().get(&MEMBERS).unwrap_or(Map::new(env))
}

fn treasury(env: &Env) -> token::Client<'_> {
    let token: Address = env.storage().instance().get(&TREASURY).unwrap();
    token::Client::new(env, &token)
}

fn weight(env: &Env, account: &Address) -> Result<u32, Error> {
    members(env).get(account.clone()).ok_or(Error::NotMember)
}

fn proposal(env: &Env, id: u32) -> Result<Proposal, Error> {
    env.storage().persistent().get(&DataKey::Proposal(id)).ok_or(Error::UnknownProposal)
}

fn open_proposal(env: &Env, id: u32) -> Result<Proposal, Error> {
    let proposal = proposal(env, id)?;
    if proposal.status != Status::Open || env.ledger().timestamp() > proposal.deadline {
        return Err(Error::Closed);
    }
    Ok(proposal)
}

fn open_proposal_after_deadline(env: &Env, id: u32) -> Result<Proposal, Error> {
    let proposal = proposal(env, id)?;
    if proposal.status != Status::Open {
        return Err(Error::Closed);
    }
    if env.ledger().timestamp() <= proposal.deadline {
        return Err(Error::StillOpen);
    }
    Ok(proposal)
}
