//! An ERC-721 token with a limited number of pieces that are minted for a price.

#![cfg_attr(not(any(feature = "export-abi", test)), no_main)]
extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use alloy_primitives::{Address, Bytes, FixedBytes, U256};
use alloy_sol_types::sol;
use stylus_sdk::call::transfer::transfer_eth;
use stylus_sdk::prelude::*;

/// What a contract answers that takes such tokens.
const ACCEPTED: u32 = 0x150b7a02;

sol_storage! {
    #[entrypoint]
    pub struct Nft {
        string base_uri;
        address artist;
        uint256 price;
        uint256 supply;
        uint256 limit;
        mapping(uint256 => address) owners;
        mapping(address => uint256) balances;
        mapping(uint256 => address) approvals;
        mapping(address => mapping(address => bool)) operators;
    }
}

sol_interface! {
    interface IERC721TokenReceiver {
        function onERC721Received(address operator, address from, uint256 token_id, bytes data) external returns(bytes4);
    }
}

sol! {
    event Transfer(address indexed from, address indexed to, uint256 indexed token_id);
    event Approval(address indexed owner, address indexed approved, uint256 indexed token_id);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    error InvalidTokenId(uint256 token_id);
    error NotOwner(address from, uint256 token_id, address real_owner);
    error NotApproved(address owner, address spender, uint256 token_id);
    error TransferToZero(uint256 token_id);
    error ReceiverRefused(address receiver, uint256 token_id);
    error WrongPrice(uint256 price);
    error SoldOut();
    error NotArtist();
    error PaymentFailed();
}

#[derive(SolidityError)]
pub enum NftError {
    InvalidTokenId(InvalidTokenId),
    NotOwner(NotOwner),
    NotApproved(NotApproved),
    TransferToZero(TransferToZero),
    ReceiverRefused(ReceiverRefused),
    WrongPrice(WrongPrice),
    SoldOut(SoldOut),
    NotArtist(NotArtist),
    PaymentFailed(PaymentFailed),
}

#[public]
impl Nft {
    #[constructor]
    pub fn constructor(&mut self, artist: Address, price: U256, limit: U256, base_uri: String) {
        self.artist.set(artist);
        self.price.set(price);
        self.limit.set(limit);
        self.base_uri.set_str(base_uri);
    }

    #[payable]
    pub fn mint(&mut self) -> Result<U256, NftError> {
        let price = self.price.get();
        if self.vm().msg_value() != price {
            return Err(NftError::WrongPrice(WrongPrice { price }));
        }
        let token_id = self.supply.get();
        if token_id >= self.limit.get() {
            return Err(NftError::SoldOut(SoldOut {}));
        }
        self.supply.set(token_id + U256::from(1));
        let to = self.vm().msg_sender();
        self.move_token(token_id, Address::ZERO, to)?;
        Ok(token_id)
    }

    pub fn burn(&mut self, token_id: U256) -> Result<(), NftError> {
        let owner = self.owner(token_id)?;
        self.authorised(owner, token_id)?;
        self.move_token(token_id, owner, Address::ZERO)
    }

    pub fn set_base_uri(&mut self, base_uri: String) -> Result<(), NftError> {
        self.only_artist()?;
        self.base_uri.set_str(base_uri);
        Ok(())
    }

    pub fn set_price(&mut self, price: U256) -> Result<(), NftError> {
        self.only_artist()?;
        self.price.set(price);
        Ok(())
    }

    /// Whoever asks: the takings go to the artist alone.
    pub fn payout(&mut self) -> Result<(), NftError> {
        let house = self.vm().contract_address();
        let takings = self.vm().balance(house);
        transfer_eth(self.vm(), self.artist.get(), takings)
            .map_err(|_| NftError::PaymentFailed(PaymentFailed {}))
    }

    pub fn balance_of(&self, owner: Address) -> U256 {
        self.balances.get(owner)
    }

    pub fn owner_of(&self, token_id: U256) -> Result<Address, NftError> {
        self.owner(token_id)
    }

    #[selector(name = "safeTransferFrom")]
    pub fn safe_transfer_from_with_data(
        &mut self,
        from: Address,
        to: Address,
        token_id: U256,
        data: Bytes,
    ) -> Result<(), NftError> {
        self.transfer_from(from, to, token_id)?;
        self.ask_receiver(token_id, from, to, data)
    }

