//! A non-fungible token: owners transfer their tokens, approve others for one of them, or for all.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod nft {
    use ink::storage::Mapping;

    pub type TokenId = u32;

    #[ink(storage)]
    #[derive(Default)]
    pub struct Nft {
        token_owner: Mapping<TokenId, AccountId>,
        token_approvals: Mapping<TokenId, AccountId>,
        owned_tokens_count: Mapping<AccountId, u32>,
        operator_approvals: Mapping<(AccountId, AccountId), ()>,
    }

    #[derive(Debug, PartialEq, Eq, Copy, Clone)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Error {
        NotOwner,
        NotApproved,
        TokenExists,
        TokenNotFound,
        CannotInsert,
        CannotFetchValue,
        NotAllowed,
    }

    #[ink(event)]
    pub struct Transfer {
        #[ink(topic)]
        from: Option<AccountId>,
        #[ink(topic)]
        to: Option<AccountId>,
        #[ink(topic)]
        id: TokenId,
    }

    #[ink(event)]
    pub struct Approval {
        #[ink(topic)]
        from: AccountId,
        #[ink(topic)]
        to: AccountId,
        #[ink(topic)]
        id: TokenId,
    }

    #[ink(event)]
    pub struct ApprovalForAll {
        #[ink(topic)]
        owner: AccountId,
        #[ink(topic)]
        operator: AccountId,
        approved: bool,
    }

    impl Nft {
        #[ink(constructor)]
        pub fn new() -> Self {
            Default::default()
        }

        #[ink(message)]
        pub fn balance_of(&self, owner: AccountId) -> u32 {
            self.count_of(&owner)
        }

        #[ink(message)]
        pub fn owner_of(&self, id: TokenId) -> Option<AccountId> {
            self.token_owner.get(id)
        }

        #[ink(message)]
        pub fn is_approved_for_all(&self, owner: AccountId, operator: AccountId) -> bool {
            self.approved_for_all(owner, operator)
        }

        #[ink(message)]
        pub fn set_approval_for_all(&mut self, to: AccountId, approved: bool) -> Result<(), Error> {
            let caller = self.env().caller();
            if to == caller {
                return Err(Error::NotAllowed);
            }
            self.env().emit_event(ApprovalForAll { owner: caller, operator: to, approved });
            if approved {
                self.operator_approvals.insert((&caller, &to), &());
            } else {
                self.operator_approvals.remove((&caller, &to));
            }
            Ok(())
        }

        #[ink(message)]
        pub fn approve(&mut self, to: AccountId, id: TokenId) -> Result<(), Error> {
            let caller = self.env().caller();
            let owner = self.token_owner.get(id).ok_or(Error::TokenNotFound)?;
            if !(owner == caller || self.approved_for_all(owner, caller)) {
                return Err(Error::NotAllowed);
            }
            if self.token_approvals.contains(id) {
                return Err(Error::CannotInsert);
            }
            self.token_approvals.insert(id, &to);
            self.env().emit_event(Approval { from: caller, to, id });
            Ok(())
        }

        #[ink(message)]
        pub fn transfer(&mut self, destination: AccountId, id: TokenId) -> Result<(), Error> {
            let caller = self.env().caller();
            let owner = self.token_owner.get(id).ok_or(Error::TokenNotFound)?;
            if owner != caller {
                return Err(Error::NotOwner);
            }
            self.transfer_token_from(&caller, &destination, id)
        }

        #[ink(message)]
        pub fn transfer_from(&mut self, from: AccountId, to: AccountId, id: TokenId) -> Result<(), Error> {
            let caller = self.env().caller();
            let owner = self.token_owner.get(id).ok_or(Error::TokenNotFound)?;
            if !self.approved_or_owner(caller, id, owner) {
                return Err(Error::NotApproved);
            }
            if owner != from {
                return Err(Error::NotOwner);
            }
            self.transfer_token_from(&from, &to, id)
        }

        /// A number belongs to whoever takes it first.
        #[ink(message)]
        pub fn mint(&mut self, id: TokenId) -> Result<(), Error> {
            let caller = self.env().caller();
            self.add_token_to(&caller, id)?;
            self.env().emit_event(Transfer { from: None, to: Some(caller), id });
            Ok(())
        }

        #[ink(message)]
        pub fn burn(&mut self, id: TokenId) -> Result<(), Error> {
            let caller = self.env().caller();
            let owner = self.token_owner.get(id).ok_or(Error::TokenNotFound)?;
            if owner != caller {
                return Err(Error::NotOwner);
            }
            let count = self
                .owned_tokens_count
                .get(caller)
                .map(|c| c.saturating_sub(1))
                .ok_or(Error::CannotFetchValue)?;
            self.owned_tokens_count.insert(caller, &count);
            self.token_owner.remove(id);
            self.token_approvals.remove(id);
            self.env().emit_event(Transfer { from: Some(caller), to: None, id });
            Ok(())
        }

        fn transfer_token_from(
            &mut self,
            from: &AccountId,
            to: &AccountId,
            id: TokenId,
        ) -> Result<(), Error> {
            if !self.token_owner.contains(id) {
                return Err(Error::TokenNotFound);
            }
            self.token_approvals.remove(id);
            self.remove_token_from(from, id)?;
            self.add_token_to(to, id)?;
            self.env().emit_event(Transfer { from: Some(*from), to: Some(*to), id });
            Ok(())
        }

        fn remove_token_from(&mut self, from: &AccountId, id: TokenId) -> Result<(), Error> {
            let count = self
                .owned_tokens_count
                .get(from)
                .map(|c| c.saturating_sub(1))
                .ok_or(Error::CannotFetchValue)?;
            self.owned_tokens_count.insert(from, &count);
            self.token_owner.remove(id);
            Ok(())
        }

        fn add_token_to(&mut self, to: &AccountId, id: TokenId) -> Result<(), Error> {
            if self.token_owner.contains(id) {
                return Err(Error::TokenExists);
            }
            if *to == AccountId::from([0u8; 32]) {
                return Err(Error::NotAllowed);
            }
            let count = self.count_of(to).checked_add(1).ok_or(Error::CannotInsert)?;
            self.owned_tokens_count.insert(to, &count);
            self.token_owner.insert(id, to);
            Ok(())
        }

        fn count_of(&self, owner: &AccountId) -> u32 {
            self.owned_tokens_count.get(owner).unwrap_or(0)
        }

        fn approved_for_all(&self, owner: AccountId, operator: AccountId) -> bool {
            self.operator_approvals.contains((&owner, &operator))
        }

        fn approved_or_owner(&self, caller: AccountId, id: TokenId, owner: AccountId) -> bool {
            caller == owner
                || self.token_approvals.get(id) == Some(caller)
                || self.approved_for_all(owner, caller)
        }
    }
}
