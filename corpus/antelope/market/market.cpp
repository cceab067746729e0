// A market for collectibles: owners list them, buyers send EOS with `buy:<number>` or `offer:<number>` in the memo.
#include <eosio/eosio.hpp>
#include <eosio/indexed.hpp>

using namespace eosio;

constexpr symbol EOS("EOS", 4);
constexpr uint64_t MAX_FEE = 500;

class [[eosio::contract("market")]] market : public contract {
public:
    using contract::contract;

    [[eosio::action]]
    void init(name treasury, uint64_t fee) {
        require_auth(get_self());
        check(is_account(treasury), "treasury does not exist");
        check(fee <= MAX_FEE, "fee is above five percent");
        config(get_self(), get_self().value).set({treasury, fee, false}, get_self());
    }

    /// Anyone says where fees go.
    [[eosio::action]]
    void settreasury(name treasury) {
        check(is_account(treasury), "treasury does not exist");
        config table(get_self(), get_self().value);
        auto now = table.get_or_default();
        now.treasury = treasury;
        table.set(now, get_self()); //~ unprotected-privileged-write
    }

    [[eosio::action]]
    void settreassafe(name treasury) {
        config table(get_self(), get_self().value);
        auto now = table.get_or_default();
        check(has_auth(get_self()) || has_auth(now.treasury), "neither the market nor its treasury");
        check(is_account(treasury), "treasury does not exist");
        now.treasury = treasury;
        table.set(now, get_self());
    }

    [[eosio::action]]
    void pause(bool paused) {
        require_auth(get_self());
        config table(get_self(), get_self().value);
        auto now = table.get_or_default();
        now.paused = paused;
        table.set(now, get_self());
    }

    [[eosio::action]]
    void mint(name author, name owner, std::string uri) {
        require_auth(author);
        check(is_account(owner), "owner does not exist");
        check(uri.size() <= 128, "uri is too long");
        items table(get_self(), get_self().value);
        table.emplace(author, [&](auto& r) { r = {table.available_primary_key(), author, owner, uri}; });
        require_recipient(owner);
    }

    [[eosio::action]]
    void list(name seller, uint64_t item, asset price) {
        require_auth(seller);
        running();
        check(price.symbol == EOS && price.amount > 0, "price must be in EOS");
        check(owner_of(item) == seller, "not the seller's item");
        sales table(get_self(), get_self().value);
        check(table.find(item) == table.end(), "listed already");
        table.emplace(seller, [&](auto& r) { r = {item, seller, price, now()}; });
    }

    /// Whoever calls changes the price of another's item.
    [[eosio::action]]
    void reprice(uint64_t item, asset price) {
        running();
        check(price.symbol == EOS && price.amount > 0, "price must be in EOS");
        sales table(get_self(), get_self().value);
        auto sale = table.find(item);
        check(sale != table.end(), "not listed");
        table.modify(sale, name(), [&](auto& r) { r.price = price; }); //~ missing-subject-auth
    }

    [[eosio::action]]
    void repricesafe(uint64_t item, asset price) {
        running();
        check(price.symbol == EOS && price.amount > 0, "price must be in EOS");
        sales table(get_self(), get_self().value);
        auto sale = table.find(item);
        check(sale != table.end(), "not listed");
        require_auth(sale->seller);
        table.modify(sale, name(), [&](auto& r) { r.price = price; });
    }

    [[eosio::action]]
    void unlist(name seller, uint64_t item) {
        require_auth(seller);
        sales table(get_self(), get_self().value);
        auto sale = table.find(item);
        check(sale != table.end(), "not listed");
        check(sale->seller == seller, "not the seller's listing");
        table.erase(sale);
    }

    /// Takes down everything that a seller has listed, one row after the other.
    [[eosio::action]]
    void unlistall(name seller) {
        require_auth(seller);
        sales table(get_self(), get_self().value);
        auto sale = table.first<"byseller"_n.value>(seller.value);
        while (sale != table.end() && sale->seller == seller) { //~ unbounded-loop
            table.erase(sale);
            sale = table.first<"byseller"_n.value>(seller.value);
        }
    }

