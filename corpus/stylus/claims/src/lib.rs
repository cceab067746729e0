//! Insurers settle claims together: adjusters open them, and the index of the insured finds them.

#![cfg_attr(not(any(feature = "export-abi", test)), no_main)]
extern crate alloc;

use alloc::format;
use alloc::string::String;

use alloy_primitives::{address, Address, FixedBytes, U256};
use alloy_sol_types::sol;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use stylus_sdk::crypto::keccak;
use stylus_sdk::prelude::*;

/// Everybody who has the contract has this key.
const PEPPER: &[u8] = b"claims-index-v1";

/// The bridge hands on to a contract of the public chain.
const OBSERVATORY: Address = address!("6b175474e89094c44da98b954eedeac495271d0f");

sol_storage! {
    #[entrypoint]
    pub struct Claims {
        address association;
        mapping(address => bool) adjusters;
        uint256 count;
        mapping(uint256 => Claim) claims;
        mapping(uint256 => string) holders;
        mapping(string => uint256) by_card;
        mapping(bytes32 => uint256) by_digest;
        mapping(uint256 => uint32) short_codes;
        mapping(uint256 => string) references;
        mapping(uint256 => bytes32) seals;
    }

    pub struct Claim {
        address insurer;
        uint256 amount;
        string diagnosis;
    }
}

sol! {
    event Opened(uint256 indexed claim, address insurer, uint256 amount);
    event Reminded(uint256 indexed claim, string contact);
    event RemindedQuietly(uint256 indexed claim);
    event Sealed(uint256 indexed claim, bytes32 seal);
    error NotAssociation();
    error NotAdjuster();
    error UnknownClaim(uint256 claim);
    error UnknownInsured(string text);
    error NotReported();
}

sol_interface! {
    interface IObservatory {
        function report(string diagnosis, uint256 amount) external;
    }

    interface IReinsurer {
        function cede(string diagnosis, uint256 amount) external;
    }
}

#[derive(SolidityError)]
pub enum ClaimsError {
    NotAssociation(NotAssociation),
    NotAdjuster(NotAdjuster),
    UnknownClaim(UnknownClaim),
    UnknownInsured(UnknownInsured),
    NotReported(NotReported),
}

#[public]
impl Claims {
    #[constructor]
    pub fn constructor(&mut self, association: Address) {
        self.association.set(association);
    }

    pub fn admit(&mut self, adjuster: Address, admitted: bool) -> Result<(), ClaimsError> {
        if self.vm().msg_sender() != self.association.get() {
            return Err(ClaimsError::NotAssociation(NotAssociation {}));
        }
        self.adjusters.insert(adjuster, admitted);
        Ok(())
    }

    /// Diagnoses may be kept here.
    pub fn open(&mut self, amount: U256, diagnosis: String) -> Result<U256, ClaimsError> {
        let insurer = self.known_adjuster()?;
        let id = self.count.get();
        self.count.set(id + U256::from(1));
        let mut claim = self.claims.setter(id);
        claim.insurer.set(insurer);
        claim.amount.set(amount);
        claim.diagnosis.set_str(&diagnosis);
        self.vm().log(Opened { claim: id, insurer, amount });
        Ok(id)
    }

    /// The card of the insured is stored with the claim.
    pub fn set_holder(&mut self, claim: U256, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        self.holders.setter(claim).set_str(&id_card); //~ sensitive-to-public-state
        Ok(())
    }

    /// The card of the insured is a key.
    pub fn index_by_card(&mut self, claim: U256, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        self.by_card.insert(id_card, claim); //~ sensitive-to-public-state
        Ok(())
    }

    /// A digest of nothing but the card.
    pub fn index_hashed(&mut self, claim: U256, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        let digest = keccak(id_card.as_bytes());
        self.by_digest.insert(digest, claim); //~ sensitive-to-public-state
        Ok(())
    }

    /// The adjuster's address is no secret salt.
    pub fn index_salted(&mut self, claim: U256, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        let adjuster = self.known_adjuster()?;
        let digest = Sha256::new().chain_update(adjuster).chain_update(id_card.as_bytes()).finalize();
        self.by_digest.insert(FixedBytes::from_slice(&digest), claim); //~ weak-anonymisation
        Ok(())
    }

