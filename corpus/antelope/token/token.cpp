// A token with one issuer: who holds it may transfer it and retire it.
#include <eosio/eosio.hpp>

using namespace eosio;

constexpr symbol TOK("TOK", 4);

class [[eosio::contract("token")]] token : public contract {
public:
    using contract::contract;

    [[eosio::action]]
    void setissuer(name issuer) {
        require_auth(get_self());
        check(is_account(issuer), "issuer does not exist");
        config table(get_self(), get_self().value);
        table.set({issuer}, get_self());
    }

    [[eosio::action]]
    void issue(name to, asset quantity, std::string memo) {
        require_auth(config(get_self(), get_self().value).get_or_default().issuer);
        check_quantity(quantity, memo);
        check(is_account(to), "to account does not exist");
        add_balance(to, quantity, get_self());
    }

    [[eosio::action]]
    void retire(name owner, asset quantity, std::string memo) {
        require_auth(owner);
        check_quantity(quantity, memo);
        sub_balance(owner, quantity);
    }

    [[eosio::action]]
    void transfer(name from, name to, asset quantity, std::string memo) {
        check(from != to, "cannot transfer to self");
        require_auth(from);
        check(is_account(to), "to account does not exist");
        require_recipient(from.value);
        require_recipient(to.value);
        check_quantity(quantity, memo);
        sub_balance(from, quantity);
        add_balance(to, quantity, from);
    }

    /// Opens a row of zero for somebody else, who pays nothing.
    [[eosio::action]]
    void open(name owner, name ram_payer) {
        require_auth(ram_payer);
        check(is_account(owner), "owner account does not exist");
        accounts table(get_self(), get_self().value);
        if (table.find(owner.value) == table.end())
            table.emplace(ram_payer, [&](auto& r) { r = {owner, {0, TOK}}; });
    }

    [[eosio::action]]
    void close(name owner) {
        require_auth(owner);
        accounts table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end() && row->funds.amount == 0, "no such row, or its balance is not zero");
        table.erase(row);
    }

private:
    struct [[eosio::table]] account {
        name owner;
        asset funds;
        uint64_t primary_key() const { return owner.value; }
    };
    struct [[eosio::table("config")]] settings {
        name issuer;
    };

    using accounts = multi_index<"accounts"_n.value, account>;
    using config = singleton<"config"_n.value, settings>;

    void check_quantity(const asset& quantity, const std::string& memo) {
        check(quantity.amount > 0 && quantity.symbol == TOK, "must be a positive quantity of this token");
        check(memo.size() <= 256, "memo has more than 256 bytes");
    }

    void add_balance(name owner, const asset& quantity, name payer) {
        accounts table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        if (row == table.end()) table.emplace(payer, [&](auto& r) { r = {owner, quantity}; });
        else table.modify(row, name(), [&](auto& r) { r.funds += quantity; });
    }

    void sub_balance(name owner, const asset& quantity) {
        accounts table(get_self(), get_self().value);
        auto row = table.find(owner.value);
        check(row != table.end() && row->funds.amount >= quantity.amount, "overdrawn balance");
        table.modify(row, owner, [&](auto& r) { r.funds -= quantity; });
    }
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "setissuer"_n.value: return execute_action(self, first, &token::setissuer);
        case "issue"_n.value: return execute_action(self, first, &token::issue);
        case "retire"_n.value: return execute_action(self, first, &token::retire);
        case "transfer"_n.value: return execute_action(self, first, &token::transfer);
        case "open"_n.value: return execute_action(self, first, &token::open);
        case "close"_n.value: return execute_action(self, first, &token::close);
        default: check(false, "unknown action");
        }
    }
}
