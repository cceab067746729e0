// A house that auctions collectibles: whoever sends EOS with the number of a lot in the memo bids for it.
#include <eosio/eosio.hpp>

using namespace eosio;

constexpr symbol EOS("EOS", 4);

class [[eosio::contract("auction")]] auction : public contract {
public:
    using contract::contract;

    [[eosio::action]]
    void init(name manager) {
        require_auth(get_self());
        check(is_account(manager), "manager does not exist");
        config table(get_self(), get_self().value);
        table.set({manager, 250}, get_self());
    }

    /// The manager is whom the caller says: anyone sets the fee.
    [[eosio::action]]
    void setfee(name manager, uint64_t fee) {
        require_auth(manager);
        check(fee <= 1000, "fee is above ten percent");
        config table(get_self(), get_self().value);
        auto now = table.get_or_default();
        table.set({now.manager, fee}, get_self()); //~ auth-on-attacker-supplied-subject
    }

    [[eosio::action]]
    void setfeesafe(uint64_t fee) {
        config table(get_self(), get_self().value);
        auto now = table.get_or_default();
        require_auth(now.manager);
        check(fee <= 1000, "fee is above ten percent");
        table.set({now.manager, fee}, get_self());
    }

    [[eosio::action]]
    void open(name seller, std::string uri, asset reserve, uint32_t duration) {
        require_auth(seller);
        check(reserve.symbol == EOS && reserve.amount > 0, "reserve must be in EOS");
        check(duration >= 3600 && duration <= 30 * 86400, "an auction takes an hour to 30 days");
        check(uri.size() <= 256, "uri is too long");
        lots table(get_self(), get_self().value);
        table.emplace(seller, [&](auto& r) {
            r = {table.available_primary_key(), seller, uri, {{}, reserve}, now() + duration};
        });
    }

    [[eosio::on_notify("eosio.token::transfer")]]
    void on_transfer(name from, name to, asset quantity, std::string memo) {
        if (from == get_self() || to != get_self()) return;
        check(quantity.symbol == EOS, "only EOS is accepted");
        lots table(get_self(), get_self().value);
        auto lot = table.find(number(memo));
        check(lot != table.end(), "no such lot");
        check(now() < lot->ends, "the auction is over");
        check(quantity.amount > lot->best.amount.amount, "bid more than the last bidder");
        auto last = lot->best;
        table.modify(lot, name(), [&](auto& r) { r.best = {from, quantity}; });
        if (last.bidder) pay(last.bidder, last.amount, "outbid");
    }

    [[eosio::action]]
    void settle(uint64_t id) {
        lots table(get_self(), get_self().value);
        auto lot = table.find(id);
        check(lot != table.end(), "no such lot");
        check(now() >= lot->ends, "the auction is still open");
        auto [number, seller, uri, best, ends] = *lot;
        table.erase(lot);
        if (!best.bidder) return;
        grant(best.bidder, uri);
        uint64_t fee = config(get_self(), get_self().value).get_or_default().fee;
        asset kept{best.amount.amount * int64_t(fee) / 10000, EOS};
        pay(seller, {best.amount.amount - kept.amount, EOS}, "sold");
    }

    /// Takes a lot off the house without asking its seller, whatever was bid.
    [[eosio::action]]
    void cancel(name seller, uint64_t id) {
        lots table(get_self(), get_self().value);
        auto lot = table.find(id);
        check(lot != table.end() && lot->seller == seller, "no such lot of the seller");
        check(!lot->best.bidder, "there are bids");
        table.erase(lot); //~ missing-subject-auth
    }

    [[eosio::action]]
    void cancelsafe(name seller, uint64_t id) {
        require_auth(seller);
        lots table(get_self(), get_self().value);
        auto lot = table.find(id);
        check(lot != table.end() && lot->seller == seller, "no such lot of the seller");
        check(!lot->best.bidder, "there are bids");
        table.erase(lot);
    }