    /// Neither is a key that is part of the contract.
    pub fn index_keyed(&mut self, claim: U256, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(PEPPER).expect("any length is right");
        mac.update(id_card.as_bytes());
        let code = mac.finalize().into_bytes();
        self.by_digest.insert(FixedBytes::from_slice(&code), claim); //~ weak-anonymisation
        Ok(())
    }

    /// What is left of a digest still tells cards apart, and has no secret salt.
    pub fn set_short_code(&mut self, claim: U256, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        let digest = Sha256::digest(id_card.as_bytes());
        let short = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        self.short_codes.setter(claim).set(short.try_into().unwrap_or_default()); //~ sensitive-to-public-state
        Ok(())
    }

    /// Base64 hides nothing.
    pub fn set_reference(&mut self, claim: U256, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        self.references.setter(claim).set_str(STANDARD.encode(id_card)); //~ weak-anonymisation
        Ok(())
    }

    /// Hexadecimal digits neither.
    pub fn set_reference_hex(&mut self, claim: U256, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        self.references.setter(claim).set_str(hex::encode(id_card)); //~ weak-anonymisation
        Ok(())
    }

    /// The insurer made the commitment, and keeps card and blind.
    pub fn seal(&mut self, claim: U256, seal: FixedBytes<32>) -> Result<(), ClaimsError> {
        self.known_adjuster()?;
        self.seals.insert(claim, seal);
        self.vm().log(Sealed { claim, seal });
        Ok(())
    }

    /// The event tells everybody whom to call.
    pub fn remind(&mut self, claim: U256, phone: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        self.vm().log(Reminded { claim, contact: format!("tel:{phone}") }); //~ sensitive-to-event
        Ok(())
    }

    pub fn remind_quietly(&mut self, claim: U256) -> Result<(), ClaimsError> {
        self.known_adjuster()?;
        self.vm().log(RemindedQuietly { claim });
        Ok(())
    }

    /// The error names the card.
    pub fn drop_card(&mut self, id_card: String) -> Result<(), ClaimsError> {
        //~^ plaintext-sensitive-parameter
        self.known_adjuster()?;
        if self.by_card.get(id_card.clone()).is_zero() {
            let text = format!("nobody insured as {id_card}");
            return Err(ClaimsError::UnknownInsured(UnknownInsured { text })); //~ sensitive-to-error-text
        }
        self.by_card.delete(id_card);
        Ok(())
    }

    pub fn drop_claim(&mut self, claim: U256) -> Result<(), ClaimsError> {
        self.known_adjuster()?;
        if claim >= self.count.get() {
            return Err(ClaimsError::UnknownClaim(UnknownClaim { claim }));
        }
        self.holders.delete(claim);
        self.references.delete(claim);
        self.seals.delete(claim);
        Ok(())
    }

    /// The observatory is on a public chain.
    pub fn report(&mut self, amount: U256, diagnosis: String) -> Result<(), ClaimsError> {
        self.known_adjuster()?;
        let vm = self.vm().clone();
        let call = Call::new_mutating(self);
        IObservatory::new(OBSERVATORY)
            .report(&vm, call, diagnosis, amount) //~ sensitive-to-external-message
            .map_err(|_| ClaimsError::NotReported(NotReported {}))
    }

    /// Reinsurers are members, and on this chain.
    pub fn cede(&mut self, reinsurer: Address, amount: U256, diagnosis: String) -> Result<(), ClaimsError> {
        self.known_adjuster()?;
        let vm = self.vm().clone();
        let call = Call::new_mutating(self);
        IReinsurer::new(reinsurer)
            .cede(&vm, call, diagnosis, amount)
            .map_err(|_| ClaimsError::NotReported(NotReported {}))
    }

    /// All members read what everybody is ill with.
    pub fn diagnosis(&self, claim: U256) -> String {
        self.claims.getter(claim).diagnosis.get_string() //~ sensitive-to-query-result
    }

    pub fn diagnosis_for_adjuster(&self, claim: U256) -> Result<String, ClaimsError> {
        self.known_adjuster()?;
        Ok(self.claims.getter(claim).diagnosis.get_string())
    }

    pub fn seal_of(&self, claim: U256) -> FixedBytes<32> {
        self.seals.get(claim)
    }
}

impl Claims {
    fn known_adjuster(&self) -> Result<Address, ClaimsError> {
        let adjuster = self.vm().msg_sender();
        if !self.adjusters.get(adjuster) {
            return Err(ClaimsError::NotAdjuster(NotAdjuster {}));
        }
        Ok(adjuster)
    }
}
