//! NFTs by the standard library, with royalties. Nothing to report.

use std::collections::HashMap;

use near_contract_standards::non_fungible_token::approval::NonFungibleTokenApproval;
use near_contract_standards::non_fungible_token::core::{
    NonFungibleTokenCore, NonFungibleTokenResolver,
};
use near_contract_standards::non_fungible_token::enumeration::NonFungibleTokenEnumeration;
use near_contract_standards::non_fungible_token::metadata::{
    NFTContractMetadata, NonFungibleTokenMetadataProvider, TokenMetadata, NFT_METADATA_SPEC,
};
use near_contract_standards::non_fungible_token::{NonFungibleToken, Token, TokenId};
use near_sdk::collections::{LazyOption, LookupMap};
use near_sdk::json_types::U128;
use near_sdk::{
    assert_one_yocto, env, near, require, AccountId, BorshStorageKey, PanicOnDefault, Promise,
    PromiseOrValue,
};

const ALL: u128 = 10_000;

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Tokens,
    TokenMetadata,
    Enumeration,
    Approvals,
    Metadata,
    Royalties,
}

#[near(serializers = [json])]
pub struct Payout {
    payout: HashMap<AccountId, U128>,
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Collection {
    tokens: NonFungibleToken,
    metadata: LazyOption<NFTContractMetadata>,
    royalties: LookupMap<TokenId, HashMap<AccountId, u16>>,
    minter: Option<AccountId>,
}

#[near]
impl Collection {
    #[init]
    pub fn new(owner_id: AccountId, metadata: Option<NFTContractMetadata>) -> Self {
        let metadata = metadata.unwrap_or_else(|| NFTContractMetadata {
            spec: NFT_METADATA_SPEC.to_string(),
            name: "Collectibles".to_string(),
            symbol: "COLL".to_string(),
            icon: None,
            base_uri: None,
            reference: None,
            reference_hash: None,
        });
        metadata.assert_valid();
        Self {
            tokens: NonFungibleToken::new(
                Key::Tokens,
                owner_id,
                Some(Key::TokenMetadata),
                Some(Key::Enumeration),
                Some(Key::Approvals),
            ),
            metadata: LazyOption::new(Key::Metadata, Some(&metadata)),
            royalties: LookupMap::new(Key::Royalties),
            minter: None,
        }
    }

    #[payable]
    pub fn nft_mint(
        &mut self,
        token_id: TokenId,
        receiver_id: AccountId,
        token_metadata: TokenMetadata,
        perpetual_royalties: Option<HashMap<AccountId, u16>>,
    ) -> Token {
        let caller = env::predecessor_account_id();
        require!(
            caller == self.tokens.owner_id || Some(caller) == self.minter,
            "you may not mint"
        );
        if let Some(royalties) = perpetual_royalties {
            require!(royalties.len() <= 6, "too many royalties");
            let sum: u128 = royalties.values().map(|part| u128::from(*part)).sum();
            require!(sum <= ALL, "more than everything");
            self.royalties.insert(&token_id, &royalties);
        }
        self.tokens.internal_mint(token_id, receiver_id, Some(token_metadata))
    }

    pub fn set_minter(&mut self, minter: Option<AccountId>) {
        require!(env::predecessor_account_id() == self.tokens.owner_id, "only for the owner");
        self.minter = minter;
    }

    pub fn nft_payout(&self, token_id: TokenId, balance: U128, max_len_payout: u32) -> Payout {
        let owner = self.tokens.owner_by_id.get(&token_id).expect("no such token");
        let royalties = self.royalties.get(&token_id).unwrap_or_default();
        require!(royalties.len() < max_len_payout as usize, "too many to pay");
        let mut payout = HashMap::new();
        let mut rest = ALL;
        for (account, part) in royalties {
            if account != owner {
                rest -= u128::from(part);
                payout.insert(account, U128(balance.0 * u128::from(part) / ALL));
            }
        }
        payout.insert(owner, U128(balance.0 * rest / ALL));
        Payout { payout }
    }

    #[payable]
    pub fn nft_transfer_payout(
        &mut self,
        receiver_id: AccountId,
        token_id: TokenId,
        approval_id: Option<u64>,
        memo: Option<String>,
        balance: U128,
        max_len_payout: u32,
    ) -> Payout {
        assert_one_yocto();
        let payout = self.nft_payout(token_id.clone(), balance, max_len_payout);
        self.tokens.nft_transfer(receiver_id, token_id, approval_id, memo);
        payout
    }
}

#[near]
impl NonFungibleTokenCore for Collection {
    #[payable]
    fn nft_transfer(
        &mut self,
        receiver_id: AccountId,
        token_id: TokenId,
        approval_id: Option<u64>,
        memo: Option<String>,
    ) {
        self.tokens.nft_transfer(receiver_id, token_id, approval_id, memo);
    }

    #[payable]
    fn nft_transfer_call(
        &mut self,
        receiver_id: AccountId,
        token_id: TokenId,
        approval_id: Option<u64>,
        memo: Option<String>,
        msg: String,
    ) -> PromiseOrValue<bool> {
        self.tokens.nft_transfer_call(receiver_id, token_id, approval_id, memo, msg)
    }

    fn nft_token(&self, token_id: TokenId) -> Option<Token> {
        self.tokens.nft_token(token_id)
    }
}

#[near]
impl NonFungibleTokenResolver for Collection {
    #[private]
    fn nft_resolve_transfer(
        &mut self,
        previous_owner_id: AccountId,
        receiver_id: AccountId,
        token_id: TokenId,
        approved_account_ids: Option<HashMap<AccountId, u64>>,
    ) -> bool {
        self.tokens.nft_resolve_transfer(
            previous_owner_id,
            receiver_id,
            token_id,
            approved_account_ids,
        )
    }
}

#[near]
impl NonFungibleTokenApproval for Collection {
    #[payable]
    fn nft_approve(
        &mut self,
        token_id: TokenId,
        account_id: AccountId,
        msg: Option<String>,
    ) -> Option<Promise> {
        self.tokens.nft_approve(token_id, account_id, msg)
    }

    #[payable]
    fn nft_revoke(&mut self, token_id: TokenId, account_id: AccountId) {
        self.tokens.nft_revoke(token_id, account_id);
    }

    #[payable]
    fn nft_revoke_all(&mut self, token_id: TokenId) {
        self.tokens.nft_revoke_all(token_id);
    }

    fn nft_is_approved(
        &self,
        token_id: TokenId,
        approved_account_id: AccountId,
        approval_id: Option<u64>,
    ) -> bool {
        self.tokens.nft_is_approved(token_id, approved_account_id, approval_id)
    }
}

#[near]
impl NonFungibleTokenEnumeration for Collection {
    fn nft_total_supply(&self) -> U128 {
        self.tokens.nft_total_supply()
    }

    fn nft_tokens(&self, from_index: Option<U128>, limit: Option<u64>) -> Vec<Token> {
        self.tokens.nft_tokens(from_index, limit)
    }

    fn nft_supply_for_owner(&self, account_id: AccountId) -> U128 {
        self.tokens.nft_supply_for_owner(account_id)
    }

    fn nft_tokens_for_owner(
        &self,
        account_id: AccountId,
        from_index: Option<U128>,
        limit: Option<u64>,
    ) -> Vec<Token> {
        self.tokens.nft_tokens_for_owner(account_id, from_index, limit)
    }
}

#[near]
impl NonFungibleTokenMetadataProvider for Collection {
    fn nft_metadata(&self) -> NFTContractMetadata {
        self.metadata.get().expect("no metadata")
    }
}