    /// Anyone has the house's money.
    [[eosio::action]]
    void sweep(name to, asset quantity) {
        check(quantity.symbol == EOS && quantity.amount > 0, "quantity must be in EOS");
        auto args = std::make_tuple(get_self(), to, quantity, std::string("fees"));
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args).send(); //~ unprotected-value-outflow
    }

    [[eosio::action]]
    void sweepsafe(name to, asset quantity) {
        require_auth(config(get_self(), get_self().value).get_or_default().manager);
        check(quantity.symbol == EOS && quantity.amount > 0, "quantity must be in EOS");
        pay(to, quantity, "fees");
    }

    /// Whatever the caller wants, in the name of the house.
    [[eosio::action]]
    void exec(name account, name act, std::vector<char> data) {
        action call({get_self(), "active"_n}, account, act, std::tuple<>{});
        call.data = data;
        call.send(); //~ arbitrary-call-target
    }

    [[eosio::action]]
    void execsafe(name account, name act, std::vector<char> data) {
        require_auth(get_self());
        action call({get_self(), "active"_n}, account, act, std::tuple<>{});
        call.data = data;
        call.send();
    }

    /// The owner gives an item away.
    [[eosio::action]]
    void give(name from, name to, uint64_t id) {
        check(is_account(to), "to account does not exist");
        items table(get_self(), get_self().value);
        auto item = table.find(id);
        check(item != table.end(), "no such item");
        require_auth(from);
        check(item->owner == from, "not your item");
        table.modify(item, from, [&](auto& r) { r.owner = to; });
        require_recipient(from);
        require_recipient(to);
    }

private:
    struct bid {
        name bidder;
        asset amount;
    };
    struct [[eosio::table]] lot {
        uint64_t id;
        name seller;
        std::string uri;
        bid best;
        uint32_t ends;
        uint64_t primary_key() const { return id; }
    };
    struct [[eosio::table]] item {
        uint64_t id;
        name owner;
        std::string uri;
        uint64_t primary_key() const { return id; }
    };
    struct [[eosio::table("config")]] settings {
        name manager;
        uint64_t fee;
    };

    using lots = multi_index<"lots"_n.value, lot>;
    using items = multi_index<"items"_n.value, item>;
    using config = singleton<"config"_n.value, settings>;

    static uint32_t now() { return uint32_t(current_time() / 1000000); }

    static uint64_t number(const std::string& text) {
        check(!text.empty() && text.size() < 19, "memo must be the number of a lot");
        uint64_t value = 0;
        for (char c : text) {
            check(c >= '0' && c <= '9', "memo must be the number of a lot");
            value = value * 10 + uint64_t(c - '0');
        }
        return value;
    }

    void grant(name owner, const std::string& uri) {
        items table(get_self(), get_self().value);
        table.emplace(get_self(), [&](auto& r) { r = {table.available_primary_key(), owner, uri}; });
    }

    void pay(name to, asset quantity, const char* why) {
        auto args = std::make_tuple(get_self(), to, quantity, std::string(why));
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args).send();
    }
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "init"_n.value: return execute_action(self, first, &auction::init);
        case "setfee"_n.value: return execute_action(self, first, &auction::setfee);
        case "setfeesafe"_n.value: return execute_action(self, first, &auction::setfeesafe);
        case "open"_n.value: return execute_action(self, first, &auction::open);
        case "settle"_n.value: return execute_action(self, first, &auction::settle);
        case "cancel"_n.value: return execute_action(self, first, &auction::cancel);
        case "cancelsafe"_n.value: return execute_action(self, first, &auction::cancelsafe);
        case "sweep"_n.value: return execute_action(self, first, &auction::sweep);
        case "sweepsafe"_n.value: return execute_action(self, first, &auction::sweepsafe);
        case "exec"_n.value: return execute_action(self, first, &auction::exec);
        case "execsafe"_n.value: return execute_action(self, first, &auction::execsafe);
        case "give"_n.value: return execute_action(self, first, &auction::give);
        default: check(false, "unknown action");
        }
    } else if (first == "eosio.token"_n && action == "transfer"_n.value) {
        execute_action(self, first, &auction::on_transfer);
    }
}