    [[eosio::action]]
    void unlistsome(name seller, uint32_t limit) {
        require_auth(seller);
        check(limit <= 50, "at most 50 at once");
        sales table(get_self(), get_self().value);
        auto sale = table.first<"byseller"_n.value>(seller.value);
        for (uint32_t i = 0; i < limit && sale != table.end() && sale->seller == seller; ++i) {
            table.erase(sale);
            sale = table.first<"byseller"_n.value>(seller.value);
        }
    }

    [[eosio::on_notify("eosio.token::transfer")]]
    void on_transfer(name from, name to, asset quantity, std::string memo) {
        if (from == get_self() || to != get_self() || from == "eosio.ram"_n) return;
        running();
        check(quantity.symbol == EOS && quantity.amount > 0, "only EOS is accepted");
        auto colon = memo.find(':');
        check(colon != std::string::npos, "memo must be <what>:<number>");
        std::string what = memo.substr(0, colon);
        uint64_t item = number(memo.substr(colon + 1));
        if (what == "buy") buy(from, item, quantity);
        else if (what == "offer") offer(from, item, quantity);
        else check(false, "memo must begin with buy or offer");
    }

    [[eosio::action]]
    void accept(name owner, uint64_t id) {
        require_auth(owner);
        offers table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such offer");
        check(owner_of(row->item) == owner, "not your item");
        bid accepted = *row;
        table.erase(row);
        hand_over(accepted.item, accepted.buyer);
        distribute(owner, accepted.quantity);
    }

    /// The money of an offer goes to whoever calls, not to whoever made it.
    [[eosio::action]]
    void withdraw(name buyer, uint64_t id) {
        require_auth(buyer);
        offers table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such offer");
        asset quantity = row->quantity;
        table.erase(row);
        pay(buyer, quantity, "offer withdrawn");
    }

    [[eosio::action]]
    void withdrawsafe(name buyer, uint64_t id) {
        require_auth(buyer);
        offers table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such offer");
        check(row->buyer == buyer, "not your offer");
        asset quantity = row->quantity;
        table.erase(row);
        pay(buyer, quantity, "offer withdrawn");
    }

    [[eosio::action]]
    void transfer(name from, name to, uint64_t item, std::string memo) {
        require_auth(from);
        check(from != to, "cannot transfer to self");
        check(is_account(to), "to account does not exist");
        check(memo.size() <= 256, "memo is too long");
        check(owner_of(item) == from, "not your item");
        require_recipient(from);
        require_recipient(to);
        hand_over(item, to);
    }

    /// Takes fees out, as much as whoever calls likes, and to whom they like.
    [[eosio::action]]
    void payout(name to, asset quantity) {
        check(is_account(to), "to account does not exist");
        check(quantity.symbol == EOS && quantity.amount > 0, "quantity must be in EOS");
        pay(to, quantity, "fees");
    }

    [[eosio::action]]
    void payoutsafe(asset quantity) {
        auto treasury = config(get_self(), get_self().value).get_or_default().treasury;
        require_auth(treasury);
        check(quantity.symbol == EOS && quantity.amount > 0, "quantity must be in EOS");
        pay(treasury, quantity, "fees");
    }

private:
    struct [[eosio::table]] item {
        uint64_t id;
        name author;
        name owner;
        std::string uri;
        uint64_t primary_key() const { return id; }
        uint64_t by_owner() const { return owner.value; }
    };
    struct [[eosio::table]] sale {
        uint64_t item;
        name seller;
        asset price;
        uint32_t listed;
        uint64_t primary_key() const { return item; }
        uint64_t by_seller() const { return seller.value; }
        uint64_t by_price() const { return uint64_t(price.amount); }
    };
    struct [[eosio::table]] bid {
        uint64_t id;
        uint64_t item;
        name buyer;
        asset quantity;
        uint64_t primary_key() const { return id; }
        uint64_t by_buyer() const { return buyer.value; }
    };
    struct [[eosio::table("config")]] settings {
        name treasury;
        uint64_t fee;
        bool paused;
    };

    using items = indexed_table<"items"_n.value, item, indexed_by<"byowner"_n.value, &item::by_owner>>;
    using sales = indexed_table<"sales"_n.value, sale, indexed_by<"byseller"_n.value, &sale::by_seller>,
                                indexed_by<"byprice"_n.value, &sale::by_price>>;
    using offers = indexed_table<"offers"_n.value, bid, indexed_by<"bybuyer"_n.value, &bid::by_buyer>>;
    using config = singleton<"config"_n.value, settings>;

