// Accounts deposit EOS by transfer and withdraw it again, or have it paid out to a bank account.
#include <eosio/eosio.hpp>

using namespace eosio;

constexpr symbol EOS("EOS", 4);

class [[eosio::contract("vault")]] vault : public contract {
public:
    using contract::contract;

    [[eosio::on_notify("eosio.token::transfer")]]
    void on_transfer(name from, name to, asset quantity, std::string memo) {
        if (from == get_self() || to != get_self()) return;
        check(quantity.amount > 0 && quantity.symbol == EOS, "only EOS is accepted");
        add_balance(from, quantity);
    }

    /// Anyone takes anyone's balance: `account` never agrees.
    [[eosio::action]]
    void withdraw(name account, name to, asset quantity) {
        check(quantity.amount > 0, "must withdraw a positive quantity");
        balances table(get_self(), get_self().value);
        auto row = table.find(account.value);
        check(row != table.end() && row->funds.amount >= quantity.amount, "overdrawn balance");
        table.modify(row, get_self(), [&](auto& r) { r.funds -= quantity; }); //~ missing-subject-auth
        send_tokens(to, quantity);
    }

    [[eosio::action]]
    void withdrawsafe(name account, name to, asset quantity) {
        require_auth(account);
        check(quantity.amount > 0, "must withdraw a positive quantity");
        balances table(get_self(), get_self().value);
        auto row = table.find(account.value);
        check(row != table.end() && row->funds.amount >= quantity.amount, "overdrawn balance");
        table.modify(row, account, [&](auto& r) { r.funds -= quantity; });
        send_tokens(to, quantity);
    }

    /// Removes an account, with whatever it holds, and asks nobody.
    [[eosio::action]]
    void close(name account) {
        balances table(get_self(), get_self().value);
        auto row = table.find(account.value);
        check(row != table.end(), "no such account");
        table.erase(row); //~ missing-subject-auth
    }

    [[eosio::action]]
    void closesafe(name account) {
        require_auth(account);
        balances table(get_self(), get_self().value);
        auto row = table.find(account.value);
        check(row != table.end() && row->funds.amount == 0, "no such account, or not empty");
        table.erase(row);
    }

    /// Anyone becomes the owner.
    [[eosio::action]]
    void setowner(name owner) {
        check(is_account(owner), "owner does not exist");
        config table(get_self(), get_self().value);
        table.set({owner}, get_self()); //~ unprotected-privileged-write
    }

    [[eosio::action]]
    void setownersafe(name owner) {
        config table(get_self(), get_self().value);
        name current = table.get_or_default().owner;
        require_auth(current ? current : get_self());
        check(is_account(owner), "owner does not exist");
        table.set({owner}, get_self());
    }

    /// Anyone replaces the code, in the name of the contract's own account.
    [[eosio::action]]
    void upgrade(std::vector<char> code) {
        auto args = std::make_tuple(get_self(), uint8_t(0), uint8_t(0), code);
        action({get_self(), "active"_n}, "eosio"_n, "setcode"_n, args).send(); //~ unprotected-code-upgrade
    }

    [[eosio::action]]
    void upgradesafe(std::vector<char> code) {
        require_auth(config(get_self(), get_self().value).get_or_default().owner);
        auto args = std::make_tuple(get_self(), uint8_t(0), uint8_t(0), code);
        action({get_self(), "active"_n}, "eosio"_n, "setcode"_n, args).send();
    }

    /// The bank account is public three times over: in the call, in the trace and in the state.
    [[eosio::action]]
    void cashout(name account, asset quantity, std::string iban) { //~ plaintext-sensitive-parameter
        require_auth(account);
        sub_balance(account, quantity);
        print(iban); //~ sensitive-to-event
        payouts table(get_self(), get_self().value);
        table.emplace(account, [&](auto& r) { r = {account, iban}; }); //~ sensitive-to-public-state
    }

    /// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
    [[eosio::action]]
    void cashoutsafe(name account, asset quantity, checksum256 payee) {
        require_auth(account);
        sub_balance(account, quantity);
        sealed table(get_self(), get_self().value);
        table.emplace(account, [&](auto& r) { r = {account, payee}; });
    }

private:
    struct [[eosio::table]] balance {
        name account;
        asset funds;
        uint64_t primary_key() const { return account.value; }
    };
    struct [[eosio::table]] payout {
        name account;
        std::string iban;
        uint64_t primary_key() const { return account.value; }
    };
    struct [[eosio::table]] sealedpayout {
        name account;
        checksum256 payee;
        uint64_t primary_key() const { return account.value; }
    };
    struct [[eosio::table("config")]] settings {
        name owner;
    };

    using balances = multi_index<"balances"_n.value, balance>;
    using payouts = multi_index<"payouts"_n.value, payout>;
    using sealed = multi_index<"sealed"_n.value, sealedpayout>;
    using config = singleton<"config"_n.value, settings>;

    void add_balance(name account, const asset& quantity) {
        balances table(get_self(), get_self().value);
        auto row = table.find(account.value);
        if (row == table.end()) table.emplace(get_self(), [&](auto& r) { r = {account, quantity}; });
        else table.modify(row, get_self(), [&](auto& r) { r.funds += quantity; });
    }

    void sub_balance(name account, const asset& quantity) {
        check(quantity.amount > 0, "must withdraw a positive quantity");
        balances table(get_self(), get_self().value);
        auto row = table.find(account.value);
        check(row != table.end() && row->funds.amount >= quantity.amount, "overdrawn balance");
        table.modify(row, account, [&](auto& r) { r.funds -= quantity; });
    }

    void send_tokens(name to, const asset& quantity) {
        auto args = std::make_tuple(get_self(), to, quantity, std::string("withdrawal"));
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args).send();
    }
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "withdraw"_n.value: return execute_action(self, first, &vault::withdraw);
        case "withdrawsafe"_n.value: return execute_action(self, first, &vault::withdrawsafe);
        case "close"_n.value: return execute_action(self, first, &vault::close);
        case "closesafe"_n.value: return execute_action(self, first, &vault::closesafe);
        case "setowner"_n.value: return execute_action(self, first, &vault::setowner);
        case "setownersafe"_n.value: return execute_action(self, first, &vault::setownersafe);
        case "upgrade"_n.value: return execute_action(self, first, &vault::upgrade);
        case "upgradesafe"_n.value: return execute_action(self, first, &vault::upgradesafe);
        case "cashout"_n.value: return execute_action(self, first, &vault::cashout);
        case "cashoutsafe"_n.value: return execute_action(self, first, &vault::cashoutsafe);
        default: check(false, "unknown action");
        }
    } else if (first == "eosio.token"_n && action == "transfer"_n.value) {
        execute_action(self, first, &vault::on_transfer);
    }
}
