// A registry of people, whose identity cards an office has seen.
#include <eosio/eosio.hpp>

using namespace eosio;

class [[eosio::contract("registry")]] registry : public contract {
public:
    using contract::contract;

    [[eosio::action]]
    void setoffice(name office) {
        require_auth(get_self());
        check(is_account(office), "office does not exist");
        config table(get_self(), get_self().value);
        table.set({office}, get_self());
    }

    /// The number of the card is stored as it is.
    [[eosio::action]]
    void regcard(name person, std::string idcard) { //~ plaintext-sensitive-parameter
        require_auth(person);
        cards table(get_self(), get_self().value);
        table.emplace(person, [&](auto& r) { r = {person, idcard}; }); //~ sensitive-to-public-state
    }

    /// A hash without salt: whoever tries all numbers of cards finds the one.
    [[eosio::action]]
    void reghashed(name person, std::string idcard) { //~ plaintext-sensitive-parameter
        require_auth(person);
        checksum256 digest = sha256(idcard.data(), idcard.size());
        digests table(get_self(), get_self().value);
        table.emplace(person, [&](auto& r) { r = {person, digest}; }); //~ sensitive-to-public-state
    }

    /// The telephone is not stored, but everybody reads it in the trace.
    [[eosio::action]]
    void reachme(name person, std::string phone) { //~ plaintext-sensitive-parameter
        require_auth(person);
        print(phone); //~ sensitive-to-event
    }

    /// The person commits to the card with a salted hash, and shows card and salt to the office alone.
    [[eosio::action]]
    void regsealed(name person, checksum256 commitment) {
        require_auth(person);
        sealed table(get_self(), get_self().value);
        table.emplace(person, [&](auto& r) { r = {person, commitment, false}; });
    }

    /// The office has seen the card that belongs to the commitment.
    [[eosio::action]]
    void verify(name person) {
        require_auth(config(get_self(), get_self().value).get_or_default().office);
        sealed table(get_self(), get_self().value);
        auto row = table.find(person.value);
        check(row != table.end(), "not registered");
        table.modify(row, name(), [&](auto& r) { r.verified = true; });
    }

    /// Anyone removes anyone from the registry.
    [[eosio::action]]
    void remove(name person) {
        sealed table(get_self(), get_self().value);
        auto row = table.find(person.value);
        check(row != table.end(), "not registered");
        table.erase(row); //~ missing-subject-auth
    }

    [[eosio::action]]
    void removesafe(name person) {
        require_auth(person);
        sealed table(get_self(), get_self().value);
        auto row = table.find(person.value);
        check(row != table.end(), "not registered");
        table.erase(row);
    }

private:
    struct [[eosio::table]] card {
        name person;
        std::string idcard;
        uint64_t primary_key() const { return person.value; }
    };
    struct [[eosio::table]] carddigest {
        name person;
        checksum256 digest;
        uint64_t primary_key() const { return person.value; }
    };
    struct [[eosio::table]] commitment {
        name person;
        checksum256 value;
        bool verified;
        uint64_t primary_key() const { return person.value; }
    };
    struct [[eosio::table("config")]] settings {
        name office;
    };

    using cards = multi_index<"cards"_n.value, card>;
    using digests = multi_index<"digests"_n.value, carddigest>;
    using sealed = multi_index<"sealed"_n.value, commitment>;
    using config = singleton<"config"_n.value, settings>;
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "setoffice"_n.value: return execute_action(self, first, &registry::setoffice);
        case "regcard"_n.value: return execute_action(self, first, &registry::regcard);
        case "reghashed"_n.value: return execute_action(self, first, &registry::reghashed);
        case "reachme"_n.value: return execute_action(self, first, &registry::reachme);
        case "regsealed"_n.value: return execute_action(self, first, &registry::regsealed);
        case "verify"_n.value: return execute_action(self, first, &registry::verify);
        case "remove"_n.value: return execute_action(self, first, &registry::remove);
        case "removesafe"_n.value: return execute_action(self, first, &registry::removesafe);
        default: check(false, "unknown action");
        }
    }
}