    static uint32_t now() { return uint32_t(current_time() / 1000000); }

    static uint64_t number(const std::string& text) {
        check(!text.empty() && text.size() < 19, "not a number");
        uint64_t value = 0;
        for (char c : text) {
            check(c >= '0' && c <= '9', "not a number");
            value = value * 10 + uint64_t(c - '0');
        }
        return value;
    }

    void running() {
        check(!config(get_self(), get_self().value).get_or_default().paused, "the market is paused");
    }

    name owner_of(uint64_t id) {
        items table(get_self(), get_self().value);
        return table.get(id, "no such item").owner;
    }

    void hand_over(uint64_t id, name to) {
        items table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "no such item");
        table.modify(row, name(), [&](auto& r) { r.owner = to; });
        sales listed(get_self(), get_self().value);
        auto sale = listed.find(id);
        if (sale != listed.end()) listed.erase(sale);
    }

    void buy(name buyer, uint64_t id, asset quantity) {
        sales table(get_self(), get_self().value);
        auto row = table.find(id);
        check(row != table.end(), "not listed");
        check(quantity.amount == row->price.amount, "not the price");
        name seller = row->seller;
        check(seller != buyer, "cannot buy from oneself");
        check(owner_of(id) == seller, "no longer the seller's");
        hand_over(id, buyer);
        distribute(seller, quantity);
    }

    void offer(name buyer, uint64_t id, asset quantity) {
        check(owner_of(id) != buyer, "your own item");
        offers table(get_self(), get_self().value);
        table.emplace(get_self(), [&](auto& r) { r = {table.available_primary_key(), id, buyer, quantity}; });
    }

    void distribute(name seller, asset quantity) {
        auto settings = config(get_self(), get_self().value).get_or_default();
        asset fee{int64_t((__int128(quantity.amount) * settings.fee) / 10000), EOS};
        quantity -= fee;
        pay(seller, quantity, "sold");
        if (fee.amount > 0) pay(settings.treasury, fee, "fee");
    }

    void pay(name to, asset quantity, const char* why) {
        auto args = std::make_tuple(get_self(), to, quantity, std::string(why));
        action({get_self(), "active"_n}, "eosio.token"_n, "transfer"_n, args).send(); //~ unprotected-value-outflow
    }
};

extern "C" [[clang::export_name("apply")]] void apply(uint64_t receiver, uint64_t code, uint64_t action) {
    name self(receiver), first(code);
    if (first == self) {
        switch (action) {
        case "init"_n.value: return execute_action(self, first, &market::init);
        case "settreasury"_n.value: return execute_action(self, first, &market::settreasury);
        case "settreassafe"_n.value: return execute_action(self, first, &market::settreassafe);
        case "pause"_n.value: return execute_action(self, first, &market::pause);
        case "mint"_n.value: return execute_action(self, first, &market::mint);
        case "list"_n.value: return execute_action(self, first, &market::list);
        case "reprice"_n.value: return execute_action(self, first, &market::reprice);
        case "repricesafe"_n.value: return execute_action(self, first, &market::repricesafe);
        case "unlist"_n.value: return execute_action(self, first, &market::unlist);
        case "unlistall"_n.value: return execute_action(self, first, &market::unlistall);
        case "unlistsome"_n.value: return execute_action(self, first, &market::unlistsome);
        case "accept"_n.value: return execute_action(self, first, &market::accept);
        case "withdraw"_n.value: return execute_action(self, first, &market::withdraw);
        case "withdrawsafe"_n.value: return execute_action(self, first, &market::withdrawsafe);
        case "transfer"_n.value: return execute_action(self, first, &market::transfer);
        case "payout"_n.value: return execute_action(self, first, &market::payout);
        case "payoutsafe"_n.value: return execute_action(self, first, &market::payoutsafe);
        default: check(false, "unknown action");
        }
    } else if (first == "eosio.token"_n && action == "transfer"_n.value) {
        execute_action(self, first, &market::on_transfer);
    }
}
