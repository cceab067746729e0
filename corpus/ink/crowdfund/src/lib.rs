//! Campaigns that backers fund: who reaches the goal gets the money, else the backers get it back.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod crowdfund {
    use ink::prelude::string::String;
    use ink::storage::Mapping;

    pub type CampaignId = u32;

    #[derive(Debug, Clone, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub enum Status {
        Open,
        Paid,
        Cancelled,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub struct Campaign {
        creator: AccountId,
        beneficiary: AccountId,
        goal: Balance,
        raised: Balance,
        deadline: Timestamp,
        status: Status,
        title: String,
    }

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Error {
        NotOwner,
        NotCreator,
        NotModerator,
        UnknownCampaign,
        Closed,
        TooEarly,
        GoalMissed,
        GoalReached,
        NothingPledged,
        Banned,
        FeeTooHigh,
        Overflow,
        TransferFailed,
    }

    pub type Result<T> = core::result::Result<T, Error>;

    #[ink(event)]
    pub struct Pledged {
        #[ink(topic)]
        campaign: CampaignId,
        #[ink(topic)]
        backer: AccountId,
        amount: Balance,
    }

    #[ink(event)]
    pub struct Settled {
        #[ink(topic)]
        campaign: CampaignId,
        beneficiary: AccountId,
        amount: Balance,
    }

    #[ink(storage)] //~ unprotected-privileged-write
    pub struct Crowdfund {
        owner: AccountId,
        fee_bps: u16,
        fees: Balance,
        next: CampaignId,
        campaigns: Mapping<CampaignId, Campaign>,
        pledges: Mapping<(CampaignId, AccountId), Balance>,
        moderators: Mapping<AccountId, ()>,
        banned: Mapping<AccountId, bool>,
        proxies: Mapping<(AccountId, AccountId), bool>,
        profiles: Mapping<AccountId, String>,
    }

    impl Crowdfund {
        #[ink(constructor)]
        pub fn new(fee_bps: u16) -> Self {
            Self {
                owner: Self::env().caller(),
                fee_bps,
                fees: 0,
                next: 0,
                campaigns: Mapping::default(),
                pledges: Mapping::default(),
                moderators: Mapping::default(),
                banned: Mapping::default(),
                proxies: Mapping::default(),
                profiles: Mapping::default(),
            }
        }

        #[ink(message)]
        pub fn start(
            &mut self,
            beneficiary: AccountId,
            goal: Balance,
            deadline: Timestamp,
            title: String,
        ) -> Result<CampaignId> {
            let creator = self.env().caller();
            if self.banned.get(creator).unwrap_or(false) {
                return Err(Error::Banned);
            }
            let id = self.next;
            self.next = id.checked_add(1).ok_or(Error::Overflow)?;
            let campaign = Campaign { creator, beneficiary, goal, raised: 0, deadline, status: Status::Open, title };
            self.campaigns.insert(id, &campaign);
            Ok(id)
        }

        #[ink(message, payable)]
        pub fn pledge(&mut self, id: CampaignId) -> Result<()> {
            let backer = self.env().caller();
            let amount = self.env().transferred_value();
            let mut campaign = self.open(id)?;
            campaign.raised = campaign.raised.checked_add(amount).ok_or(Error::Overflow)?;
            self.campaigns.insert(id, &campaign);
            let held = self.pledges.get((id, backer)).unwrap_or(0);
            let sum = held.checked_add(amount).ok_or(Error::Overflow)?;
            self.pledges.insert((id, backer), &sum);
            self.env().emit_event(Pledged { campaign: id, backer, amount });
            Ok(())
        }

        #[ink(message)]
        pub fn refund(&mut self, id: CampaignId) -> Result<()> {
            let backer = self.env().caller();
            self.missed(id)?;
            let amount = self.pledges.take((id, backer)).ok_or(Error::NothingPledged)?;
            self.env().transfer(backer, amount).map_err(|_| Error::TransferFailed)
        }

        /// What a backer pledged goes to whoever the caller names.
        #[ink(message)]
        pub fn refund_to(&mut self, id: CampaignId, backer: AccountId, to: AccountId) -> Result<()> {
            self.missed(id)?;
            let amount = self.pledges.get((id, backer)).ok_or(Error::NothingPledged)?;
            self.pledges.remove((id, backer)); //~ missing-subject-auth
            self.env().transfer(to, amount).map_err(|_| Error::TransferFailed)
        }

        /// Anyone triggers it, and the backer gets the money.
        #[ink(message)]
        pub fn refund_for(&mut self, id: CampaignId, backer: AccountId) -> Result<()> {
            self.missed(id)?;
            let amount = self.pledges.take((id, backer)).ok_or(Error::NothingPledged)?;
            self.env().transfer(backer, amount).map_err(|_| Error::TransferFailed)
        }

        /// Anyone triggers it, and the beneficiary gets the money.
        #[ink(message)]
        pub fn settle(&mut self, id: CampaignId) -> Result<()> {
            let mut campaign = self.open(id)?;
            if self.env().block_timestamp() < campaign.deadline {
                return Err(Error::TooEarly);
            }
            if campaign.raised < campaign.goal {
                return Err(Error::GoalMissed);
            }
            campaign.status = Status::Paid;
            self.campaigns.insert(id, &campaign);
            let fee = campaign.raised.saturating_mul(self.fee_bps.into()).saturating_div(10_000);
            self.fees = self.fees.saturating_add(fee);
            let amount = campaign.raised.saturating_sub(fee);
            self.env().transfer(campaign.beneficiary, amount).map_err(|_| Error::TransferFailed)?;
            self.env().emit_event(Settled { campaign: id, beneficiary: campaign.beneficiary, amount });
            Ok(())
        }

        /// Anyone has the money of any campaign sent elsewhere.
        #[ink(message)]
        pub fn set_beneficiary(&mut self, id: CampaignId, beneficiary: AccountId) -> Result<()> {
            let mut campaign = self.open(id)?;
            campaign.beneficiary = beneficiary;
            self.campaigns.insert(id, &campaign); //~ missing-subject-auth
            Ok(())
        }

        #[ink(message)]
        pub fn set_beneficiary_checked(&mut self, id: CampaignId, beneficiary: AccountId) -> Result<()> {
            let mut campaign = self.open(id)?;
            if campaign.creator != self.env().caller() {
                return Err(Error::NotCreator);
            }
            campaign.beneficiary = beneficiary;
            self.campaigns.insert(id, &campaign);
            Ok(())
        }

        /// Anyone ends any campaign.
        #[ink(message)]
        pub fn cancel(&mut self, id: CampaignId) -> Result<()> {
            let mut campaign = self.open(id)?;
            campaign.status = Status::Cancelled;
            self.campaigns.insert(id, &campaign); //~ inconsistent-guard
            Ok(())
        }

        #[ink(message)]
        pub fn cancel_checked(&mut self, id: CampaignId) -> Result<()> {
            let caller = self.env().caller();
            let mut campaign = self.open(id)?;
            if campaign.creator != caller && !self.moderators.contains(caller) {
                return Err(Error::NotModerator);
            }
            campaign.status = Status::Cancelled;
            self.campaigns.insert(id, &campaign);
            Ok(())
        }

        /// Anyone becomes a moderator.
        #[ink(message)]
        pub fn add_moderator(&mut self, account: AccountId) {
            self.moderators.insert(account, &()); //~ unprotected-privileged-write
        }

        #[ink(message)]
        pub fn add_moderator_checked(&mut self, account: AccountId) -> Result<()> {
            self.ensure_owner()?;
            self.moderators.insert(account, &());
            Ok(())
        }

        #[ink(message)]
        pub fn remove_moderator(&mut self, account: AccountId) -> Result<()> {
            self.ensure_owner()?;
            self.moderators.remove(account);
            Ok(())
        }

        /// Anyone keeps anyone from starting a campaign.
        #[ink(message)]
        pub fn ban(&mut self, account: AccountId) {
            self.banned.insert(account, &true); //~ unprotected-privileged-write
        }

        #[ink(message)]
        pub fn ban_checked(&mut self, account: AccountId) -> Result<()> {
            if !self.moderators.contains(self.env().caller()) {
                return Err(Error::NotModerator);
            }
            self.banned.insert(account, &true);
            Ok(())
        }

        #[ink(message)]
        pub fn set_proxy(&mut self, proxy: AccountId, allowed: bool) {
            let account = self.env().caller();
            self.proxies.insert((account, proxy), &allowed);
        }

        /// Anyone makes anyone the proxy of anyone.
        #[ink(message)]
        pub fn set_proxy_for(&mut self, account: AccountId, proxy: AccountId, allowed: bool) {
            self.proxies.insert((account, proxy), &allowed); //~ missing-subject-auth
        }

        #[ink(message)]
        pub fn refund_by_proxy(&mut self, id: CampaignId, backer: AccountId) -> Result<()> {
            let caller = self.env().caller();
            if !self.proxies.get((backer, caller)).unwrap_or(false) {
                return Err(Error::NotCreator);
            }
            self.missed(id)?;
            let amount = self.pledges.take((id, backer)).ok_or(Error::NothingPledged)?;
            self.env().transfer(caller, amount).map_err(|_| Error::TransferFailed)
        }

        #[ink(message)]
        pub fn set_profile(&mut self, profile: String) {
            let caller = self.env().caller();
            self.profiles.insert(caller, &profile);
        }

        /// Anyone writes what others are said to have said.
        #[ink(message)]
        pub fn set_profile_of(&mut self, account: AccountId, profile: String) {
            self.profiles.insert(account, &profile); //~ missing-subject-auth
        }

        /// Anyone sets the fee.
        #[ink(message)]
        pub fn set_fee(&mut self, fee_bps: u16) -> Result<()> {
            if fee_bps > 1_000 {
                return Err(Error::FeeTooHigh);
            }
            self.fee_bps = fee_bps;
            Ok(())
        }

        #[ink(message)]
        pub fn set_fee_checked(&mut self, fee_bps: u16) -> Result<()> {
            self.ensure_owner()?;
            if fee_bps > 1_000 {
                return Err(Error::FeeTooHigh);
            }
            self.fee_bps = fee_bps;
            Ok(())
        }

        /// The fees go to whoever calls.
        #[ink(message)]
        pub fn collect(&mut self) -> Result<()> {
            let fees = core::mem::take(&mut self.fees);
            let caller = self.env().caller();
            self.env().transfer(caller, fees).map_err(|_| Error::TransferFailed) //~ unprotected-value-outflow
        }

        #[ink(message)]
        pub fn collect_checked(&mut self) -> Result<()> {
            self.ensure_owner()?;
            let fees = core::mem::take(&mut self.fees);
            self.env().transfer(self.owner, fees).map_err(|_| Error::TransferFailed)
        }

        #[ink(message)]
        pub fn transfer_ownership(&mut self, owner: AccountId) {
            self.owner = owner;
        }

        #[ink(message)]
        pub fn transfer_ownership_checked(&mut self, owner: AccountId) -> Result<()> {
            self.ensure_owner()?;
            self.owner = owner;
            Ok(())
        }

        /// Anyone replaces the code.
        #[ink(message)]
        pub fn set_code(&mut self, code_hash: Hash) -> Result<()> {
            self.env().set_code_hash(&code_hash).map_err(|_| Error::TransferFailed) //~ unprotected-code-upgrade
        }

        #[ink(message)]
        pub fn set_code_checked(&mut self, code_hash: Hash) -> Result<()> {
            self.ensure_owner()?;
            self.env().set_code_hash(&code_hash).map_err(|_| Error::TransferFailed)
        }

        /// Anyone ends it, and takes what is left.
        #[ink(message)]
        pub fn close(&mut self, to: AccountId) {
            self.env().terminate_contract(to) //~ unprotected-destruction
        }

        #[ink(message)]
        pub fn close_checked(&mut self) -> Result<()> {
            self.ensure_owner()?;
            self.env().terminate_contract(self.owner)
        }

        #[ink(message)]
        pub fn campaign(&self, id: CampaignId) -> Option<Campaign> {
            self.campaigns.get(id)
        }

        #[ink(message)]
        pub fn pledged(&self, id: CampaignId, backer: AccountId) -> Balance {
            self.pledges.get((id, backer)).unwrap_or(0)
        }

        fn ensure_owner(&self) -> Result<()> {
            if self.env().caller() == self.owner {
                Ok(())
            } else {
                Err(Error::NotOwner)
            }
        }

        fn open(&self, id: CampaignId) -> Result<Campaign> {
            let campaign = self.campaigns.get(id).ok_or(Error::UnknownCampaign)?;
            if campaign.status != Status::Open {
                return Err(Error::Closed);
            }
            Ok(campaign)
        }

        /// Money goes back only if the campaign cannot have it any more.
        fn missed(&self, id: CampaignId) -> Result<()> {
            let campaign = self.campaigns.get(id).ok_or(Error::UnknownCampaign)?;
            match campaign.status {
                Status::Cancelled => Ok(()),
                Status::Open if self.env().block_timestamp() < campaign.deadline => Err(Error::TooEarly),
                Status::Open if campaign.raised < campaign.goal => Ok(()),
                _ => Err(Error::GoalReached),
            }
        }
    }
}
