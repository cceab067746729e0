// Invoices between suppliers and buyers, which a bank buys.
#include <eosio/eosio.hpp>

using namespace eosio;

class [[eosio::contract("invoices")]] invoices : public contract {
public:
    using contract::contract;

    /// What was sold is stored for everybody to read.
    [[eosio::action]]
    void issue(name supplier, name buyer, uint64_t number, std::string goods) { //~ plaintext-sensitive-parameter
        require_auth(supplier);
        check(is_account(buyer), "buyer does not exist");
        open_t table(get_self(), supplier.value);
        check(table.find(number) == table.end(), "number is taken");
        table.emplace(supplier, [&](auto& r) { r = {number, buyer, goods, false}; }); //~ sensitive-to-public-state
    }

    /// What was sold is committed to, with a blind that supplier and buyer keep.
    [[eosio::action]]
    void issuesealed(name supplier, name buyer, uint64_t number, checksum256 goods_seal) {
        require_auth(supplier);
        check(is_account(buyer), "buyer does not exist");
        sealed_t table(get_self(), supplier.value);
        check(table.find(number) == table.end(), "number is taken");
        table.emplace(supplier, [&](auto& r) { r = {number, buyer, goods_seal}; });
    }

    /// A digest with the supplier's name, which everybody knows.
    [[eosio::action]]
    void issuehashed(name supplier, uint64_t number, std::string goods) { //~ plaintext-sensitive-parameter
        require_auth(supplier);
        std::vector<char> preimage(goods.begin(), goods.end());
        auto packed = pack(supplier);
        preimage.insert(preimage.end(), packed.begin(), packed.end());
        checksum256 digest = sha256(preimage.data(), preimage.size());
        sealed_t table(get_self(), supplier.value);
        check(table.find(number) == table.end(), "number is taken");
        table.emplace(supplier, [&](auto& r) { r = {number, supplier, digest}; }); //~ weak-anonymisation
    }

    /// The memo of the transfer tells everybody which account at the bank is paid.
    [[eosio::action]]
    void settle(name buyer, name supplier, uint64_t cents, std::string iban) { //~ plaintext-sensitive-parameter
        require_auth(buyer);
        auto transfer = std::make_tuple(get_self(), supplier, cents, iban);
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, transfer).send();
        //~^ sensitive-to-external-message, unprotected-value-outflow
    }

    /// The memo has the number of the invoice.
    [[eosio::action]]
    void settlesafe(name buyer, name supplier, uint64_t cents, uint64_t number) {
        require_auth(buyer);
        require_auth(get_self());
        auto transfer = std::make_tuple(get_self(), supplier, cents, number);
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, transfer).send();
    }

    /// Whom to call is printed into the trace.
    [[eosio::action]]
    void remind(name supplier, name buyer, std::string contact) { //~ plaintext-sensitive-parameter
        require_auth(supplier);
        print(contact); //~ sensitive-to-event
        require_recipient(buyer);
    }

    [[eosio::action]]
    void remindsafe(name supplier, name buyer, uint64_t number) {
        require_auth(supplier);
        open_t table(get_self(), supplier.value);
        auto row = table.find(number);
        check(row != table.end(), "no such invoice");
        check(row->buyer == buyer, "not this buyer's");
        require_recipient(buyer);
    }

    [[eosio::action]]
    void paid(name supplier, uint64_t number) {
        require_auth(supplier);
        open_t table(get_self(), supplier.value);
        auto row = table.find(number);
        check(row != table.end(), "no such invoice");
        table.modify(row, supplier, [&](auto& r) { r.paid = true; });
    }

    [[eosio::action]]
    void strike(name supplier, uint64_t number) {
        require_auth(supplier);
        open_t table(get_self(), supplier.value);
        auto row = table.find(number);
        check(row != table.end(), "no such invoice");
        table.erase(row);
    }

private:
    struct [[eosio::table]] invoice {
        uint64_t number;
        name buyer;
        std::string goods;
        bool paid;
        uint64_t primary_key() const { return number; }
    };
    struct [[eosio::table]] seal {
        uint64_t number;
        name buyer;
        checksum256 goods;
        uint64_t primary_key() const { return number; }
    };

    using open_t = multi_index<"open"_n.value, invoice>;
    using sealed_t = multi_index<"sealed"_n.value, seal>;
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "issue"_n.value: return execute_action(self, first, &invoices::issue);
        case "issuesealed"_n.value: return execute_action(self, first, &invoices::issuesealed);
        case "issuehashed"_n.value: return execute_action(self, first, &invoices::issuehashed);
        case "settle"_n.value: return execute_action(self, first, &invoices::settle);
        case "settlesafe"_n.value: return execute_action(self, first, &invoices::settlesafe);
        case "remind"_n.value: return execute_action(self, first, &invoices::remind);
        case "remindsafe"_n.value: return execute_action(self, first, &invoices::remindsafe);
        case "paid"_n.value: return execute_action(self, first, &invoices::paid);
        case "strike"_n.value: return execute_action(self, first, &invoices::strike);
        default: check(false, "unknown action");
        }
    }
}