    #[selector(name = "safeTransferFrom")]
    pub fn safe_transfer_from(&mut self, from: Address, to: Address, token_id: U256) -> Result<(), NftError> {
        self.safe_transfer_from_with_data(from, to, token_id, Bytes::new())
    }

    pub fn transfer_from(&mut self, from: Address, to: Address, token_id: U256) -> Result<(), NftError> {
        if to == Address::ZERO {
            return Err(NftError::TransferToZero(TransferToZero { token_id }));
        }
        let owner = self.owner(token_id)?;
        self.authorised(owner, token_id)?;
        if owner != from {
            return Err(NftError::NotOwner(NotOwner { from, token_id, real_owner: owner }));
        }
        self.move_token(token_id, from, to)
    }

    pub fn approve(&mut self, approved: Address, token_id: U256) -> Result<(), NftError> {
        let owner = self.owner(token_id)?;
        let caller = self.vm().msg_sender();
        if caller != owner && !self.operators.getter(owner).get(caller) {
            return Err(NftError::NotApproved(NotApproved { owner, spender: caller, token_id }));
        }
        self.approvals.insert(token_id, approved);
        self.vm().log(Approval { owner, approved, token_id });
        Ok(())
    }

    pub fn set_approval_for_all(&mut self, operator: Address, approved: bool) {
        let owner = self.vm().msg_sender();
        self.operators.setter(owner).insert(operator, approved);
        self.vm().log(ApprovalForAll { owner, operator, approved });
    }

    pub fn get_approved(&self, token_id: U256) -> Result<Address, NftError> {
        self.owner(token_id)?;
        Ok(self.approvals.get(token_id))
    }

    pub fn is_approved_for_all(&self, owner: Address, operator: Address) -> bool {
        self.operators.getter(owner).get(operator)
    }

    pub fn supports_interface(&self, interface: FixedBytes<4>) -> bool {
        let id = u32::from_be_bytes(interface.0);
        id == 0x01ffc9a7 || id == 0x80ac58cd
    }
}

impl Nft {
    fn owner(&self, token_id: U256) -> Result<Address, NftError> {
        let owner = self.owners.get(token_id);
        if owner.is_zero() {
            return Err(NftError::InvalidTokenId(InvalidTokenId { token_id }));
        }
        Ok(owner)
    }

    fn authorised(&self, owner: Address, token_id: U256) -> Result<(), NftError> {
        let spender = self.vm().msg_sender();
        if spender == owner
            || self.operators.getter(owner).get(spender)
            || self.approvals.get(token_id) == spender
        {
            return Ok(());
        }
        Err(NftError::NotApproved(NotApproved { owner, spender, token_id }))
    }

    fn only_artist(&self) -> Result<(), NftError> {
        if self.vm().msg_sender() != self.artist.get() {
            return Err(NftError::NotArtist(NotArtist {}));
        }
        Ok(())
    }

    fn move_token(&mut self, token_id: U256, from: Address, to: Address) -> Result<(), NftError> {
        self.owners.insert(token_id, to);
        if !from.is_zero() {
            let held = self.balances.get(from);
            self.balances.insert(from, held - U256::from(1));
            self.approvals.delete(token_id);
        }
        if !to.is_zero() {
            let held = self.balances.get(to);
            self.balances.insert(to, held + U256::from(1));
        }
        self.vm().log(Transfer { from, to, token_id });
        Ok(())
    }

    fn ask_receiver(
        &mut self,
        token_id: U256,
        from: Address,
        to: Address,
        data: Bytes,
    ) -> Result<(), NftError> {
        if !self.vm().code_size(to).eq(&0) {
            let vm = self.vm().clone();
            let operator = vm.msg_sender();
            let context = Call::new_mutating(self);
            let answer = IERC721TokenReceiver::new(to)
                .on_erc_721_received(&vm, context, operator, from, token_id, data.to_vec().into())
                .map_err(|_| NftError::ReceiverRefused(ReceiverRefused { receiver: to, token_id }))?;
            if u32::from_be_bytes(answer.0) != ACCEPTED {
                return Err(NftError::ReceiverRefused(ReceiverRefused { receiver: to, token_id }));
            }
        }
        Ok(())
    }
}
