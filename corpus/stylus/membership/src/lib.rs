//! A club whose members hold a card, an ERC-721 token. Registrars admit members, the owner appoints registrars.

#![cfg_attr(not(any(feature = "export-abi", test)), no_main)]
extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256, U64};
use alloy_sol_types::sol;
use stylus_sdk::call::transfer::transfer_eth;
use stylus_sdk::prelude::*;

sol_storage! {
    #[entrypoint]
    pub struct Membership {
        string name;
        string base_uri;
        address owner;
        address pending_owner;
        address treasury;
        bool paused;
        uint256 fee;
        uint256 total;
        mapping(uint256 => address) owners;
        mapping(address => uint256) balances;
        mapping(uint256 => address) token_approvals;
        mapping(address => mapping(address => bool)) operator_approvals;
        mapping(bytes32 => mapping(address => bool)) roles;
        mapping(address => bool) registrars;
        mapping(address => bool) blocked;
        mapping(uint256 => Card) cards;
        mapping(address => uint256) deposits;
    }

    pub struct Card {
        uint64 issued_at;
        uint64 valid_until;
        uint8 tier;
    }
}

sol! {
    event Transfer(address indexed from, address indexed to, uint256 indexed token_id);
    event Approval(address indexed owner, address indexed approved, uint256 indexed token_id);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
    event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender);
    event RegistrarSet(address indexed account, bool enabled);
    event Blocked(address indexed account, bool blocked);

    error Unauthorized(address account);
    error NonexistentToken(uint256 token_id);
    error IncorrectOwner(address sender, uint256 token_id, address owner);
    error InsufficientApproval(address operator, uint256 token_id);
    error InvalidReceiver(address receiver);
    error AlreadyMinted(uint256 token_id);
    error WrongFee(uint256 fee);
    error EnforcedPause();
    error MissingRole(address account, bytes32 role);
    error TransferFailed();
}

#[derive(SolidityError)]
pub enum Error {
    Unauthorized(Unauthorized),
    NonexistentToken(NonexistentToken),
    IncorrectOwner(IncorrectOwner),
    InsufficientApproval(InsufficientApproval),
    InvalidReceiver(InvalidReceiver),
    AlreadyMinted(AlreadyMinted),
    WrongFee(WrongFee),
    EnforcedPause(EnforcedPause),
    MissingRole(MissingRole),
    TransferFailed(TransferFailed),
}

#[public]
impl Membership {
    #[constructor]
    pub fn constructor(&mut self, name: String, owner: Address, treasury: Address, fee: U256) -> Result<(), Error> {
        if owner.is_zero() {
            return Err(Error::Unauthorized(Unauthorized { account: owner }));
        }
        self.name.set_str(name);
        self.owner.set(owner);
        self.treasury.set(treasury);
        self.fee.set(fee);
        self.roles.setter(B256::ZERO).insert(owner, true);
        Ok(())
    }

    pub fn name(&self) -> String {
        self.name.get_string()
    }

    pub fn balance_of(&self, owner: Address) -> U256 {
        self.balances.get(owner)
    }

    pub fn owner_of(&self, token_id: U256) -> Result<Address, Error> {
        self.require_owned(token_id)
    }

    pub fn get_approved(&self, token_id: U256) -> Address {
        self.token_approvals.get(token_id)
    }

    pub fn is_approved_for_all(&self, owner: Address, operator: Address) -> bool {
        self.operator_approvals.get(owner).get(operator)
    }

    pub fn card(&self, token_id: U256) -> (U64, U64) {
        let card = self.cards.getter(token_id);
        (card.issued_at.get(), card.valid_until.get())
    }

    /// Joining costs the fee.
    #[payable]
    pub fn join(&mut self) -> Result<U256, Error> {
        self.when_not_paused()?;
        let member = self.vm().msg_sender();
        if self.blocked.get(member) {
            return Err(Error::Unauthorized(Unauthorized { account: member }));
        }
        let fee = self.fee.get();
        if self.vm().msg_value() != fee {
            return Err(Error::WrongFee(WrongFee { fee }));
        }
        let token_id = self.total.get();
        self.mint_to(member, token_id)?;
        Ok(token_id)
    }

    /// Anyone admits anyone.
    pub fn admit(&mut self, to: Address, token_id: U256) -> Result<(), Error> {
        self.mint_to(to, token_id)
    }

    pub fn admit_checked(&mut self, to: Address, token_id: U256) -> Result<(), Error> {
        self.only_registrar()?;
        self.mint_to(to, token_id)
    }

    /// Anyone renews or ends the membership of anyone.
    pub fn renew(&mut self, token_id: U256, valid_until: u64) -> Result<(), Error> {
        self.require_owned(token_id)?;
        self.cards.setter(token_id).valid_until.set(U64::from(valid_until)); //~ inconsistent-guard
        Ok(())
    }

    pub fn renew_checked(&mut self, token_id: U256, valid_until: u64) -> Result<(), Error> {
        self.only_registrar()?;
        self.require_owned(token_id)?;
        self.cards.setter(token_id).valid_until.set(U64::from(valid_until));
        Ok(())
    }

    /// Anyone becomes a registrar.
    pub fn set_registrar(&mut self, account: Address, enabled: bool) {
        self.registrars.insert(account, enabled); //~ unprotected-privileged-write
        self.vm().log(RegistrarSet { account, enabled });
    }

    pub fn set_registrar_checked(&mut self, account: Address, enabled: bool) -> Result<(), Error> {
        self.only_owner()?;
        self.registrars.insert(account, enabled);
        self.vm().log(RegistrarSet { account, enabled });
        Ok(())
    }

    /// Anyone keeps others out.
    pub fn block(&mut self, account: Address) {
        self.blocked.insert(account, true); //~ unprotected-privileged-write
        self.vm().log(Blocked { account, blocked: true });
    }

    pub fn block_checked(&mut self, account: Address) -> Result<(), Error> {
        self.only_registrar()?;
        self.blocked.insert(account, true);
        self.vm().log(Blocked { account, blocked: true });
        Ok(())
    }

    /// Anyone has any role.
    pub fn grant_role(&mut self, role: B256, account: Address) {
        self.roles.setter(role).insert(account, true); //~ unprotected-privileged-write
        let sender = self.vm().msg_sender();
        self.vm().log(RoleGranted { role, account, sender });
    }

    pub fn grant_role_checked(&mut self, role: B256, account: Address) -> Result<(), Error> {
        let sender = self.vm().msg_sender();
        if !self.roles.getter(B256::ZERO).get(sender) {
            return Err(Error::MissingRole(MissingRole { account: sender, role: B256::ZERO }));
        }
        self.roles.setter(role).insert(account, true);
        self.vm().log(RoleGranted { role, account, sender });
        Ok(())
    }

    pub fn renounce_role(&mut self, role: B256) {
        let sender = self.vm().msg_sender();
        self.roles.setter(role).insert(sender, false);
    }

    /// Anyone says who may move a card.
    pub fn approve(&mut self, to: Address, token_id: U256) -> Result<(), Error> {
        let owner = self.require_owned(token_id)?;
        self.token_approvals.insert(token_id, to); //~ missing-subject-auth
        self.vm().log(Approval { owner, approved: to, token_id });
        Ok(())
    }

    pub fn approve_checked(&mut self, to: Address, token_id: U256) -> Result<(), Error> {
        let owner = self.require_owned(token_id)?;
        let sender = self.vm().msg_sender();
        if sender != owner && !self.is_approved_for_all(owner, sender) {
            return Err(Error::InsufficientApproval(InsufficientApproval { operator: sender, token_id }));
        }
        self.token_approvals.insert(token_id, to);
        self.vm().log(Approval { owner, approved: to, token_id });
        Ok(())
    }

    pub fn set_approval_for_all(&mut self, operator: Address, approved: bool) {
        let owner = self.vm().msg_sender();
        self.operator_approvals.setter(owner).insert(operator, approved);
        self.vm().log(ApprovalForAll { owner, operator, approved });
    }

    /// Anyone makes anyone an operator of anyone.
    pub fn set_operator(&mut self, owner: Address, operator: Address, approved: bool) {
        self.operator_approvals.setter(owner).insert(operator, approved); //~ missing-subject-auth
        self.vm().log(ApprovalForAll { owner, operator, approved });
    }

    pub fn transfer_from(&mut self, from: Address, to: Address, token_id: U256) -> Result<(), Error> {
        self.when_not_paused()?;
        self.check_authorized(from, token_id)?;
        self.move_card(from, to, token_id)
    }

    /// Nobody asks whether the caller may move the card.
    pub fn move_from(&mut self, from: Address, to: Address, token_id: U256) -> Result<(), Error> {
        self.when_not_paused()?;
        let owner = self.require_owned(token_id)?;
        if owner != from {
            return Err(Error::IncorrectOwner(IncorrectOwner { sender: from, token_id, owner }));
        }
        self.owners.insert(token_id, to); //~ missing-subject-auth
        self.balances.insert(from, self.balances.get(from) - U256::from(1));
        self.balances.insert(to, self.balances.get(to) + U256::from(1));
        self.vm().log(Transfer { from, to, token_id });
        Ok(())
    }

    pub fn set_fee(&mut self, fee: U256) -> Result<(), Error> {
        self.only_owner()?;
        self.fee.set(fee);
        Ok(())
    }

    /// Anyone sends the fees elsewhere.
    pub fn set_treasury(&mut self, treasury: Address) {
        self.treasury.set(treasury); //~ unprotected-privileged-write
    }

    pub fn set_treasury_checked(&mut self, treasury: Address) -> Result<(), Error> {
        self.only_owner()?;
        self.treasury.set(treasury);
        Ok(())
    }

    /// The name is part of who the club is.
    pub fn set_base_uri(&mut self, base_uri: String) {
        self.base_uri.set_str(base_uri); //~ inconsistent-guard
    }

    pub fn set_base_uri_checked(&mut self, base_uri: String) -> Result<(), Error> {
        self.only_owner()?;
        self.base_uri.set_str(base_uri);
        Ok(())
    }

    /// Anyone stops the club.
    pub fn pause(&mut self) {
        self.paused.set(true); //~ unprotected-privileged-write
    }

    pub fn unpause(&mut self) -> Result<(), Error> {
        self.only_owner()?;
        self.paused.set(false);
        Ok(())
    }

    pub fn transfer_ownership(&mut self, owner: Address) -> Result<(), Error> {
        self.only_owner()?;
        self.pending_owner.set(owner);
        Ok(())
    }

    pub fn accept_ownership(&mut self) -> Result<(), Error> {
        let sender = self.vm().msg_sender();
        if sender != self.pending_owner.get() {
            return Err(Error::Unauthorized(Unauthorized { account: sender }));
        }
        self.owner.set(sender);
        self.pending_owner.set(Address::ZERO);
        Ok(())
    }

    /// Members leave money for drinks.
    #[payable]
    pub fn top_up(&mut self, member: Address) {
        let value = self.vm().msg_value();
        let held = self.deposits.get(member);
        self.deposits.insert(member, held + value);
    }

    /// The money of the members goes to whoever asks.
    pub fn cash_out(&mut self, member: Address, value: U256) -> Result<(), Error> {
        let held = self.deposits.get(member);
        if held < value {
            return Err(Error::TransferFailed(TransferFailed {}));
        }
        self.deposits.insert(member, held - value); //~ missing-subject-auth
        transfer_eth(self.vm(), self.vm().msg_sender(), value)
            .map_err(|_| Error::TransferFailed(TransferFailed {}))
    }

    pub fn cash_out_checked(&mut self, value: U256) -> Result<(), Error> {
        let member = self.vm().msg_sender();
        let held = self.deposits.get(member);
        if held < value {
            return Err(Error::TransferFailed(TransferFailed {}));
        }
        self.deposits.insert(member, held - value);
        transfer_eth(self.vm(), member, value).map_err(|_| Error::TransferFailed(TransferFailed {}))
    }

    /// Everything the club has goes where the caller says.
    pub fn sweep(&mut self, to: Address) -> Result<(), Error> {
        let house = self.vm().contract_address();
        let value = self.vm().balance(house);
        transfer_eth(self.vm(), to, value) //~ unprotected-value-outflow
            .map_err(|_| Error::TransferFailed(TransferFailed {}))
    }

    pub fn sweep_checked(&mut self) -> Result<(), Error> {
        self.only_owner()?;
        let house = self.vm().contract_address();
        let value = self.vm().balance(house);
        transfer_eth(self.vm(), self.treasury.get(), value)
            .map_err(|_| Error::TransferFailed(TransferFailed {}))
    }
}

impl Membership {
    fn only_owner(&self) -> Result<(), Error> {
        let account = self.vm().msg_sender();
        if account != self.owner.get() {
            return Err(Error::Unauthorized(Unauthorized { account }));
        }
        Ok(())
    }

    fn only_registrar(&self) -> Result<(), Error> {
        let account = self.vm().msg_sender();
        if !self.registrars.get(account) {
            return Err(Error::Unauthorized(Unauthorized { account }));
        }
        Ok(())
    }

    fn when_not_paused(&self) -> Result<(), Error> {
        if self.paused.get() {
            return Err(Error::EnforcedPause(EnforcedPause {}));
        }
        Ok(())
    }

    fn require_owned(&self, token_id: U256) -> Result<Address, Error> {
        let owner = self.owners.get(token_id);
        if owner.is_zero() {
            return Err(Error::NonexistentToken(NonexistentToken { token_id }));
        }
        Ok(owner)
    }

    fn check_authorized(&self, from: Address, token_id: U256) -> Result<(), Error> {
        let owner = self.require_owned(token_id)?;
        let operator = self.vm().msg_sender();
        if owner != from {
            return Err(Error::IncorrectOwner(IncorrectOwner { sender: from, token_id, owner }));
        }
        if operator == owner
            || self.is_approved_for_all(owner, operator)
            || self.token_approvals.get(token_id) == operator
        {
            return Ok(());
        }
        Err(Error::InsufficientApproval(InsufficientApproval { operator, token_id }))
    }

    fn move_card(&mut self, from: Address, to: Address, token_id: U256) -> Result<(), Error> {
        if to.is_zero() {
            return Err(Error::InvalidReceiver(InvalidReceiver { receiver: to }));
        }
        self.token_approvals.delete(token_id);
        self.owners.insert(token_id, to);
        self.balances.insert(from, self.balances.get(from) - U256::from(1));
        self.balances.insert(to, self.balances.get(to) + U256::from(1));
        self.vm().log(Transfer { from, to, token_id });
        Ok(())
    }

    fn mint_to(&mut self, to: Address, token_id: U256) -> Result<(), Error> {
        if to.is_zero() {
            return Err(Error::InvalidReceiver(InvalidReceiver { receiver: to }));
        }
        if !self.owners.get(token_id).is_zero() {
            return Err(Error::AlreadyMinted(AlreadyMinted { token_id }));
        }
        let now = self.vm().block_timestamp();
        self.owners.insert(token_id, to); //~ inconsistent-guard
        let balance = self.balances.get(to);
        self.balances.insert(to, balance + U256::from(1));
        self.total.set(self.total.get() + U256::from(1));
        self.cards.setter(token_id).issued_at.set(U64::from(now));
        self.vm().log(Transfer { from: Address::ZERO, to, token_id });
        Ok(())
    }
}
